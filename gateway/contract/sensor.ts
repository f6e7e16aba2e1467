import { z } from 'zod'
import { lossReasons, readingQualities, sensorSources } from '../domain/words.ts'
import { NewRule } from './alert.ts'
import { Id, MillisField, Name, UtcMsField } from './common.ts'

export const Source = z.enum(sensorSources)
export const MetricKey = z.string().min(1).max(80)

/** One thing a sensor measures. `kind` is Home Assistant's device class where there is one. */
export const Metric = z.object({
  key: MetricKey,
  name: z.string(),
  /** The unit of every value that is kept and shown: degrees Celsius, hectopascal ... whatever the device sends. */
  unit: z.string().nullable(),
  /** What the device sends, when that is another one and values are converted. */
  sourceUnit: z.string().nullable(),
  kind: z.string().nullable(),
  /** `binary`: 0 or 1, e.g. a door contact. */
  type: z.enum(['number', 'binary']),
  /** Unit and kind are guessed from the name and the values, until somebody says otherwise. */
  guessed: z.boolean(),
  /** How often it speaks, told by the device or learned; null while not known. */
  periodMs: MillisField.nullable(),
})
export type Metric = z.infer<typeof Metric>

export const Quality = z.enum(readingQualities)
/** One value with two times. All numbers are floats; a binary is 0 or 1. */
export const Reading = z.object({
  sensorId: Id,
  metric: MetricKey,
  /** In the metric's unit, calibrated. */
  value: z.number(),
  /** As the device said it, before unit and calibration; null when it is the same. */
  rawValue: z.number().nullable(),
  quality: Quality,
  /** When the gateway received it; two readings of a metric never share one. */
  utcMs: UtcMsField,
  /** What the device's own clock said, when it said anything that names a moment. */
  deviceUtcMs: UtcMsField.nullable(),
  /** The MQTT topic of the message it was in, or the login name of the person who read it. */
  source: z.string().max(512),
})
export type Reading = z.infer<typeof Reading>

export const Latest = z.object({
  metric: MetricKey,
  value: z.number(),
  quality: Quality,
  utcMs: UtcMsField,
  /** From then on nobody knows: three of its intervals passed without a reading. Null while its interval is not known. */
  unknownFromUtcMs: UtcMsField.nullable(),
})
export type Latest = z.infer<typeof Latest>

/**
 * Why a sensor is not online. `not-seen`: nothing since the gateway began; `overdue`: three intervals without a reading; `said-offline`: the
 * device, its bridge or its last will said so; `broker-away`: nothing can be heard of anybody.
 */
export const SilenceReason = z.enum(['not-seen', 'overdue', 'said-offline', 'broker-away'])

/** `online` while readings arrive at their usual pace; `unknown` is its own state and never shown as fine. */
export const Sensor = z.object({
  id: Id,
  candidateId: z.string(),
  name: z.string(),
  areaId: Id,
  source: Source,
  metrics: z.array(Metric),
  status: z.enum(['online', 'silent', 'unknown']),
  why: SilenceReason.nullable(),
  latest: z.array(Latest),
  /** The device's clock minus the gateway's, over its last readings; null when it tells no time. */
  clockOffsetMs: z.number().nullable(),
})
export type Sensor = z.infer<typeof Sensor>

/** A message of a device that could not be read. */
export const NotUnderstood = z.object({
  utcMs: UtcMsField,
  topic: z.string(),
  reason: z.string(),
  sizeBytes: z.int(),
  /** The first bytes as text; what is no text is shown as escapes. */
  sample: z.string(),
})
export type NotUnderstood = z.infer<typeof NotUnderstood>

/** A device that was heard of. `waiting` for somebody to decide, `approved` as a sensor, or `ignored` until somebody takes it back. */
export const SensorCandidate = z.object({
  candidateId: z.string(),
  name: z.string(),
  /** Maker and model, as far as the device says. */
  model: z.string().nullable(),
  source: Source,
  topic: z.string(),
  state: z.enum(['waiting', 'approved', 'ignored']),
  metrics: z.array(Metric),
  latest: z.array(Latest),
  firstSeenUtcMs: UtcMsField,
  lastSeenUtcMs: UtcMsField,
  sensorId: Id.nullable(),
  /** The last messages of it that could not be read, newest first; at most three. */
  notUnderstood: z.array(NotUnderstood),
})
export type SensorCandidate = z.infer<typeof SensorCandidate>

export const CandidateId = z.string().min(1).max(200)
export const NewSensor = z.strictObject({ candidateId: CandidateId, areaId: Id, name: Name.optional() })
export type NewSensor = z.infer<typeof NewSensor>
export const PatchSensor = z.strictObject({ name: Name.optional(), areaId: Id.optional() })
export type PatchSensor = z.infer<typeof PatchSensor>
/** What somebody says about a metric: it is not guessed any more. Readings from now on; the past is not rewritten. */
export const PatchMetric = z.strictObject({
  name: Name.optional(),
  kind: z.string().max(60).nullable().optional(),
  /** What the device sends: values are converted from it, when it has a usual unit. */
  sourceUnit: z.string().trim().max(20).nullable().optional(),
})
export type PatchMetric = z.infer<typeof PatchMetric>

