import { z } from 'zod'

/** A share of the camera's full speed: -1 to 1. */
const Speed = z.number().min(-1).max(1)

/** Turn while a button is held: sent again every 500 ms; 1.5 s after the last one the camera is stopped. Positive: right, up, closer. */
export const PtzMove = z
  .strictObject({ pan: Speed.default(0), tilt: Speed.default(0), zoom: Speed.default(0) })
  .refine(({ pan, tilt, zoom }) => pan !== 0 || tilt !== 0 || zoom !== 0, 'a direction')
export type PtzMove = z.infer<typeof PtzMove>

export const PtzPreset = z.object({ token: z.string(), name: z.string() })
export type PtzPreset = z.infer<typeof PtzPreset>

export const PtzState = z.object({
  presets: z.array(PtzPreset),
  /** Who turns the camera now, by name: others must wait. Null for nobody, and for the one who asks. */
  heldBy: z.string().nullable(),
})
export type PtzState = z.infer<typeof PtzState>

/** It is put into XML, which holds no control characters. */
const oneLine = z.string().regex(/^\P{Cc}*$/u, 'no line breaks or other control characters')
export const GotoPreset = z.strictObject({ token: oneLine.min(1).max(64) })
/** Keeps where the camera looks now under a name. */
export const NewPreset = z.strictObject({ name: oneLine.trim().min(1).max(64) })
