import type { Reading } from '../contract/sensor.ts'
import type { LivenessSaid, MetricSaid, ReadingSaid, Said } from '../domain/dialect.ts'
import { guessMetric } from '../domain/metric-guess.ts'
import { type Packet, type QuarantineReason, qualityOf } from '../domain/reading.ts'
import type { UtcMs } from '../domain/units.ts'
import type { announcing } from './announcing.ts'
import { type Device, noteNotUnderstood, noteOffset, prefixOf, type Series } from './device.ts'
import type { DeviceTable } from './device-table.ts'
import { addMoment, dropMoment, hasMoment, newMoments } from './moments.ts'
import { loseSight, noteValue } from './presence.ts'

/** What came of one message. */
export interface Heard {
  /** Of sensors; their values are not the latest before they are durable. */
  readonly readings: Reading[]
  /** Whose each of `readings` is. */
  readonly series: Series[]
  /** Nobody knows how old a retained message is: it is no sign of life. */
  readonly isLife: boolean
  refused: readonly { readonly reason: QuarantineReason; readonly sensorId: string | null }[]
  /** Readings that were there before. */
  repeated: number
  changesSensors: boolean
  changesDiscovery: boolean
}

const none: readonly never[] = []
export const newHeard = ({ retain }: Packet): Heard => ({
  readings: [],
  series: [],
  isLife: !retain,
  refused: none,
  repeated: 0,
  changesSensors: false,
  changesDiscovery: false,
})

export interface HearingParts {
  readonly table: DeviceTable
  readonly announcer: ReturnType<typeof announcing>
}

