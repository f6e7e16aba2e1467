import { z } from 'zod'
import { Id, MillisField, Name, UtcMsField, UtcMsQuery } from './common.ts'

export const Severity = z.enum(['warning', 'critical'])

/** A rule on one metric of one sensor. `silent` fires when no reading came for `forMs`; its threshold is ignored. */
export const RuleFields = {
  name: Name,
  sensorId: Id,
  metric: z.string().min(1).max(80),
  condition: z.enum(['above', 'below', 'silent']),
  threshold: z.number().default(0),
  /** How long the condition must hold without a break. 0: at once. */
  forMs: MillisField.default(0),
  /** How far back inside the value must come before the alert clears, in the metric's unit. */
  hysteresis: z.number().min(0).default(0),
  severity: Severity.default('warning'),
  enabled: z.boolean().default(true),
}
export const NewRule = z.strictObject(RuleFields)
export type NewRule = z.infer<typeof NewRule>
export const Rule = z.object({ id: Id, ...RuleFields })
export type Rule = z.infer<typeof Rule>
export const PatchRule = z.strictObject({
  name: Name.optional(),
  threshold: z.number().optional(),
  forMs: MillisField.optional(),
  hysteresis: z.number().min(0).optional(),
  severity: Severity.optional(),
  enabled: z.boolean().optional(),
})

/** One raised incident with a life: open, then acknowledged and cleared in any order; it is closed when both happened. */
export const Alert = z.object({
  id: Id,
  /** A rule's alert, or one of the gateway's own about itself, a camera or the disk (`ruleId` null, `code` says which). */
  ruleId: Id.nullable(),
  code: z.string(),
  name: z.string(),
  severity: Severity,
  sensorId: Id.nullable(),
  cameraId: Id.nullable(),
  areaId: Id.nullable(),
  metric: z.string().nullable(),
  unit: z.string().nullable(),
  threshold: z.number().nullable(),
  condition: z.enum(['above', 'below', 'silent']).nullable(),
  /** The value that raised it, and the worst one since. */
  value: z.number().nullable(),
  worstValue: z.number().nullable(),
  raisedUtcMs: UtcMsField,
  clearedUtcMs: UtcMsField.nullable(),
  acknowledgedUtcMs: UtcMsField.nullable(),
  acknowledgedBy: z.string().nullable(),
  note: z.string().nullable(),
})
export type Alert = z.infer<typeof Alert>

/** `open`: not yet cleared or not yet acknowledged. */
export const AlertState = z.enum(['open', 'closed', 'all'])
/** `state` is how it is now; the range asks for those that were open at some time of it, and is open at an end that is not given. */
export const AlertQuery = z
  .object({
    state: AlertState.default('open'),
    fromUtcMs: UtcMsQuery.optional(),
    toUtcMs: UtcMsQuery.optional(),
    areaId: Id.optional(),
    cameraId: Id.optional(),
  })
  .refine(({ fromUtcMs = 0, toUtcMs = Number.MAX_SAFE_INTEGER }) => fromUtcMs < toUtcMs, {
    message: 'fromUtcMs must be before toUtcMs',
    path: ['toUtcMs'],
  })
export type AlertQuery = z.infer<typeof AlertQuery>
export const AcknowledgeBody = z.strictObject({ note: z.string().trim().max(1_000).default('') })
