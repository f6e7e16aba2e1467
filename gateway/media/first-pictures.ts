import { need, viewOf } from './boxes.ts'
import { buildFragment, prftBytes } from './fragment.ts'
import type { Sample, StreamFrame } from './stream.ts'

/** So many pictures show whether the times of the first ones can be believed. */
const judged = 3

/** A picture as `moof` and `mdat` of its own. */
export function asFrame(sample: Sample, arrivedUtcMs: StreamFrame['arrivedUtcMs']): StreamFrame {
  const whole = buildFragment(1, [sample], { utcMs: arrivedUtcMs, baseTime: sample.dts })
  return { sample, bytes: whole.subarray(prftBytes), arrivedUtcMs }
}

const isTick = ({ sample }: StreamFrame) => sample.duration <= 1
const isReordered = ({ sample }: StreamFrame) => sample.cts !== 0

/** The same picture so many ticks later, in its own bytes too. */
function later({ sample, bytes, arrivedUtcMs }: StreamFrame, ticks: number): StreamFrame {
  const tfdt = viewOf(need(bytes, 'moof', 'traf', 'tfdt').body)
  const dts = sample.dts + ticks
  if (tfdt.getUint8(0) === 1) tfdt.setBigUint64(4, BigInt(dts))
  else tfdt.setUint32(4, dts)
  return { sample: { ...sample, dts }, bytes, arrivedUtcMs }
}

/**
 * The pictures at the start of a connection. ffmpeg read them before it knew the stream. The first one may lack its time: then it has that
 * of the second one, which is moved by a tick, and all that follow come later by the length of one picture. With B-frames the first few have
 * times that are not theirs: a group whose times cannot be believed is left out.
 * @returns for each picture in decoding order those that can be told now; nothing is held after the first three. The bytes of a frame may be
 * changed in place
 */
export function firstPictures(): (frame: StreamFrame) => StreamFrame[] {
  let held: StreamFrame[] | undefined = []
  let isLeftOut = false
  let laterBy = 0

  const moved = (frame: StreamFrame) => (laterBy > 0 ? later(frame, laterBy) : frame)
  const judge = ([key, second, ...rest]: readonly StreamFrame[]): StreamFrame[] => {
    if (!key || !second) return []
    isLeftOut = [key, second, ...rest].some(isReordered) || [second, ...rest].some(isTick)
    if (isLeftOut) return []
    if (!isTick(key)) return [key, second, ...rest]
    const { sample, arrivedUtcMs } = second
    const duration = sample.duration + key.sample.duration
    laterBy = duration
    return [
      asFrame({ ...key.sample, duration }, key.arrivedUtcMs),
      asFrame({ ...sample, dts: key.sample.dts + duration, duration }, arrivedUtcMs),
      ...rest.map(moved),
    ]
  }

  return (frame) => {
    const { key } = frame.sample
    if (held) {
      // Before the first keyframe nothing can be shown anyway.
      if (held.length === 0 && !key) return [frame]
      held.push(frame)
      if (held.length < judged) return []
      const told = judge(held)
      held = undefined
      return told
    }
    isLeftOut &&= !key
    return isLeftOut ? [] : [moved(frame)]
  }
}
