import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { decodeLiveFrame } from '../../gateway/domain/live-frame.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { type Channel, channel } from '../../gateway/live/channel.ts'
import { maxTranscoders, mpeg1Tier } from '../../gateway/live/mpeg1.ts'
import { boxesOf } from '../../gateway/media/boxes.ts'
import { samplesOf } from '../../gateway/media/fragment.ts'
import { readInit } from '../../gateway/media/init.ts'
import { waitFor } from '../support/wait.ts'

/** A channel that holds two seconds of real H.265. */
function hevcChannel(cameraId: string): Channel {
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=15:duration=2', '-pix_fmt', 'yuv420p']
  const codec = ['-c:v', 'libx265', '-g', '60', '-preset', 'ultrafast', '-x265-params', 'log-level=none']
  const fragments = ['-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1']
  const bytes = execFileSync('ffmpeg', ['-loglevel', 'error', ...source, ...codec, ...fragments], {
    maxBuffer: 1 << 26,
  })
  const boxes = boxesOf(bytes)
  const made = channel(cameraId, 'sub')
  const first = boxes.find((box) => box.type === 'moof')?.offset
  made.put({ init: readInit(bytes.subarray(0, first)) })
  for (const [n, box] of boxes.entries()) {
    const mdat = boxes[n + 1]
    if (box.type !== 'moof' || !mdat) continue
    const [sample] = samplesOf(box.body, mdat.body)
    if (sample)
      made.put({ frame: { sample, bytes: bytes.subarray(box.offset, mdat.offset + mdat.size), arrivedUtcMs: 1 } })
  }
  return made
}

describe('MPEG-1 tier', () => {
  test('turns H.265 into MPEG-TS for those who look, and ends with the last of them', async () => {
    const tier = mpeg1Tier({ clock: systemClock, log: openLog('silent') })
    const source = hevcChannel('cam')
    const bytes: number[] = []
    const leave = tier.join(source, {
      onPacket: (packet) => {
        const { header, payload } = decodeLiveFrame(Uint8Array.from(packet.bytes).buffer) ?? {}
        expect(header?.kind).toBe(3)
        bytes.push(...(payload ?? []))
      },
      onEnd: () => {},
    })
    expect(leave).toBeTypeOf('function')
    await waitFor(() => bytes.length > 188 * 20)
    // MPEG-TS: a packet of 188 bytes begins with 0x47.
    for (let at = 0; at < 188 * 20; at += 188) expect(bytes[at]).toBe(0x47)
    leave?.()
    expect(tier.running).toBe(0)
  })

  test('is full after its last transcoder, and has room again when one ends', async () => {
    const tier = mpeg1Tier({ clock: systemClock, log: openLog('silent') })
    const viewer = { onPacket: () => {}, onEnd: () => {} }
    const channels = Array.from({ length: maxTranscoders + 1 }, (_, n) => channel(`cam-${n}`, 'sub'))
    const leaves = channels.map((one) => tier.join(one, viewer))
    expect(leaves.map((leave) => leave !== undefined)).toEqual([true, true, true, true, false])
    leaves[0]?.()
    expect(tier.join(channels[4] as Channel, viewer)).toBeTypeOf('function')
    await tier.stopAll()
    expect(tier.running).toBe(0)
  })
})
