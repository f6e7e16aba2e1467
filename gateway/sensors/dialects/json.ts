import type { Dialect, ReadingSaid, Said } from '../../domain/dialect.ts'
import { jsonValues } from '../../domain/json-metrics.ts'
import { deviceTime, parsePayload } from '../../domain/payload.ts'
import type { QuarantineReason } from '../../domain/reading.ts'
import type { TopicTemplate } from '../../domain/topic.ts'
import { days, minutes, type UtcMs } from '../../domain/units.ts'
import { learn, type Learned, newLearned } from './json-learner.ts'

export interface JsonSettings {
  /** First match wins. */
  readonly templates: readonly TopicTemplate[]
}

/** Whose a topic is. */
interface Place {
  readonly device: string
  readonly metric: string | null
}
export interface JsonState {
  /** Heard of, but not yet often enough to be offered: the oldest makes room. */
  readonly pending: Map<string, Learned>
  readonly offered: Map<string, Learned>
  readonly places: Map<string, Place>
  /** When it was last looked for devices that are long gone. */
  sweptUtcMs: UtcMs
}

const mostPending = 2_000
const mostOffered = 4_000
const mostPlaces = 10_000
const longestDevice = 190
const forgottenAfterMs = days(1)

/** Devices that send plain JSON, or bare values, and describe nothing: metrics, kinds and units are guessed after a few messages. */
export function jsonDialect({ templates }: JsonSettings): Dialect<JsonState> {
  function placeOf(topic: string): Place | undefined {
    for (const template of templates) {
      const found = template.match(topic)
      if (found) return { device: found.sensorTopic, metric: found.metric }
    }
    return undefined
  }

  return {
    source: 'json',
    prefix: 'json:',
    begin: () => ({ pending: new Map(), offered: new Map(), places: new Map(), sweptUtcMs: 0 }),
    filters: () => templates.map(({ filter }) => filter),
    owns: (topic) => placeOf(topic) !== undefined,
    decode({ topic, payload: bytes, receivedUtcMs }, state): Said {
      // An empty retained message only removes the retained one.
      if (bytes.byteLength === 0) return {}
      const place = state.places.get(topic) ?? placeOf(topic)
      if (!place) return {}
      const { device, metric: topicMetric } = place
      if (device.length > longestDevice) return refused('bad-topic', null)
      remember(state.places, topic, place)
      const payload = parsePayload(bytes)
      if ('reason' in payload) return refused(payload.reason, device)
      const known = state.offered.get(device) ?? state.pending.get(device)
      const { values, rejections } = jsonValues(payload, topicMetric, known?.isKnown ?? knowsNothing)
      const notRead = rejections.length > 0 ? rejections.map((reason) => ({ reason, device })) : undefined
      if (values.length === 0) return { notRead }

      const learned = known ?? begun(state, device)
      learn(learned, values, receivedUtcMs)
      const hasRoom = learned.said === null || promote(state, learned, receivedUtcMs)
      const deviceUtcMs = deviceTime(payload.json)
      const readings: ReadingSaid[] = []
      for (const { metric, value, unit } of values)
        readings.push({ device, metric, value, unit, deviceUtcMs, historical: false })
      if (!hasRoom) return { readings, notRead: [...(notRead ?? []), { reason: 'too-many-candidates', device }] }
      return learned.said ? { devices: [learned.said], readings, notRead } : { readings, notRead }
    },
  }
}

const knowsNothing = () => false
const refused = (reason: QuarantineReason, device: string | null): Said => ({ notRead: [{ reason, device }] })

function remember(places: Map<string, Place>, topic: string, place: Place) {
  if (places.has(topic)) return
  if (places.size >= mostPlaces) places.clear()
  places.set(topic, place)
}

function begun({ pending }: JsonState, device: string): Learned {
  if (pending.size >= mostPending) for (const oldest of pending.keys()) if (pending.delete(oldest)) break
  const learned = newLearned(device)
  pending.set(device, learned)
  return learned
}

/** Moves a device to those that are offered. @returns whether there is room */
function promote(state: JsonState, learned: Learned, nowUtcMs: UtcMs): boolean {
  const { pending, offered } = state
  if (offered.has(learned.device)) return true
  if (offered.size >= mostOffered && nowUtcMs - state.sweptUtcMs > minutes(1)) {
    state.sweptUtcMs = nowUtcMs
    for (const [device, { lastUtcMs }] of offered) if (nowUtcMs - lastUtcMs > forgottenAfterMs) offered.delete(device)
  }
  if (offered.size >= mostOffered) return false
  pending.delete(learned.device)
  offered.set(learned.device, learned)
  return true
}
