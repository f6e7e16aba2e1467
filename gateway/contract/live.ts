import { z } from 'zod'
import { ladderSteps } from '../domain/words.ts'
import { GapReason, StreamName } from './camera.ts'
import { UtcMsField } from './common.ts'

export const LadderStep = z.enum(ladderSteps)

/** Counts up since the socket was opened. */
const Count = z.int().min(0).max(1_000_000_000)

/** Client to server on `/api/live/<camera>`: JSON text frames, at most 4 KiB. */
export const LiveRequest = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    version: z.literal(1),
    /**
     * MIME strings the browser said yes to with `MediaSource.isTypeSupported`; `video/mpeg1` when it has the JSMpeg fallback, `image/jpeg`
     * when it can show pictures one by one.
     */
    accept: z.array(z.string().max(120)).max(32),
    /** Device pixels of the tile. */
    widthPx: z.int().min(1).max(16_384),
    heightPx: z.int().min(1).max(16_384),
    /** The stream to begin with; without it the tile's size decides. */
    prefer: StreamName.optional(),
    /** Steps that this player tried and could not keep up with or decode; they are left out until the next hello without them. */
    failed: z.array(LadderStep).max(ladderSteps.length).optional(),
  }),
  /** The tile is hidden: send nothing until `resume`. */
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({ type: z.literal('resume') }),
  /** What went well and what did not, every 10 s: nothing that a player heals goes uncounted. */
  z.strictObject({
    type: z.literal('stat'),
    presented: Count,
    /** Decoded and never shown, as the browser counts. */
    dropped: Count,
    quotaErrors: Count,
    decodeErrors: Count,
    networkErrors: Count,
    /** Times that nothing was presented for 2 s although the player should have. */
    stalls: Count,
    /** Times that the picture was built anew. */
    rebuilds: Count,
    /** Age of the picture on the screen, from when it was taken as far as the gateway can know; null while it is not known. */
    ageMs: z.number().min(0).max(86_400_000).nullable(),
  }),
])
export type LiveRequest = z.infer<typeof LiveRequest>

/** Why a step of the ladder is not taken, or why the picture is not the best one. */
export const StepDown = z.enum([
  /** The browser plays no such codec. */
  'codec-unsupported',
  'main-is-h265',
  'no-sub-stream',
  'sub-unavailable',
  'main-unavailable',
  'third-unavailable',
  /** All transcoders of the gateway are taken. */
  'tier-full',
  /** The transcoder cannot run. */
  'transcoder-failed',
  /** The player tried it and could not decode it or keep up. */
  'player-failed',
  /** The stream that was asked for is being fetched; this one is shown meanwhile. */
  'opening',
])
export type StepDown = z.infer<typeof StepDown>

/** Server to client, JSON text frames. Video follows in binary frames (see `gateway/domain/live-frame.ts`). */
export const LiveEvent = z.discriminatedUnion('type', [
  /** A new generation: the next binary frame is its init (kind 1), MPEG-TS (kind 3) or a picture (kind 4). */
  z.object({
    type: z.literal('stream'),
    generation: z.int(),
    stream: StreamName,
    tier: z.enum(['mse', 'mpeg1', 'jpeg']),
    /** e.g. `video/mp4; codecs="avc1.4D401F"`, from the real parameter sets. */
    mime: z.string(),
    codec: z.string(),
    widthPx: z.int(),
    heightPx: z.int(),
    why: StepDown.nullable(),
    /** The steps above the one that is shown, best first, and why each is not. */
    above: z.array(z.object({ step: LadderStep, why: StepDown })),
    /** Only keyframes come until the stream that was asked for is there. */
    keyframesOnly: z.boolean(),
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
  /**
   * Nothing is shown. `privacy`: somebody withheld the live picture; a `stream` follows when it is given again. The others are final until
   * the next hello.
   */
  z.object({
    type: z.literal('refused'),
    code: z.enum(['codec-unsupported', 'tier-full', 'privacy']),
    detail: z.string(),
  }),
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
