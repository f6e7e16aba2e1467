import { Failure } from '../domain/failure.ts'
import type { Binding } from '../domain/reading.ts'
import type { TopicTemplate } from '../domain/topic.ts'
import type { Candidate, CandidateTable } from './candidates.ts'
import type { HaAvailability, HaComponent } from './ha-discovery.ts'

type AvailabilityTopic = HaAvailability['topics'][number]

export interface TopicIndexOptions {
  readonly table: CandidateTable
  readonly templates: readonly TopicTemplate[]
  readonly sensorIdOf: (candidateId: string) => string | null
}

/** Which values stand behind a topic. Announced devices go before the templates for plain JSON. */
export function topicIndex({ table, templates, sensorIdOf }: TopicIndexOptions) {
  let bindings = new Map<string, Binding[]>()
  let availability = new Map<string, AvailabilityTopic[]>()

  /** The device's components under metric keys that do not collide, in the same order after every restart. */
  function componentsOf(candidate: Candidate): { key: string; component: HaComponent }[] {
    const taken = new Set<string>()
    const devices = [...candidate.configs].sort(([left], [right]) => (left < right ? -1 : 1))
    return devices
      .flatMap(([, { components }]) => components)
      .map((component) => {
        let key = component.key
        for (let n = 2; taken.has(key); n++) key = `${component.key}_${n}`
        taken.add(key)
        return { key, component }
      })
  }

  function rebuild() {
    bindings = new Map()
    availability = new Map()
    for (const candidate of table.all.values()) {
      const { candidateId } = candidate
      const sensorId = sensorIdOf(candidateId)
      for (const { key, component } of componentsOf(candidate)) {
        const { stateTopic, template, type, payloadOn, payloadOff } = component
        const there = bindings.get(stateTopic) ?? []
        bindings.set(stateTopic, there)
        there.push({ kind: 'template', candidateId, sensorId, metric: key, type, template, payloadOn, payloadOff })
      }
      for (const device of candidate.configs.values())
        for (const entry of device.availability?.topics ?? []) {
          // Often one topic of a bridge for all of its devices.
          const there = availability.get(entry.topic) ?? []
          availability.set(entry.topic, there)
          there.push(entry)
        }
    }
  }
  rebuild()

  return {
    rebuild,
    componentsOf,
    topics: (): string[] => [...bindings.keys(), ...availability.keys()],
    availability: (topic: string): readonly AvailabilityTopic[] => availability.get(topic) ?? [],
    render({ template }: AvailabilityTopic, text: string): unknown {
      if (!template) return text
      try {
        return template({ text, json: () => JSON.parse(text) as unknown })
      } catch (cause) {
        // Neither of its two words: it says nothing about availability.
        if (cause instanceof Failure || cause instanceof SyntaxError) return undefined
        throw cause
      }
    },
    bindingsFor(topic: string): readonly Binding[] {
      const announced = bindings.get(topic)
      if (announced) return announced
      for (const template of templates) {
        const found = template.match(topic)
        if (!found) continue
        const candidateId = `json:${found.sensorTopic}`
        const metrics = table.all.get(candidateId)?.metrics
        const known = (metric: string) => metrics?.has(metric) ?? false
        return [{ kind: 'json', candidateId, sensorId: sensorIdOf(candidateId), metric: found.metric, known }]
      }
      return []
    },
  }
}
