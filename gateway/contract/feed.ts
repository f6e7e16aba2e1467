import { z } from 'zod'
import { Alert } from './alert.ts'
import { CameraState, GapReason } from './camera.ts'
import { Id, UtcMsField } from './common.ts'
import { Reading } from './sensor.ts'

/** Changes, one per message. The client reloads a list over HTTP on `reload`. */
export const FeedChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('camera'), cameraId: Id, state: CameraState }),
  z.object({ kind: z.literal('reading'), reading: Reading }),
  z.object({ kind: z.literal('alert'), alert: Alert }),
  /** A camera's timeline grew: recorded up to `endUtcMs`, or a gap began or ended. */
  z.object({ kind: z.literal('timeline'), cameraId: Id, endUtcMs: UtcMsField, gap: GapReason.nullable() }),
  /** A list changed in a way that is rare: cameras, sensors, rules, discovery, zone. */
  z.object({ kind: z.literal('reload'), what: z.enum(['cameras', 'sensors', 'rules', 'discovery', 'zone']) }),
])
export type FeedChange = z.infer<typeof FeedChange>

/** Server to client. `seq` counts up by one for each change; the client resumes with `?after=<seq>`. */
export const FeedMessage = z.union([
  z.object({
    kind: z.literal('snapshot'),
    seq: z.int(),
    serverUtcMs: UtcMsField,
    cameras: z.array(z.object({ cameraId: Id, state: CameraState })),
    readings: z.array(Reading),
    alerts: z.array(Alert),
  }),
  z.object({ kind: z.literal('resumed'), seq: z.int(), serverUtcMs: UtcMsField }),
  z.object({ kind: z.literal('change'), seq: z.int(), change: FeedChange }),
  z.object({ kind: z.literal('ping'), seq: z.int(), serverUtcMs: UtcMsField }),
])
export type FeedMessage = z.infer<typeof FeedMessage>
