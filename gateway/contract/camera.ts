import { z } from 'zod'
import { gapReasons } from '../domain/words.ts'
import { Id, Name, UtcMsField } from './common.ts'

export const GapReason = z.enum(gapReasons)
/** `third` is one more H.264 profile, for browsers that play neither of the others. */
export const StreamName = z.enum(['main', 'sub', 'third'])
export type StreamName = z.infer<typeof StreamName>

export const StreamFacts = z.object({
  codec: z.enum(['H264', 'H265']),
  widthPx: z.int(),
  heightPx: z.int(),
  fps: z.number().nullable(),
  kbps: z.number().nullable(),
})
export type StreamFacts = z.infer<typeof StreamFacts>

/** The time of a day, in the zone's time zone. */
const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time like 04:30')
/**
 * When a camera should record: weekly windows in the zone's time zone, days 1 (Monday) to 7 (Sunday). A window whose end is not after
 * its beginning ends on the next day; equal ends mean 24 hours.
 */
export const DeclaredHours = z
  .array(z.strictObject({ days: z.array(z.int().min(1).max(7)).min(1).max(7), from: ClockTime, to: ClockTime }))
  .min(1)
  .max(28)
export type DeclaredHours = z.infer<typeof DeclaredHours>

/** How a camera is recorded, as an operator set it. */
export const recordingFields = {
  /** How long footage is kept; null: the configuration's `storage.retentionDays`. */
  retentionDays: z.number().min(0.01).max(3_650).nullable(),
  /** The rule or decision behind `retentionDays`. */
  retentionBasis: z.string().trim().max(200).nullable(),
  /** Name of a recordings disk; null: the first one. */
  disk: z.string().max(64).nullable(),
  /** null: always. */
  hours: DeclaredHours.nullable(),
}

/** What the camera is doing now. `recording` means that frames of the main stream arrive and are written. */
export const CameraState = z.object({
  status: z.enum(['connecting', 'recording', 'offline', 'disabled']),
  reason: GapReason.nullable(),
  /** One English sentence for operators; the dashboard shows its own words for `reason`. */
  detail: z.string().nullable(),
  sinceUtcMs: UtcMsField,
  nextTryUtcMs: UtcMsField.nullable(),
  lastFrameUtcMs: UtcMsField.nullable(),
  /** Measured on the running main stream. */
  fps: z.number().nullable(),
  kbps: z.number().nullable(),
})
export type CameraState = z.infer<typeof CameraState>

export const Camera = z.object({
  id: Id,
  name: z.string(),
  areaId: Id,
  /** What the pictures may be used for (PIPL art. 26). */
  purpose: z.string(),
  /** ONVIF device address, or the RTSP address without user info. */
  address: z.string(),
  kind: z.enum(['onvif', 'rtsp']),
  endpoint: z.string().nullable(),
  user: z.string(),
  enabled: z.boolean(),
  device: z
    .object({ manufacturer: z.string(), model: z.string(), firmware: z.string(), serial: z.string() })
    .nullable(),
  main: StreamFacts.nullable(),
  sub: StreamFacts.nullable(),
  third: StreamFacts.nullable(),
  ptz: z.boolean(),
  /** The camera's own clock minus the gateway's, at the last look. */
  clockOffsetMs: z.number().nullable(),
  /** Since then it is expected to record. */
  addedUtcMs: UtcMsField,
  /** The live picture is withheld from everybody; recording goes on. */
  privacy: z.boolean(),
  ...recordingFields,
  state: CameraState,
})
export type Camera = z.infer<typeof Camera>

const place = { name: Name, areaId: Id, purpose: z.string().trim().min(1).max(200) }
/** They are put into the lines of other protocols. */
const oneLine = z.string().regex(/^\P{Cc}*$/u, 'no line breaks or other control characters')
const login = { user: oneLine.max(120).default(''), password: oneLine.max(256).default('') }
export const NewCamera = z.union([
  z.strictObject({
    address: z.url({
      protocol: /^https?$/,
      hostname: z.regexes.hostname,
      error: 'an address that begins with http://',
    }),
    ...login,
    ...place,
  }),
  z.strictObject({
    rtspUrl: z.url({
      protocol: /^rtsps?$/,
      hostname: z.regexes.hostname,
      error: 'an address that begins with rtsp://',
    }),
    ...login,
    ...place,
  }),
])
export type NewCamera = z.infer<typeof NewCamera>

export const PatchCamera = z.strictObject({
  name: Name.optional(),
  areaId: Id.optional(),
  purpose: place.purpose.optional(),
  enabled: z.boolean().optional(),
  privacy: z.boolean().optional(),
  user: oneLine.max(120).optional(),
  password: oneLine.max(256).optional(),
  retentionDays: recordingFields.retentionDays.optional(),
  retentionBasis: recordingFields.retentionBasis.optional(),
  disk: recordingFields.disk.optional(),
  hours: recordingFields.hours.optional(),
})
export type PatchCamera = z.infer<typeof PatchCamera>

/** A camera that answered WS-Discovery and is not yet added. */
export const CameraCandidate = z.object({
  endpoint: z.string(),
  /** ONVIF device address; its host is the host that answered. */
  address: z.string(),
  name: z.string().nullable(),
  hardware: z.string().nullable(),
  location: z.string().nullable(),
  firstSeenUtcMs: UtcMsField,
  lastSeenUtcMs: UtcMsField,
  /** The camera it already is, when it was added. */
  cameraId: Id.nullable(),
})
export type CameraCandidate = z.infer<typeof CameraCandidate>

/** Recorded and missing stretches, in order, not overlapping. Times outside recorded and gap were not expected (before the camera was added). */
export const Span = z.object({
  kind: z.enum(['recorded', 'gap']),
  startUtcMs: UtcMsField,
  endUtcMs: UtcMsField,
  reason: GapReason.optional(),
})
export type Span = z.infer<typeof Span>
export const Spans = z.object({ spans: z.array(Span) })
