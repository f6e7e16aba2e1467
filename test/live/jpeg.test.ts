import { describe, expect, test } from 'vitest'
import { decodeLiveFrame } from '../../gateway/domain/live-frame.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { type Clock, systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { channel, type Packet } from '../../gateway/live/channel.ts'
import { jpegTier } from '../../gateway/live/jpeg.ts'
import { lastPicture } from '../../gateway/live/last-picture.ts'
import { waitFor } from '../support/wait.ts'
import { counter, hevcChannel, realVideo } from './made-channel.ts'

const log = openLog('silent')
const isJpeg = (bytes: Uint8Array) =>
  bytes[0] === 0xff && bytes[1] === 0xd8 && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9
const dataOf = (packet: Packet) => decodeLiveFrame(Uint8Array.from(packet.bytes).buffer)

/** A clock whose sleeps end when the test says so. */
function steppedClock(): Clock & { pass: () => void } {
  const waiting: (() => void)[] = []
  return {
    ...systemClock,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve('aborted')
        signal?.addEventListener('abort', () => resolve('aborted'), { once: true })
        waiting.push(() => resolve('slept'))
      }),
    pass: () => waiting.splice(0).forEach((wake) => wake()),
  }
}

describe('single pictures', () => {
  test('of H.265, by ffmpeg: the newest picture, with the time it was captured', async () => {
    const tier = jpegTier({ tools: { clock: systemClock, log }, nextGeneration: counter(), makeJpeg: lastPicture })
    const source = hevcChannel('cam')
    const packets: Packet[] = []
    const joined = tier.join(source, { onPacket: (packet) => packets.push(packet), onEnd: () => {} })
    await waitFor(() => packets.length > 0)
    const { header, payload } = dataOf(packets[0] as Packet) ?? {}
    const newest = source.gop.at(-1)?.captureUtcMs ?? 0
    expect(header).toMatchObject({ kind: 4, flags: 1, generation: joined?.generation })
    expect(header?.captureUnixMicros).toBe(Math.round(newest * 1_000))
    expect(isJpeg(payload ?? new Uint8Array())).toBe(true)
    joined?.leave()
    expect(tier.running).toBe(0)
    await tier.stopAll()
  })

  test('the last picture is another one than the first', async () => {
    const parts = realVideo('h264', 2).map((event) => (event.init ?? event.frame)?.bytes ?? new Uint8Array())
    const mp4 = (count: number) => Buffer.concat(parts.slice(0, count + 1))
    const never = new AbortController().signal
    const [first, last] = await Promise.all([lastPicture(mp4(1), 1, never), lastPicture(mp4(30), 30, never)])
    expect(isJpeg(first) && isJpeg(last)).toBe(true)
    expect(last.equals(first)).toBe(false)
    await expect(lastPicture(Buffer.from('nothing'), 1, never)).rejects.toMatchObject({ code: 'no-picture' })
  })

  test('made once for all, a new one each second, and nothing when nothing new came', async () => {
    const clock = steppedClock()
    const counts: number[] = []
    const makeJpeg = async (_mp4: Uint8Array, count: number) => {
      counts.push(count)
      return Buffer.from('jpeg')
    }
    const tier = jpegTier({ tools: { clock, log }, nextGeneration: counter(), makeJpeg })
    const source = channel('cam', 'main', { nextGeneration: counter() })
    const [init, ...frames] = realVideo('h264', 4)
    if (init) source.put(init)
    if (frames[0]) source.put(frames[0])
    const heard: number[] = []
    const viewers = [0, 1, 2].map((n) => tier.join(source, { onPacket: () => heard.push(n), onEnd: () => {} }))
    await waitFor(() => heard.length === 3)
    expect(counts).toEqual([1])
    clock.pass()
    for (const frame of frames.slice(1, 10)) source.put(frame)
    // The keyframe was shown already.
    await waitFor(() => {
      clock.pass()
      return heard.length === 6
    })
    for (const frame of frames.slice(10, 40)) source.put(frame)
    await waitFor(() => {
      clock.pass()
      return heard.length === 9
    })
    expect(counts).toEqual([1, 10, 40])
    for (const one of viewers) one?.leave()
    await tier.stopAll()
  })

  test('what cannot be decoded ends, and counts as failed', async () => {
    const clock = steppedClock()
    const makeJpeg = () => Promise.reject(new Failure('lost', 'no-picture', 'no picture could be made'))
    const tier = jpegTier({ tools: { clock, log }, nextGeneration: counter(), makeJpeg })
    const source = channel('cam', 'main', { nextGeneration: counter() })
    const [init, key] = realVideo('h264', 1)
    if (init) source.put(init)
    let ended = 0
    tier.join(source, { onPacket: () => {}, onEnd: () => ended++ })
    expect(tier.room(source)).toBe('free')
    await waitFor(() => {
      if (key) source.put(key)
      clock.pass()
      return ended === 1
    })
    expect(tier.room(source)).toBe('failed')
    await tier.stopAll()
  })

  test('few programs at once for the whole box', async () => {
    let running = 0
    let most = 0
    const makeJpeg = async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return Buffer.from('jpeg')
    }
    const tier = jpegTier({ tools: { clock: systemClock, log }, nextGeneration: counter(), makeJpeg })
    const [init, key] = realVideo('h264', 1)
    const heard = new Set<number>()
    for (let n = 0; n < 12; n++) {
      const source = channel(`cam-${n}`, 'main', { nextGeneration: counter() })
      if (init) source.put(init)
      if (key) source.put(key)
      tier.join(source, { onPacket: () => heard.add(n), onEnd: () => {} })
    }
    await waitFor(() => heard.size === 12)
    expect(most).toBe(2)
    await tier.stopAll()
  })
})
