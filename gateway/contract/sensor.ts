import { z } from 'zod'
import { Id, Name, UtcMsField } from './common.ts'

/** One thing a sensor measures. `kind` is Home Assistant's device class where there is one. */
export const Metric = z.object({
  key: z.string(),
  name: z.string(),
  unit: z.string().nullable(),
  kind: z.string().nullable(),
  /** `binary`: 0 or 1, e.g. a door contact. */
  type: z.enum(['number', 'binary']),
})
export type Metric = z.infer<typeof Metric>

export const Quality = z.enum(['ok', 'suspect', 'late'])
/** One value with two times. All numbers are floats; a binary is 0 or 1. */
export const Reading = z.object({
  sensorId: Id,
  metric: z.string(),
  value: z.number(),
  quality: Quality,
  /** When the gateway received it. */
  utcMs: UtcMsField,
  /** What the device's own clock said, when it said anything. */
  deviceUtcMs: UtcMsField.nullable(),
})
export type Reading = z.infer<typeof Reading>

export const Latest = z.object({ metric: z.string(), value: z.number(), quality: Quality, utcMs: UtcMsField })

/** `online` while readings arrive at their usual pace; `unknown` is its own state and never shown as fine. */
export const Sensor = z.object({
  id: Id,
  candidateId: z.string(),
  name: z.string(),
  areaId: Id,
  source: z.enum(['home-assistant', 'json']),
  metrics: z.array(Metric),
  status: z.enum(['online', 'silent', 'unknown']),
  latest: z.array(Latest),
})
export type Sensor = z.infer<typeof Sensor>

export const SensorCandidate = z.object({
  candidateId: z.string(),
  name: z.string(),
  source: z.enum(['home-assistant', 'json']),
  topic: z.string(),
  metrics: z.array(Metric),
  latest: z.array(Latest),
  firstSeenUtcMs: UtcMsField,
  lastSeenUtcMs: UtcMsField,
  sensorId: Id.nullable(),
})
export type SensorCandidate = z.infer<typeof SensorCandidate>

export const NewSensor = z.strictObject({ candidateId: z.string().min(1).max(200), areaId: Id, name: Name.optional() })
export const PatchSensor = z.strictObject({ name: Name.optional(), areaId: Id.optional() })

/** Buckets as wide as a pixel; a bucket without a reading is absent, never interpolated. */
export const History = z.object({
  metric: z.string(),
  unit: z.string().nullable(),
  bucketMs: z.int(),
  buckets: z.array(z.object({ utcMs: UtcMsField, min: z.number(), max: z.number(), mean: z.number(), count: z.int() })),
})
export type History = z.infer<typeof History>

/** A payload that could not be read: kept with its first bytes and the reason. */
export const Quarantined = z.object({
  id: z.int(),
  utcMs: UtcMsField,
  topic: z.string(),
  reason: z.string(),
  sizeBytes: z.int(),
  sample: z.string(),
})
