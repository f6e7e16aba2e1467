import type { Reading, Sensor } from '../contract/sensor.ts'
import { asText } from '../domain/template-functions.ts'
import { nextPace, type Pace, silentAfterMs } from '../domain/pace.ts'
import type { Observation } from '../domain/reading.ts'
import type { Millis, UtcMs } from '../domain/units.ts'
import type { Candidate } from './candidates.ts'
import type { HaAvailability } from './ha-discovery.ts'

type Latest = Sensor['latest'][number]

/** What is known of devices only while the gateway runs: latest values, pace, and what they say about themselves. */
export function presence() {
  const latest = new Map<string, Map<string, Latest>>()
  const pace = new Map<string, Pace>()
  /** The last words of availability topics: was it available, and when it was said. */
  let isLost = false
  const said = new Map<string, { available: boolean; utcMs: UtcMs }>()

  function announced({ mode, topics }: HaAvailability): boolean | undefined {
    const words = topics.flatMap(({ topic }) => said.get(topic) ?? [])
    if (words.length === 0) return undefined
    if (mode === 'all') return words.every(({ available }) => available)
    if (mode === 'any') return words.some(({ available }) => available)
    return words.reduce((last, next) => (next.utcMs >= last.utcMs ? next : last)).available
  }

  /** The shortest `expire_after` of the device's components, where it gives any. */
  function expiryOf(candidate: Candidate | undefined): Millis | null {
    const given = [...(candidate?.configs.values() ?? [])]
      .flatMap(({ components }) => components)
      .flatMap(({ expireAfterMs }) => expireAfterMs ?? [])
    return given.length === 0 ? null : Math.max(...given)
  }

  return {
    /** A late value is shown only when nothing fresher is known, and is no sign of life. */
    note(found: Pick<Observation | Reading, 'metric' | 'value' | 'quality' | 'utcMs'>, candidateId: string) {
      isLost = false
      const metrics = latest.get(candidateId) ?? new Map<string, Latest>()
      latest.set(candidateId, metrics)
      const { metric, value, quality, utcMs } = found
      if (quality === 'late' && metrics.has(metric)) return
      if (quality !== 'late') pace.set(candidateId, nextPace(pace.get(candidateId), utcMs))
      const now = pace.get(candidateId)
      const unknownFromUtcMs =
        now === undefined || now.intervalMs === null ? null : Math.round(utcMs + silentAfterMs(now))
      metrics.set(metric, { metric, value, quality, utcMs, unknownFromUtcMs })
    },
    latestOf: (candidateId: string): Latest[] => [...(latest.get(candidateId)?.values() ?? [])],

    /** @param rendered what the topic said, after its template */
    noteAvailability(entry: HaAvailability['topics'][number], rendered: unknown, nowUtcMs: UtcMs) {
      const words = asText(rendered).trim()
      if (words === entry.available) said.set(entry.topic, { available: true, utcMs: nowUtcMs })
      else if (words === entry.notAvailable) said.set(entry.topic, { available: false, utcMs: nowUtcMs })
    },

    /** `unknown` until the first reading since the gateway or its broker came back. */
    statusOf(candidateId: string, candidate: Candidate | undefined, nowUtcMs: UtcMs): Pick<Sensor, 'status' | 'why'> {
      const spoken = pace.get(candidateId)
      const devices = [...(candidate?.configs.values() ?? [])]
      if (devices.some(({ availability }) => availability && announced(availability) === false))
        return { status: 'silent', why: 'said-offline' }
      if (!spoken) return { status: 'unknown', why: isLost ? 'broker-away' : 'not-seen' }
      const limitMs = expiryOf(candidate) ?? silentAfterMs(spoken)
      return nowUtcMs - spoken.lastUtcMs > limitMs
        ? { status: 'silent', why: 'overdue' }
        : { status: 'online', why: null }
    },

    forget(candidateId: string) {
      latest.delete(candidateId)
      pace.delete(candidateId)
    },
    /** The broker went away: whether a device still speaks cannot be known. */
    brokerLost() {
      isLost = true
      pace.clear()
      said.clear()
    },
  }
}
