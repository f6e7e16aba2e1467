import type { Reading } from '../contract/sensor.ts'
import { maxPayloadBytes } from '../domain/payload.ts'
import { decode, type Observation, type Packet, type QuarantineReason } from '../domain/reading.ts'
import type { Outbox } from './outbox.ts'
import type { SensorRegistry } from './registry.ts'

export interface IntakeOptions {
  readonly registry: SensorRegistry
  readonly outbox: Outbox
  /** Called with what is on disk, for rules and the feed. */
  readonly onReadings: (readings: readonly Reading[]) => void
}

export interface Intake {
  /**
   * Takes one MQTT message: reads it, keeps it, and only then resolves; the caller acknowledges after that. A message that
   * cannot be read is kept in quarantine and changes nothing else.
   * @throws Failure lost (`outbox-failed`): not kept, do not acknowledge
   */
  take(packet: Packet): Promise<void>
  /** `ignored`: on topics that are nobody's. `repeated`: the same moment of the same device, delivered again. */
  readonly counters: { packets: number; ignored: number; repeated: number }
}

const maxTopic = 190

export function intake({ registry, outbox, onReadings }: IntakeOptions): Intake {
  const counters = { packets: 0, ignored: 0, repeated: 0 }
  /** The device time of the last reading of each series: brokers deliver again what was not acknowledged, or was retained. */
  const lastDeviceUtcMs = new Map<string, number>()

  function isRepeated({ sensorId, metric, deviceUtcMs }: Observation): boolean {
    if (deviceUtcMs === null) return false
    return lastDeviceUtcMs.get(`${sensorId}/${metric}`) === deviceUtcMs
  }

  async function take(packet: Packet): Promise<void> {
    counters.packets++
    const { topic, payload } = packet
    const refuse = (reason: QuarantineReason) => outbox.quarantine(topic, payload, reason)
    if (payload.byteLength > maxPayloadBytes) return refuse('too-large')

    const discovered = registry.discover(packet)
    if (discovered === true) return
    if (discovered !== false) return refuse(discovered)
    const spoke = registry.noteAvailability(packet)
    const bindings = registry.bindingsFor(topic)
    if (bindings.length === 0) {
      if (!spoke) counters.ignored++
      return
    }
    // An empty retained message only removes the retained one.
    if (payload.byteLength === 0) return
    if (topic.length > maxTopic || /\p{Cc}/u.test(topic)) return refuse('bad-topic')

    const decoded = decode(packet, bindings)
    const learned = registry.learn(decoded.observations)
    const fresh = learned.kept.filter((found) => !isRepeated(found))
    counters.repeated += learned.kept.length - fresh.length
    const readings = fresh.flatMap((found) => toReading(found, topic))
    const [reason] = [...decoded.rejections, ...learned.rejections]
    const [kept] = await Promise.all([
      readings.length > 0 ? outbox.append(readings) : [],
      reason === undefined ? undefined : refuse(reason),
    ])
    registry.noteLatest(fresh)
    for (const { sensorId, metric, deviceUtcMs } of kept)
      if (deviceUtcMs !== null) lastDeviceUtcMs.set(`${sensorId}/${metric}`, deviceUtcMs)
    if (kept.length > 0) onReadings(kept)
  }

  return { take, counters }
}

/** The reading of an approved sensor; of a mere candidate nothing is kept but its latest value. */
function toReading({ sensorId, metric, value, quality, utcMs, deviceUtcMs }: Observation, source: string): Reading[] {
  return sensorId === null ? [] : [{ sensorId, metric, value, rawValue: null, quality, utcMs, deviceUtcMs, source }]
}
