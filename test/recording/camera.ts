/** One real camera (GStreamer) recorded by the real module, without the rest of the gateway. */
import { readStream } from '../../gateway/cameras/stream-reader.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import type { Tools } from '../../gateway/lib/supervise.ts'
import { playback } from '../../gateway/playback/playback.ts'
import { recording, type RecordingParts } from '../../gateway/recording/recording.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'

export const tools: Tools = { clock: systemClock, log: openLog('silent') }
export const login = { user: 'admin', password: "s3'cr:et/@" }
export const always = { fromUtcMs: 0, toUtcMs: 9_999_999_999_999 }

/** A recording without the rest of the gateway: one disk, cameras without wishes that were added before anything happened. */
export function partsOf(store: Store, root: string, more: Partial<RecordingParts> = {}): RecordingParts {
  return {
    store,
    gatewayId: 'gw-test',
    disks: [{ name: 'main', path: root, minFreeBytes: 0 }],
    retentionDays: 30,
    tools,
    camera: () => undefined,
    requireCamera: () => {},
    lives: () => [],
    timeZone: () => 'Asia/Shanghai',
    onTimeline: () => {},
    ...more,
  }
}
export const playbackOf = (footage: ReturnType<typeof recording>) =>
  playback({
    find: footage.segments,
    findFile: footage.segmentAt,
    spans: footage.spans,
    cameraName: (cameraId) => cameraId,
    timeZone: () => 'Asia/Shanghai',
  })

export function openRecording(folder: string, more: Partial<RecordingParts> = {}) {
  const store = openStore(`${folder}/gateway.db`, 'gateway')
  const footage = recording(partsOf(store, `${folder}/recordings`, more))
  return { store, footage, play: playbackOf(footage) }
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
