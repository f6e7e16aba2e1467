import { z } from 'zod'
import { pictureTroubles } from '../domain/words.ts'
import { GapReason } from './camera.ts'
import { Id, UtcMsField, UtcMsQuery } from './common.ts'

const Reason = z.string().trim().min(1).max(500)
const period = { fromUtcMs: UtcMsField, toUtcMs: UtcMsField }
const inOrder = {
  when: (range: { fromUtcMs: number; toUtcMs: number }) => range.fromUtcMs < range.toUtcMs,
  error: { message: 'fromUtcMs must be before toUtcMs', path: ['toUtcMs'] },
}
const CameraIds = z.array(Id).min(1).max(200)

/** A span of footage that retention never deletes, whatever the disk says. */
export const Hold = z.object({
  id: Id,
  cameraIds: z.array(Id),
  ...period,
  reason: z.string(),
  /** When it lapses by itself; null: when somebody releases it. */
  untilUtcMs: UtcMsField.nullable(),
  createdUtcMs: UtcMsField,
  /** Login name and name of who placed it. */
  owner: z.string(),
  ownerName: z.string(),
  releasedUtcMs: UtcMsField.nullable(),
  releasedBy: z.string().nullable(),
  releaseReason: z.string().nullable(),
  /** Neither released nor lapsed. */
  active: z.boolean(),
})
export type Hold = z.infer<typeof Hold>
export const Holds = z.object({ holds: z.array(Hold) })
/** The span may lie in the future. */
export const NewHold = z
  .strictObject({ cameraIds: CameraIds, ...period, reason: Reason, untilUtcMs: UtcMsField.optional() })
  .refine(inOrder.when, inOrder.error)
export type NewHold = z.infer<typeof NewHold>
/** A hold is only ever made longer; `untilUtcMs: null` takes its end away. */
export const ExtendHold = z.strictObject({
  toUtcMs: UtcMsField.optional(),
  untilUtcMs: UtcMsField.nullable().optional(),
})
export type ExtendHold = z.infer<typeof ExtendHold>
export const ReleaseHold = z.strictObject({ reason: Reason })

/** A stretch in which a camera is off by plan, with the operator's reason: it is not expected to record. */
export const PlannedOff = z.object({
  id: Id,
  cameraId: Id,
  ...period,
  reason: z.string(),
  createdUtcMs: UtcMsField,
  createdBy: z.string(),
  cancelledUtcMs: UtcMsField.nullable(),
  cancelledBy: z.string().nullable(),
})
export type PlannedOff = z.infer<typeof PlannedOff>
export const PlannedOffs = z.object({ plannedOff: z.array(PlannedOff) })
/** Never in the past: what was missing stays missing. */
export const NewPlannedOff = z
  .strictObject({ cameraIds: CameraIds, ...period, reason: Reason })
  .refine(inOrder.when, inOrder.error)
export type NewPlannedOff = z.infer<typeof NewPlannedOff>

/** `day`: of the zone's time zone. */
export const CoverageBucket = z.enum(['hour', 'day'])
export const CoverageQuery = z
  .object({
    fromUtcMs: UtcMsQuery,
    toUtcMs: UtcMsQuery,
    bucket: CoverageBucket.default('hour'),
    /** Rows of one camera, or of all cameras whose (last) area it is; without both, of all. */
    cameraId: Id.optional(),
    areaId: Id.optional(),
    /** `area` adds the cameras of an area up. */
    by: z.enum(['camera', 'area']).default('camera'),
  })
  .refine(inOrder.when, inOrder.error)
export type CoverageQuery = z.infer<typeof CoverageQuery>
/** expected = recorded + gaps (+ unexplained, which is 0 or a defect). Seconds, to the millisecond. */
export const CoverageRow = z.object({
  /** null in rows of an area. */
  cameraId: Id.nullable(),
  areaId: Id,
  ...period,
  expectedSeconds: z.number(),
  recordedSeconds: z.number(),
  plannedOffSeconds: z.number(),
  gapSeconds: z.partialRecord(GapReason, z.number()),
  unexplainedSeconds: z.number(),
})
export type CoverageRow = z.infer<typeof CoverageRow>
export const Coverage = z.object({ bucket: CoverageBucket, rows: z.array(CoverageRow) })

/** One recordings disk as it is now. */
export const DiskState = z.object({
  name: z.string(),
  path: z.string(),
  /** Code and sentence of what is wrong, e.g. `disk-away`; null while it takes footage. */
  trouble: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Of its file system; null while it is away. */
  totalBytes: z.number().nullable(),
  freeBytes: z.number().nullable(),
  footageBytes: z.number(),
  heldBytes: z.number(),
  /** From the configuration; null: no bound of its own. */
  maxBytes: z.number().nullable(),
  minFreeBytes: z.number(),
  cameras: z.number(),
  /** How long footage of cameras without a retention of their own is kept. */
  retentionDays: z.number(),
  /** What its cameras write, by the last day. */
  bytesPerDay: z.number(),
  /** Until footage must go before its time; null: retention keeps up, it never comes to that. */
  daysUntilFull: z.number().nullable(),
  /** Start of the oldest footage. */
  oldestUtcMs: UtcMsField.nullable(),
})
export type DiskState = z.infer<typeof DiskState>
export const Disks = z.object({ disks: z.array(DiskState) })

/** A range as files that each play by themselves: a new part wherever the video parameters change. */
export const ClipPart = z.object({
  ...period,
  sizeBytes: z.int(),
  codec: z.string(),
  widthPx: z.int(),
  heightPx: z.int(),
  /** Address of the MP4, with `ETag` and byte ranges. */
  href: z.string(),
  /** What is missing inside, closed up in the file. */
  gaps: z.array(z.object({ ...period, reason: GapReason })),
})
export type ClipPart = z.infer<typeof ClipPart>
export const ClipPlan = z.object({
  cameraId: Id,
  ...period,
  /** The camera's own clock minus the gateway's, when it was recorded; null when not known. */
  clockOffsetMs: z.number().nullable(),
  parts: z.array(ClipPart),
  /** Everything in the range that no part shows. */
  gaps: z.array(z.object({ ...period, reason: GapReason })),
})
export type ClipPlan = z.infer<typeof ClipPlan>

/** What the picture of a camera looked like at the last look. */
export const PictureState = z.object({
  cameraId: Id,
  /** null: nothing wrong, or never looked at (`lookedUtcMs` null). */
  trouble: z.enum(pictureTroubles).nullable(),
  sinceUtcMs: UtcMsField.nullable(),
  lookedUtcMs: UtcMsField.nullable(),
  /** The still that a person confirmed as the right view. */
  reference: z.object({ utcMs: UtcMsField, confirmedBy: z.string(), confirmedUtcMs: UtcMsField }).nullable(),
})
export type PictureState = z.infer<typeof PictureState>
export const PictureStates = z.object({ pictures: z.array(PictureState) })
