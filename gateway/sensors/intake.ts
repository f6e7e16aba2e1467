import type { NewManualReadings, Reading } from '../contract/sensor.ts'
import { toFailure } from '../domain/failure.ts'
import { isOfNow, type Packet, type QuarantineReason } from '../domain/reading.ts'
import type { Heard } from './hearing.ts'
import type { SensorRegistry } from './registry.ts'

/** What the intake needs of the outbox. */
export interface IntakeOutbox {
  append(readings: readonly Reading[]): Promise<readonly Reading[]>
  quarantine(topic: string, payload: Uint8Array, reason: QuarantineReason, sensorId: string | null): Promise<void>
}

export interface IntakeOptions {
  readonly registry: Pick<SensorRegistry, 'hear' | 'keep' | 'lose' | 'readManually'>
  readonly outbox: IntakeOutbox
  /** Called with what is on disk, for rules and the feed. @param isLive they say what is now; others may not raise an alert */
  readonly onReadings: (readings: readonly Reading[], isLive: boolean) => void
}

export interface Intake {
  /**
   * Takes one MQTT message: reads it, keeps it, and only then resolves; the caller acknowledges after that. A message that
   * cannot be read is kept in quarantine and changes nothing else.
   * @throws Failure lost (`outbox-failed`): not kept, do not acknowledge
   */
  take(packet: Packet): Promise<void>
  /** What a person took. @throws Failure missing (`sensor-missing`), invalid (`metric-missing`, `taken-in-future`), lost (`outbox-failed`) */
  takeManual(
    sensorId: string,
    what: Pick<NewManualReadings, 'values' | 'takenUtcMs'>,
    by: string,
  ): Promise<readonly Reading[]>
  /** `ignored`: on topics that are nobody's. `repeated`: the same moment of the same device, delivered again. */
  readonly counters: { packets: number; ignored: number; repeated: number }
}

const done = Promise.resolve()

export function intake({ registry, outbox, onReadings }: IntakeOptions): Intake {
  const counters = { packets: 0, ignored: 0, repeated: 0 }

  async function keep(heard: Heard): Promise<void> {
    let kept: readonly Reading[]
    try {
      kept = await outbox.append(heard.readings)
    } catch (cause) {
      registry.lose(heard)
      throw cause
    }
    registry.keep(heard, kept)
    onReadings(kept, heard.isLife)
  }

  async function keepAll(heard: Heard, { topic, payload }: Packet): Promise<void> {
    const refusals = heard.refused.map(({ reason, sensorId }) => outbox.quarantine(topic, payload, reason, sensorId))
    await Promise.all(heard.readings.length > 0 ? [keep(heard), ...refusals] : refusals)
  }

  return {
    counters,
    // Not async: what is thrown here is a rejection all the same, and most messages cost one promise.
    take(packet) {
      counters.packets++
      let heard: Heard | undefined
      try {
        heard = registry.hear(packet)
      } catch (cause) {
        return Promise.reject(toFailure(cause))
      }
      if (!heard) {
        counters.ignored++
        return done
      }
      counters.repeated += heard.repeated
      if (heard.refused.length > 0) return keepAll(heard, packet)
      return heard.readings.length > 0 ? keep(heard) : done
    },
    async takeManual(sensorId, what, by) {
      const { readings, isOnlySource, keep: note } = registry.readManually(sensorId, what, by)
      const kept = await outbox.append(readings)
      note(kept)
      const [first] = kept
      // Beside a device it is for comparison: it must not hide that the device is silent.
      if (first) onReadings(kept, isOnlySource && isOfNow(first.quality, first.utcMs, first.deviceUtcMs))
      return kept
    },
  }
}
