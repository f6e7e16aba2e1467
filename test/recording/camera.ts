/** One real camera (GStreamer) recorded by the real module, without the rest of the gateway. */
import { readStream } from '../../gateway/cameras/stream-reader.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import type { Tools } from '../../gateway/lib/supervise.ts'
import { playback } from '../../gateway/playback/playback.ts'
import { recording } from '../../gateway/recording/recording.ts'
import { openStore } from '../../gateway/store/open.ts'

export const tools: Tools = { clock: systemClock, log: openLog('silent') }
export const login = { user: 'admin', password: "s3'cr:et/@" }
export const always = { fromUtcMs: 0, toUtcMs: 9_999_999_999_999 }

export function openRecording(folder: string, limits = { retentionDays: 30, minFreeBytes: 0 }) {
  const store = openStore(`${folder}/gateway.db`, 'gateway')
  const footage = recording({
    store,
    gatewayId: 'gw-test',
    root: `${folder}/recordings`,
    limits,
    tools,
    clockOffsetMs: () => null,
    onTimeline: () => {},
  })
  return { store, footage, play: playback(footage.root, footage.segments, footage.segmentAt) }
}

/** Records `url` as `cameraId` until `until` says so, then stops as the gateway does. */
export async function recordUntil(
  footage: ReturnType<typeof recording>,
  cameraId: string,
  url: string,
  until: () => boolean | Promise<boolean>,
): Promise<void> {
  const stop = new AbortController()
  const end = new AbortController()
  const upkeep = footage.run(end.signal)
  const recorder = footage.begin(cameraId)
  const reading = readStream({ url, ...login }, tools, stop.signal, (event) => recorder.put(event))
  try {
    while (!(await until())) {
      const state = await Promise.race([reading.then(() => 'ended'), tools.clock.sleep(50)])
      if (state === 'ended') throw new Error('the stream ended by itself')
    }
  } finally {
    stop.abort()
    await reading
    end.abort()
    await upkeep
  }
}
