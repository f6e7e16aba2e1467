import { z } from 'zod'
import { GapReason, StreamName } from './camera.ts'
import { UtcMsField } from './common.ts'

/** Client to server on `/api/live/<camera>`: JSON text frames, at most 4 KiB. */
export const LiveRequest = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    version: z.literal(1),
    /** MIME strings the browser said yes to with `MediaSource.isTypeSupported`; `video/mpeg1` when it has the JSMpeg fallback. */
    accept: z.array(z.string().max(120)).max(32),
    /** Device pixels of the tile. */
    widthPx: z.int().min(1).max(16_384),
    heightPx: z.int().min(1).max(16_384),
    /** What the user asked for; without it the tile's size decides. */
    prefer: StreamName.optional(),
  }),
  /** The tile is hidden: send nothing until `resume`. */
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({ type: z.literal('resume') }),
])
export type LiveRequest = z.infer<typeof LiveRequest>

/** Why the picture is not the best one. */
export const StepDown = z.enum(['codec-unsupported', 'main-is-h265', 'no-sub-stream', 'sub-unavailable', 'tier-full'])

/** Server to client, JSON text frames. Video follows in binary frames (see `gateway/domain/live-frame.ts`). */
export const LiveEvent = z.discriminatedUnion('type', [
  /** A new generation: the next binary frame is its init (kind 1) or MPEG-TS (kind 3). */
  z.object({
    type: z.literal('stream'),
    generation: z.int(),
    stream: StreamName,
    tier: z.enum(['mse', 'mpeg1']),
    /** e.g. `video/mp4; codecs="avc1.4D401F"`, from the real parameter sets. */
    mime: z.string(),
    codec: z.string(),
    widthPx: z.int(),
    heightPx: z.int(),
    why: StepDown.nullable(),
  }),
  /** The viewer was too slow: this many frames were left out, the next one is a keyframe. */
  z.object({ type: z.literal('drop'), frames: z.int() }),
  /** No picture can be had now; the socket stays open and a `stream` follows when it can. */
  z.object({
    type: z.literal('offline'),
    reason: GapReason,
    detail: z.string().nullable(),
    nextTryUtcMs: UtcMsField.nullable(),
  }),
  /** Nothing the browser can play is available; final until the next hello. */
  z.object({ type: z.literal('refused'), code: z.enum(['codec-unsupported', 'tier-full']), detail: z.string() }),
])
export type LiveEvent = z.infer<typeof LiveEvent>

/** WebSocket close codes of both sockets. */
export const CloseCode = {
  login: 4401,
  forbidden: 4403,
  missing: 4404,
  invalid: 4400,
  slow: 4429,
  draining: 4503,
} as const
