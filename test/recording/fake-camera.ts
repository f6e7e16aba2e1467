/** Real H.264 from ffmpeg, handed to the recorder at times that a test decides. */
import { execFileSync } from 'node:child_process'
import type { Clock } from '../../gateway/lib/clock.ts'
import { boxesOf } from '../../gateway/media/boxes.ts'
import { samplesOf } from '../../gateway/media/fragment.ts'
import { readInit } from '../../gateway/media/init.ts'
import type { Sample, StreamEvent, StreamInit } from '../../gateway/media/stream.ts'

export const fps = 10
/** Frames from keyframe to keyframe. */
export const gop = 10

export interface Video {
  readonly init: StreamInit
  /** One GOP. */
  readonly samples: readonly Sample[]
}

export function encodeVideo(size = '320x240'): Video {
  const source = ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=${fps}:duration=1`, '-pix_fmt', 'yuv420p']
  const codec = ['-c:v', 'libx264', '-g', String(gop), '-bf', '0', '-preset', 'ultrafast']
  const fragments = ['-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1']
  const bytes = execFileSync('ffmpeg', ['-loglevel', 'error', ...source, ...codec, ...fragments], {
    maxBuffer: 1 << 26,
  })
  const boxes = boxesOf(bytes)
  const init = readInit(bytes.subarray(0, boxes.find((box) => box.type === 'moof')?.offset))
  const samples = boxes.flatMap((box, n) =>
    box.type === 'moof' ? samplesOf(box.body, boxes[n + 1]?.body ?? new Uint8Array()) : [],
  )
  return { init, samples }
}

export interface ManualClock extends Clock {
  utcMs: number
  monoMs: number
  /** Lets time pass on both clocks. */
  pass(ms: number): void
}
export function manualClock(startUtcMs = 1_800_000_000_000): ManualClock {
  return {
    utcMs: startUtcMs,
    monoMs: 0,
    now() {
      return this.utcMs
    },
    monotonic() {
      return this.monoMs
    },
    sleep: async (_ms, signal) => (signal?.aborted ? 'aborted' : 'slept'),
    pass(ms) {
      this.utcMs += ms
      this.monoMs += ms
    },
  }
}

/** Sends one GOP after the other; `skip` moves the camera's own time. */
export function fakeCamera(video: Video, clock: ManualClock, put: (event: StreamEvent) => void) {
  const { timescale } = video.init
  const frameTicks = timescale / fps
  let dts = 0
  let sent = 0
  return {
    connect: () => put({ init: video.init }),
    /** `pace`: milliseconds on the clock for each frame. */
    send(frames: number, paceMs = 1_000 / fps): void {
      for (let n = 0; n < frames; n++) {
        const sample = video.samples[sent++ % gop]
        if (!sample) throw new Error('no sample')
        put({
          frame: { sample: { ...sample, dts, duration: frameTicks }, bytes: sample.data, arrivedUtcMs: clock.now() },
        })
        dts += frameTicks
        clock.pass(paceMs)
      }
    },
    /** ffmpeg lets the picture before a hole last until the next one: one long frame. */
    sendLong(ms: number, paceMs: number): void {
      clock.pass(paceMs)
      const sample = video.samples[sent++ % gop]
      if (!sample) throw new Error('no sample')
      const duration = Math.round((ms / 1_000) * timescale)
      put({ frame: { sample: { ...sample, dts, duration }, bytes: sample.data, arrivedUtcMs: clock.now() } })
      dts += duration
    },
  }
}
