import { z } from 'zod'
import type { Millis, UtcMs } from '../domain/units.ts'

/** Milliseconds since 1970 UTC; up to the year 2286, so that seconds or microseconds are noticed. */
export const UtcMsField = z.int().min(0).max(9_999_999_999_999) as z.ZodType<UtcMs, UtcMs>
export const MillisField = z.int().min(0) as z.ZodType<Millis, Millis>
/** The same moment in a query string. */
export const UtcMsQuery = z.coerce
  .number({ error: 'milliseconds since 1970 UTC, a whole number' })
  .int()
  .min(0)
  .max(9_999_999_999_999) as z.ZodType<UtcMs>

/** Short ids made by the gateway or written in zone.yaml. */
export const Id = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'letters a-z, digits, - and _, at most 64')
export const Name = z.string().trim().min(1).max(120)

export const RangeQuery = z
  .object({ fromUtcMs: UtcMsQuery, toUtcMs: UtcMsQuery })
  .refine((range) => range.fromUtcMs < range.toUtcMs, {
    message: 'fromUtcMs must be before toUtcMs',
    path: ['toUtcMs'],
  })

/** RFC 9457 problem details; `code` is stable, `errors` names the fields that are wrong. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof Problem>
