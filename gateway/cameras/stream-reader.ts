import { Failure } from '../domain/failure.ts'
import { minutes, seconds } from '../domain/units.ts'
import { runChild } from '../lib/child.ts'
import type { Tools } from '../lib/supervise.ts'
import { boxCollector, need, oneAfterOther } from '../media/boxes.ts'
import { asFrame, firstPictures } from '../media/first-pictures.ts'
import { samplesOf } from '../media/fragment.ts'
import { readInit } from '../media/init.ts'
import { parameterWatch } from '../media/parameter-sets.ts'
import { pictureJoiner } from '../media/picture.ts'
import { type Sample, shapeOf, type StreamEvent, type StreamFrame, type StreamInit } from '../media/stream.ts'
import { concatScript, readerArgs, type StreamAddress } from './ffmpeg-args.ts'
import { silenceFailure, streamFailure } from './stream-errors.ts'

/** No byte for this long counts as lost, whatever ffmpeg believes. */
const silenceMs = seconds(10)
/** Connected and sending, but nothing to start from. */
const keyframeMs = seconds(30)
/** It had keyframes and leaves them out now, as "smart" codecs may: a new connection asks for one. */
const nextKeyframeMs = minutes(5)
/** So many pictures in a row without a duration: the camera's time went back, and ffmpeg holds every picture at the last time it saw. */
const standstillPictures = 10

/**
 * Reads one stream of a camera until it ends or `signal` aborts: an init, then frames from the first keyframe on, and another init before
 * the keyframe with which the camera changes its parameters. `take` is called in order and must return at once.
 * @throws Failure with a `GapReason` as code: camera-denied · camera-lost · camera-unreachable · no-route · camera-timeout ·
 * stream-not-found · stalled · no-keyframe · clock-step · unsupported-codec
 */
export async function readStream(
  address: StreamAddress,
  tools: Tools,
  signal: AbortSignal,
  take: (event: StreamEvent) => void,
): Promise<void> {
  const watch = new AbortController()
  const either = AbortSignal.any([signal, watch.signal])
  const startedMs = tools.clock.monotonic()
  let lastByteMs = startedMs
  let hadBytes = false
  let hadKey = false
  let lastKeyMs = startedMs
  let standing = 0
  let isSilent = false
  let gaveUp: Failure | undefined

  const giveUp = (failure: Failure) => {
    gaveUp ??= failure
    watch.abort()
  }
  const watching = (async () => {
    while ((await tools.clock.sleep(1_000, either)) === 'slept') {
      const now = tools.clock.monotonic()
      if (now - lastByteMs > silenceMs) {
        isSilent = true
        watch.abort()
      } else if (!hadKey && hadBytes && now - startedMs > keyframeMs)
        giveUp(new Failure('away', 'no-keyframe', 'video arrives, but no keyframe for 30 s'))
      else if (hadKey && now - lastKeyMs > nextKeyframeMs)
        giveUp(new Failure('away', 'no-keyframe', 'video arrives, but no keyframe for 5 min'))
    }
  })()

  const collect = boxCollector()
  let ftyp: Uint8Array = new Uint8Array()
  let moof: Uint8Array | undefined
  let whole: (sample: Sample) => Sample[] = (sample) => [sample]
  let renewed: (sample: Sample) => StreamInit | undefined = () => undefined
  const believable = firstPictures()
  const takeFrame = (frame: StreamFrame) => {
    const { key } = frame.sample
    hadKey ||= key
    if (key) lastKeyMs = lastByteMs
    const init = renewed(frame.sample)
    if (init) take({ init })
    if (hadKey) take({ frame })
  }
  const takeBox = (box: Uint8Array) => {
    const type = String.fromCharCode(...box.subarray(4, 8))
    if (type === 'ftyp') ftyp = box
    else if (type === 'moov') {
      const init = readInit(Buffer.concat([ftyp, box]))
      whole = pictureJoiner(shapeOf(init).codec)
      renewed = parameterWatch(init)
      take({ init })
    } else if (type === 'moof') moof = box
    else if (type === 'mdat' && moof) {
      const arrivedUtcMs = tools.clock.now()
      const [sample] = samplesOf(need(moof, 'moof').body, box.subarray(8))
      for (const picture of sample ? whole(sample) : []) {
        standing = picture.duration <= 1 ? standing + 1 : 0
        if (standing >= standstillPictures)
          return giveUp(new Failure('away', 'clock-step', 'the camera’s time stamps went back'))
        const bytes = picture === sample ? oneAfterOther(moof, box) : undefined
        const frame = bytes ? { sample: picture, bytes, arrivedUtcMs } : asFrame(picture, arrivedUtcMs)
        for (const one of believable(frame)) takeFrame(one)
      }
      moof = undefined
    }
  }

  try {
    const exit = await runChild('ffmpeg', readerArgs, {
      signal: either,
      talk: async (stdout, stdin) => {
        stdin.end(concatScript(address))
        for await (const chunk of stdout as AsyncIterable<Buffer>) {
          lastByteMs = tools.clock.monotonic()
          hadBytes = true
          for (const box of collect(chunk)) takeBox(box)
        }
      },
    })
    if (signal.aborted) return
    throw gaveUp ?? (isSilent ? silenceFailure(exit.lastLines, hadBytes) : streamFailure(exit.lastLines, hadKey))
  } finally {
    watch.abort()
    await watching
  }
}