/** A rule that the kind of a metric and of its area asks for; everything of it may be changed before it is kept. */
export const RuleProposal = NewRule.omit({ sensorId: true })
export type RuleProposal = z.infer<typeof RuleProposal>
export const RuleProposals = z.object({ rules: z.array(RuleProposal) })

/** Places several devices at once, with their rules: all of them or none. */
export const Approval = z.strictObject({
  entries: z
    .array(NewSensor.extend({ rules: z.array(RuleProposal).max(20).default([]) }))
    .min(1)
    .max(200),
})
export type Approval = z.infer<typeof Approval>
export const IgnoreCandidates = z.strictObject({
  candidateIds: z.array(CandidateId).min(1).max(500),
  ignored: z.boolean(),
})

/** A measuring point without a device: a person reads an instrument (salinity, pH of a brine) and writes it down. */
export const NewManualSensor = z.strictObject({
  name: Name,
  areaId: Id,
  metrics: z
    .array(
      z.strictObject({ name: Name, unit: z.string().trim().max(20).nullable(), kind: z.string().max(60).nullable() }),
    )
    .min(1)
    .max(16),
})
export type NewManualSensor = z.infer<typeof NewManualSensor>
/** Readings that a person takes at one moment; also of a device's sensor, e.g. to compare. */
export const NewManualReadings = z.strictObject({
  takenUtcMs: UtcMsField,
  values: z
    .array(z.strictObject({ metric: MetricKey, value: z.number() }))
    .min(1)
    .max(16),
  note: z.string().trim().max(500).default(''),
})
export type NewManualReadings = z.infer<typeof NewManualReadings>
export const TakenReadings = z.object({ readings: z.array(Reading) })

/**
 * A calibration of one metric: `value = raw * scale + offset` in the metric's unit, for readings from `fromUtcMs` on, until a later one
 * begins. It is never changed, and never touches readings that were kept before it.
 */
export const NewCalibration = z.strictObject({
  metric: MetricKey,
  offset: z.number().min(-1e6).max(1e6),
  scale: z.number().min(1e-6).max(1e6),
  /** Number of the certificate. */
  certificate: z.string().trim().max(120).default(''),
  /** When the next one is due, a day; null when nobody asks for it. */
  dueOn: z.iso.date().nullable().default(null),
})
export type NewCalibration = z.infer<typeof NewCalibration>
export const Calibration = NewCalibration.extend({ id: Id, sensorId: Id, fromUtcMs: UtcMsField, by: z.string() })
export type Calibration = z.infer<typeof Calibration>
export const Calibrations = z.object({ calibrations: z.array(Calibration) })

/** Buckets as wide as a pixel; a bucket without a reading is absent, never interpolated. */
export const History = z.object({
  metric: z.string(),
  unit: z.string().nullable(),
  bucketMs: z.int(),
  buckets: z.array(z.object({ utcMs: UtcMsField, min: z.number(), max: z.number(), mean: z.number(), count: z.int() })),
})
export type History = z.infer<typeof History>

/** A payload that could not be read, or a reading that a store refused: kept with its first bytes and the reason. */
export const Quarantined = z.object({
  id: z.int(),
  utcMs: UtcMsField,
  topic: z.string(),
  reason: z.string(),
  sizeBytes: z.int(),
  sample: z.string(),
  sensorId: Id.nullable(),
})
export type Quarantined = z.infer<typeof Quarantined>

/** Readings that were given up before a store took them: never silent. */
export const Loss = z.object({
  id: z.int(),
  utcMs: UtcMsField,
  reason: z.enum(lossReasons),
  /** The store that did not get them. */
  store: z.string(),
  readings: z.int(),
  series: z.array(
    z.object({ sensorId: Id, metric: MetricKey, fromUtcMs: UtcMsField, toUtcMs: UtcMsField, readings: z.int() }),
  ),
})
export type Loss = z.infer<typeof Loss>

/**
 * The account of one sensor towards one store: `received = stored + quarantined + lost + waiting`. Each is counted where it happens;
 * `difference` is what does not add up, and 0.
 */
export const SensorAccount = z.object({
  sensorId: Id,
  store: z.string(),
  received: z.int(),
  stored: z.int(),
  quarantined: z.int(),
  lost: z.int(),
  waiting: z.int(),
  difference: z.int(),
})
export type SensorAccount = z.infer<typeof SensorAccount>
export const ReadingLedger = z.object({
  sinceUtcMs: UtcMsField,
  accounts: z.array(SensorAccount),
  losses: z.array(Loss),
  /** How far each store is behind. */
  backlogs: z.array(
    z.object({ store: z.string(), readings: z.int(), oldestUtcMs: UtcMsField.nullable(), health: z.string() }),
  ),
})
export type ReadingLedger = z.infer<typeof ReadingLedger>
