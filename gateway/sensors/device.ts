import type { Calibration, Metric, NotUnderstood } from '../contract/sensor.ts'
import type { DeviceSaid } from '../domain/dialect.ts'
import { normalUnit } from '../domain/measures.ts'
import type { Pace } from '../domain/pace.ts'
import type { Millis, UtcMs } from '../domain/units.ts'
import { type ReadingQuality, type SensorSource, sensorSources } from '../domain/words.ts'
import type { Moments } from './moments.ts'

/** One metric of a device, and what is known of it while the gateway runs. */
export interface Series {
  readonly key: string
  metric: Metric
  /** A person said what it is: no device changes that. */
  isTold: boolean
  /** It was found in a message before the device was described: what it is taken for is only its name's guess. */
  isUnsaid: boolean
  /** From what the device sends to the metric's unit; null where they are the same. */
  convert: ((value: number) => number) | null
  /** The unit that stood beside its last value; null when none did. */
  unitSaid: string | null
  unitChangedUtcMs: UtcMs
  /** The device's own word for how long it may say nothing; null without one. */
  expiresMs: Millis | null
  /** Of the sensor, the newest last. */
  calibrations: readonly Calibration[]
  /** The metric's interval as the disk knows it. */
  savedPeriodMs: Millis | null
  /** undefined before its first live reading since the gateway began, its broker came back, or it was born again. */
  pace: Pace | undefined
  latest: { value: number; quality: ReadingQuality; utcMs: UtcMs } | undefined
  /** Moments of the device's clock, by which a reading is known that is delivered again. */
  moments: Moments | undefined
}

/** What the inbox knows of a device that announced itself. */
export interface Candidate {
  name: string
  model: string | null
  readonly topic: string
  isIgnored: boolean
  readonly firstSeenUtcMs: UtcMs
}

/** A device that was heard of, or that a sensor waits for. */
export interface Device {
  /** The candidate id: the dialect's prefix and its name there. */
  readonly id: string
  readonly source: SensorSource
  /** null while a sensor of a zone file waits for it. */
  candidate: Candidate | null
  lastSeenUtcMs: UtcMs
  sensorId: string | null
  readonly series: Map<string, Series>
  /** What it said of itself last: the same object again is no news. */
  said: DeviceSaid | null
  /** It, its bridge or its last will said that it is away. */
  isAway: boolean
  /** When it was last lost sight of: it went away, or the broker did. */
  lostUtcMs: UtcMs | null
  /** Its clock minus the gateway's, at its last readings. */
  readonly offsets: { ms: number[]; at: number; lastUtcMs: UtcMs }
  /** The newest first. */
  notUnderstood: NotUnderstood[]
}

/** `ha:` and what follows. */
export const prefixOf = (candidateId: string): string => candidateId.slice(0, candidateId.indexOf(':') + 1)

/** Of a candidate id; the prefixes are the sources' names, but for Home Assistant's. */
export function sourceOf(candidateId: string): SensorSource {
  const word = prefixOf(candidateId).slice(0, -1)
  return word === 'ha' ? 'home-assistant' : (sensorSources.find((source) => source === word) ?? 'json')
}

export const newDevice = (id: string, lastSeenUtcMs: UtcMs): Device => ({
  id,
  source: sourceOf(id),
  candidate: null,
  lastSeenUtcMs,
  sensorId: null,
  series: new Map(),
  said: null,
  isAway: false,
  lostUtcMs: null,
  offsets: { ms: [], at: 0, lastUtcMs: 0 },
  notUnderstood: [],
})

export const newSeries = (metric: Metric, isTold: boolean): Series => ({
  key: metric.key,
  metric,
  isTold,
  isUnsaid: false,
  convert: metric.sourceUnit === null ? null : normalUnit(metric.sourceUnit, metric.kind).convert,
  unitSaid: null,
  unitChangedUtcMs: 0,
  expiresMs: null,
  calibrations: [],
  savedPeriodMs: metric.periodMs,
  pace: undefined,
  latest: undefined,
  moments: undefined,
})

/** How many metrics a device may have: one that describes itself may have more. */
export const mostMetrics = ({ source }: Device): number => (source === 'json' ? 64 : 256)

const offsetsKept = 15

/** Its clock is measured once a message. */
export function noteOffset({ offsets }: Device, deviceUtcMs: UtcMs, receivedUtcMs: UtcMs): void {
  if (offsets.lastUtcMs === deviceUtcMs) return
  offsets.lastUtcMs = deviceUtcMs
  offsets.ms[offsets.at] = deviceUtcMs - receivedUtcMs
  offsets.at = (offsets.at + 1) % offsetsKept
}

/** The median: one message that waited somewhere does not count. */
export function clockOffsetOf({ offsets: { ms } }: Device): number | null {
  if (ms.length === 0) return null
  return [...ms].sort((left, right) => left - right)[Math.floor(ms.length / 2)] ?? null
}

const mostNotUnderstood = 3
const sampleBytes = 200
const lenient = new TextDecoder('utf-8')

/** A message of the device that could not be read. @param reason a word of `QuarantineReason` */
export function noteNotUnderstood(
  device: Device,
  { topic, payload, receivedUtcMs }: { topic: string; payload: Uint8Array; receivedUtcMs: UtcMs },
  reason: string,
): void {
  const text = lenient.decode(payload.subarray(0, sampleBytes))
  const sample = text.replace(/[\p{Cc}\uFFFD]/gu, (letter) =>
    letter === '\n' || letter === '\t' ? letter : `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
  const entry = { utcMs: receivedUtcMs, topic, reason, sizeBytes: payload.byteLength, sample }
  device.notUnderstood = [entry, ...device.notUnderstood].slice(0, mostNotUnderstood)
}
