import type { z } from 'zod'
import type { NewSensor, PatchSensor, Sensor, SensorCandidate } from '../contract/sensor.ts'
import type { ZoneFile } from '../contract/zone.ts'
import { Failure } from '../domain/failure.ts'
import { guessMetric } from '../domain/json-metrics.ts'
import type { Binding, Observation, Packet, QuarantineReason } from '../domain/reading.ts'
import { leanFilters, type TopicTemplate } from '../domain/topic.ts'
import type { UtcMs } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { candidateTable, type Candidate, maxMetrics } from './candidates.ts'
import { type HaDevice, readConfig, readConfigTopic } from './ha-discovery.ts'
import { presence } from './presence.ts'
import { sensorTable, type SensorRow } from './sensor-table.ts'
import { topicIndex } from './topic-index.ts'

export interface RegistryOptions {
  readonly store: Store
  readonly tools: Tools
  readonly areaExists: (areaId: string) => boolean
  /** First match wins. */
  readonly templates: readonly TopicTemplate[]
  readonly discoveryPrefix: string
  /** `sensors`: the list, a name or a status changed; `discovery`: candidates or their metrics. */
  readonly onChange: (what: 'sensors' | 'discovery') => void
}

/** Everything that discovery found, and what of it was placed in an area. */
export interface SensorRegistry {
  list(): Sensor[]
  /** @throws Failure missing (`sensor-missing`) */
  get(id: string): Sensor
  candidates(): SensorCandidate[]
  /** @throws Failure missing (`candidate-missing`), conflict (`sensor-exists`), invalid (`area-missing`) */
  approve(what: z.infer<typeof NewSensor>, id?: string): Sensor
  /** Sensors of a zone.yaml; one whose device was not seen yet gets its metrics when it appears. All or none. */
  importAll(entries: z.infer<typeof ZoneFile>['sensors']): void
  patch(id: string, changes: z.infer<typeof PatchSensor>): Sensor
  /** The device becomes a candidate again; its history stays. */
  remove(id: string): void
  /** What the intake needs to know about a topic. */
  bindingsFor(topic: string): readonly Binding[]
  /** MQTT filters for all of it, for a broker that must be subscribed to. Changes with `onChange('discovery')`. */
  subscriptions(): string[]
  /** Takes a discovery message. @returns false when the topic is none; a reason when it cannot be used */
  discover(packet: Packet): boolean | QuarantineReason
  /** Takes an availability message. @returns false when the topic is none */
  noteAvailability(packet: Packet): boolean
  /** Learns devices and metrics from values. @returns those that may be used, and why others may not */
  learn(observations: readonly Observation[]): { kept: Observation[]; rejections: QuarantineReason[] }
  noteLatest(observations: readonly Observation[]): void
  /** Every status becomes `unknown` until the next reading. */
  brokerLost(): void
  /** Notices sensors that fall silent, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

export function sensorRegistry(options: RegistryOptions): SensorRegistry {
  const { store, tools, areaExists, templates, discoveryPrefix, onChange } = options
  const { clock, log } = tools
  const prefixOf = (topic: string) => readConfigTopic(discoveryPrefix, topic)
  const seen = presence()
  const table = candidateTable(store, prefixOf, seen.forget)
  const sensors = sensorTable(store)
  const index = topicIndex({
    table,
    templates,
    sensorIdOf: (candidateId) => sensors.ofCandidate(candidateId)?.id ?? null,
  })
  const isApproved = (candidateId: string) => sensors.ofCandidate(candidateId) !== undefined
  const shown = new Map<string, Sensor['status']>()

  function changed(what: 'sensors' | 'discovery') {
    index.rebuild()
    onChange(what)
  }

  const toSensor = ({ id, candidateId, name, areaId }: SensorRow): Sensor => ({
    id,
    candidateId,
    name,
    areaId,
    source: candidateId.startsWith('ha:') ? 'home-assistant' : 'json',
    metrics: table.metricsOf(candidateId),
    latest: seen.latestOf(candidateId),
    clockOffsetMs: null,
    ...seen.statusOf(candidateId, table.all.get(candidateId), clock.now()),
  })

  function checkArea(areaId: string) {
    if (!areaExists(areaId)) throw new Failure('invalid', 'area-missing', 'there is no such area', { areaId })
  }

  /** Updates the metrics of a Home Assistant device. @returns a reason when some had no room */
  function setMetrics(candidate: Candidate): QuarantineReason | undefined {
    let refused: QuarantineReason | undefined
    for (const { key, component } of index.componentsOf(candidate)) {
      const { name, unit, deviceClass: kind, type } = component
      const outcome = table.setMetric(candidate, {
        key,
        name,
        unit,
        sourceUnit: null,
        kind,
        type,
        guessed: false,
        periodMs: component.expireAfterMs,
      })
      if (outcome !== 'same' && outcome !== 'changed') refused = outcome
    }
    return refused
  }

  function setDevice(device: HaDevice, topic: string, text: string, nowUtcMs: UtcMs) {
    const { candidateId, name, refused } = device
    const found = table.ensure({ candidateId, name, source: 'home-assistant', topic }, nowUtcMs, isApproved)
    if (!found) return 'too-many-candidates'
    const { candidate } = found
    const outcome = table.setConfig(candidate, topic, device, text)
    if (outcome !== 'changed') return outcome
    if (refused.length > 0) log.warn({ code: 'bad-discovery', candidateId, refused }, 'parts of a device are left out')
    return setMetrics(candidate) ?? 'changed'
  }