/** Turns what a message says into what is known of devices, and into readings of sensors. */
export function hearing({ table, announcer }: HearingParts) {
  /** Metrics of a message that were not announced: in one commit. */
  function addUnsaid(device: Device, readings: readonly ReadingSaid[], heard: Heard): QuarantineReason | undefined {
    const unsaid = new Map<string, MetricSaid>()
    for (const { device: name, metric, unit, value } of readings) {
      if (prefixOf(device.id) + name !== device.id || device.series.has(metric) || unsaid.has(metric)) continue
      const guess = guessMetric(metric)
      const isFlag = guess.unit === null && (value === 0 || value === 1)
      unsaid.set(metric, {
        key: metric,
        name: metric,
        unit: unit ?? guess.unit,
        kind: guess.kind,
        type: isFlag ? 'binary' : 'number',
        expiresMs: null,
        guessed: unit === null,
      })
    }
    const { added, refused } = announcer.addUnsaid(device, [...unsaid.values()])
    if (added > 0) heard.changesDiscovery = true
    return refused
  }

  /** One value. @returns why it is no reading */
  function take(
    device: Device,
    series: Series,
    said: ReadingSaid,
    packet: Packet,
    heard: Heard,
  ): QuarantineReason | undefined {
    const { receivedUtcMs } = packet
    const { value: raw, unit, deviceUtcMs } = said
    if (unit !== null && unit !== series.unitSaid && !series.isTold) {
      const outcome = announcer.changeUnit(device, series, unit, receivedUtcMs)
      if (outcome === 'changed') heard.changesDiscovery = true
      else if (outcome !== 'same') return outcome
    }
    if (deviceUtcMs !== null) {
      const moments = (series.moments ??= newMoments())
      if (hasMoment(moments, deviceUtcMs, raw)) {
        heard.repeated++
        return undefined
      }
      addMoment(moments, deviceUtcMs, raw)
      if (heard.isLife && !said.historical) noteOffset(device, deviceUtcMs, receivedUtcMs)
    }
    let value = series.convert ? series.convert(raw) : raw
    if (series.calibrations.length > 0) value = calibrated(value, series, receivedUtcMs)
    if (!Number.isFinite(value)) return 'not-a-number'
    const quality = said.historical ? 'late' : qualityOf(receivedUtcMs, deviceUtcMs, packet.retain)
    const { sensorId } = device
    if (sensorId === null) {
      noteValue(series, value, { quality, utcMs: receivedUtcMs, isLife: heard.isLife && quality !== 'late' })
      return undefined
    }
    heard.readings.push({
      sensorId,
      metric: series.key,
      value,
      rawValue: value === raw ? null : raw,
      quality,
      utcMs: receivedUtcMs,
      deviceUtcMs,
      source: packet.topic,
    })
    heard.series.push(series)
    return undefined
  }

  function refuse(heard: Heard, reason: QuarantineReason, device: Device | undefined, packet: Packet) {
    const sensorId = device?.sensorId ?? null
    if (heard.refused.some((other) => other.reason === reason && other.sensorId === sensorId)) return
    heard.refused = [...heard.refused, { reason, sensorId }]
    if (device) noteNotUnderstood(device, packet, reason)
  }

  /** A birth takes nothing back by itself: `unknown` ends with a reading. */
  function live(device: Device, { alive }: LivenessSaid, nowUtcMs: UtcMs, heard: Heard) {
    if (device.isAway === !alive) return
    device.isAway = !alive
    if (!alive) loseSight(device, nowUtcMs)
    if (device.sensorId !== null) heard.changesSensors = true
  }

  return {
    refuse,
    /**
     * @param isSecond another dialect owns the topic before this one: only sensors that were placed under this one's names are served
     * @param isReplay the message is an old one: what it announces counts, and nothing else
     */
    hear(prefix: string, said: Said, packet: Packet, heard: Heard, { isSecond = false, isReplay = false } = {}) {
      const { receivedUtcMs, topic } = packet
      const devices = table.named(prefix)
      if (!isSecond && said.devices)
        for (const device of said.devices) {
          // Most messages say nothing new of their device.
          if (devices.get(device.device)?.said === device && devices.get(device.device)?.candidate) continue
          const { isChanged, refused } = announcer.announce(prefix + device.device, device, topic, receivedUtcMs)
          if (isChanged) heard.changesDiscovery = true
          if (refused && !isReplay) refuse(heard, refused, devices.get(device.device), packet)
        }
      if (!isSecond && said.gone)
        for (const name of said.gone) if (announcer.withdraw(prefix + name)) heard.changesDiscovery = true
      if (isReplay) return
      // Once for each device of the message, however many values there is no room for.
      let tried: Device | undefined
      let noRoom: QuarantineReason | undefined
      if (said.readings)
        for (const reading of said.readings) {
          const device = devices.get(reading.device)
          // Not announced yet, or there is no room: nobody waits for it.
          if (!device || (device.sensorId === null && (isSecond || !device.candidate))) continue
          if (heard.isLife) device.lastSeenUtcMs = receivedUtcMs
          let series = device.series.get(reading.metric)
          if (!series) {
            if (tried !== device) noRoom = addUnsaid(device, said.readings, heard)
            tried = device
            series = device.series.get(reading.metric)
          }
          const reason = series ? take(device, series, reading, packet, heard) : noRoom
          if (reason) refuse(heard, reason, device, packet)
        }
      if (said.liveness)
        for (const word of said.liveness) {
          const device = devices.get(word.device)
          if (device && !(isSecond && device.sensorId === null)) live(device, word, receivedUtcMs, heard)
        }
      if (said.notRead && !isSecond)
        for (const { reason, device } of said.notRead)
          refuse(heard, reason, device === null ? undefined : devices.get(device), packet)
    },

    /** The readings are durable, at these times. */
    keep({ series, isLife }: Heard, kept: readonly Reading[]) {
      for (let at = 0; at < kept.length; at++) {
        const [of, reading] = [series[at], kept[at]]
        if (of && reading) noteValue(of, reading.value, { ...reading, isLife: isLife && reading.quality !== 'late' })
      }
    },
    /** The readings could not be kept: the same message again is no repetition. */
    lose({ series, readings }: Heard) {
      for (const [at, { deviceUtcMs, value, rawValue }] of readings.entries()) {
        const moments = series[at]?.moments
        if (moments && deviceUtcMs !== null) dropMoment(moments, deviceUtcMs, rawValue ?? value)
      }
    },
  }
}

/** By the newest calibration that had begun. */
export function calibrated(value: number, { calibrations }: Series, utcMs: UtcMs): number {
  for (let at = calibrations.length - 1; at >= 0; at--) {
    const calibration = calibrations[at]
    if (calibration && calibration.fromUtcMs <= utcMs) return value * calibration.scale + calibration.offset
  }
  return value
}