  return {
    list: () => sensors.all().map(toSensor),
    get: (id) => toSensor(sensors.need(id)),
    candidates: () =>
      [...table.all.values()].map((candidate) => ({
        candidateId: candidate.candidateId,
        name: candidate.name,
        model: null,
        source: candidate.source,
        state: isApproved(candidate.candidateId) ? ('approved' as const) : ('waiting' as const),
        notUnderstood: [],
        topic: candidate.topic,
        metrics: [...candidate.metrics.values()],
        latest: seen.latestOf(candidate.candidateId),
        firstSeenUtcMs: candidate.firstSeenUtcMs,
        lastSeenUtcMs: candidate.lastSeenUtcMs,
        sensorId: sensors.ofCandidate(candidate.candidateId)?.id ?? null,
      })),

    approve({ candidateId, areaId, name }, id) {
      const candidate = table.need(candidateId)
      checkArea(areaId)
      const row = sensors.add({ id, candidateId, areaId, name: name ?? candidate.name }, clock.now())
      changed('sensors')
      return toSensor(row)
    },
    importAll(entries) {
      for (const { area } of entries) checkArea(area)
      sensors.addAll(
        entries.map(({ id, name, area, candidate }) => ({ id, name, areaId: area, candidateId: candidate })),
        clock.now(),
      )
      changed('sensors')
    },
    patch(id, changes) {
      if (changes.areaId !== undefined) checkArea(changes.areaId)
      const row = sensors.update(id, changes)
      changed('sensors')
      return toSensor(row)
    },
    remove(id) {
      const { candidateId } = sensors.remove(id)
      shown.delete(id)
      const candidate = table.all.get(candidateId)
      if (!candidate) table.forgetMetrics(candidateId)
      changed('sensors')
    },

    bindingsFor: index.bindingsFor,
    subscriptions: () =>
      leanFilters([
        `${discoveryPrefix}/+/+/config`,
        `${discoveryPrefix}/+/+/+/config`,
        ...templates.map(({ filter }) => filter),
        ...index.topics(),
      ]),

    discover({ topic, payload, receivedUtcMs }) {
      const configTopic = prefixOf(topic)
      if (!configTopic) return false
      if (payload.byteLength === 0) {
        const candidate = table.removeConfig(topic)
        if (candidate?.configs.size === 0) table.drop(candidate, isApproved(candidate.candidateId))
        if (candidate) changed('discovery')
        return true
      }
      const text = Buffer.from(payload).toString('utf8')
      try {
        const device = readConfig(configTopic, text)
        if (!device) return true
        const outcome = store.transaction(() => setDevice(device, topic, text, receivedUtcMs))
        if (outcome === 'same') return true
        changed('discovery')
        return outcome === 'changed' ? true : outcome
      } catch (cause) {
        if (!(cause instanceof Failure) || cause.kind !== 'invalid') throw cause
        log.warn({ code: cause.code, topic, ...cause.facts }, cause.message)
        return 'bad-discovery'
      }
    },

    noteAvailability({ topic, payload, receivedUtcMs }) {
      const entries = index.availability(topic)
      const text = Buffer.from(payload).toString('utf8')
      for (const entry of entries) seen.noteAvailability(entry, index.render(entry, text), receivedUtcMs)
      return entries.length > 0
    },

    learn(observations) {
      const kept: Observation[] = []
      const rejections = new Set<QuarantineReason>()
      let isNew = false
      for (const found of observations) {
        const reason = learnOne(found)
        if (reason === 'new') isNew = true
        if (reason === 'known' || reason === 'new') kept.push(found)
        else rejections.add(reason)
      }
      if (isNew) changed('discovery')
      return { kept, rejections: [...rejections] }
    },

    noteLatest(observations) {
      for (const found of observations) {
        seen.note(found, found.candidateId)
        const candidate = table.all.get(found.candidateId)
        if (candidate) candidate.lastSeenUtcMs = found.utcMs
      }
    },
    brokerLost: () => {
      seen.brokerLost()
      onChange('sensors')
    },
    async run(signal) {
      await every(clock, 2_000, signal, () => {
        let turned = false
        for (const { id, candidateId } of sensors.all()) {
          const { status } = seen.statusOf(candidateId, table.all.get(candidateId), clock.now())
          if (shown.get(id) !== status) turned = true
          shown.set(id, status)
        }
        if (turned) onChange('sensors')
      })
    },
  }

  function learnOne({ candidateId, metric, type, unit, utcMs }: Observation): 'known' | 'new' | QuarantineReason {
    const known = table.all.get(candidateId)
    if (candidateId.startsWith('ha:') && known) return known.metrics.has(metric) ? 'known' : 'too-many-metrics'
    const before = known?.metrics.get(metric)
    if (known && before && (unit === null || unit === before.unit)) return 'known'
    // Asked here, before a transaction: a payload may hold thousands of further values.
    if (known && !before && known.metrics.size >= maxMetrics) return 'too-many-metrics'
    const topic = candidateId.slice('json:'.length)
    return store.transaction(() => {
      const name = topic.split('/').at(-1) ?? topic
      const found = table.ensure({ candidateId, name, source: 'json', topic }, utcMs, isApproved)
      if (!found) return 'too-many-candidates'
      const guess = guessMetric(metric)
      const wanted = {
        key: metric,
        name: metric,
        unit: unit ?? (type === 'binary' ? null : guess.unit),
        sourceUnit: null,
        kind: guess.kind,
        type,
        guessed: unit === null,
        periodMs: null,
      }
      const outcome = table.setMetric(found.candidate, wanted)
      return outcome === 'same' ? 'known' : outcome === 'changed' ? 'new' : outcome
    })
  }
}
