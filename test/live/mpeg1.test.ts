import { describe, expect, test } from 'vitest'
import { decodeLiveFrame } from '../../gateway/domain/live-frame.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { type Channel, channel } from '../../gateway/live/channel.ts'
import { maxTranscoders, mpeg1Tier } from '../../gateway/live/mpeg1.ts'
import { waitFor } from '../support/wait.ts'
import { counter, hevcChannel } from './made-channel.ts'

describe('MPEG-1 tier', () => {
  test('turns H.265 into MPEG-TS for those who look, and ends with the last of them', async () => {
    const tier = mpeg1Tier({ clock: systemClock, log: openLog('silent') }, counter())
    const source = hevcChannel('cam')
    const bytes: number[] = []
    const joined = tier.join(source, {
      onPacket: (packet) => {
        const { header, payload } = decodeLiveFrame(Uint8Array.from(packet.bytes).buffer) ?? {}
        expect(header).toMatchObject({ kind: 3, generation: joined?.generation })
        bytes.push(...(payload ?? []))
      },
      onEnd: () => {},
    })
    expect(joined?.generation).toBeGreaterThan(0)
    await waitFor(() => bytes.length > 188 * 20)
    // MPEG-TS: a packet of 188 bytes begins with 0x47.
    for (let at = 0; at < 188 * 20; at += 188) expect(bytes[at]).toBe(0x47)
    joined?.leave()
    expect(tier.running).toBe(0)
    // Whoever leaves does not make it a failure.
    expect(tier.room(source)).toBe('free')
  })

  test('is full after its last transcoder, and has room again when one ends', async () => {
    const tier = mpeg1Tier({ clock: systemClock, log: openLog('silent') }, counter())
    const viewer = { onPacket: () => {}, onEnd: () => {} }
    const channels = Array.from({ length: maxTranscoders + 1 }, (_, n) =>
      channel(`cam-${n}`, 'sub', { nextGeneration: counter() }),
    )
    const leaves = channels.map((one) => tier.join(one, viewer))
    expect(leaves.map((joined) => joined !== undefined)).toEqual([true, true, true, true, false])
    expect(channels.map((one) => tier.room(one))).toEqual(['free', 'free', 'free', 'free', 'full'])
    leaves[0]?.leave()
    expect(tier.join(channels[4] as Channel, viewer)).toBeDefined()
    await tier.stopAll()
    expect(tier.running).toBe(0)
  })

  test('a transcoder that cannot make anything of it says so, and is left alone for a while', async () => {
    const tier = mpeg1Tier({ clock: systemClock, log: openLog('silent') }, counter())
    const source = channel('cam', 'sub', { nextGeneration: counter() })
    source.put({
      init: { bytes: Buffer.from('no video at all'), codec: 'hvc1', timescale: 1, widthPx: 1, heightPx: 1 },
    })
    let ended = 0
    tier.join(source, { onPacket: () => {}, onEnd: () => ended++ })
    // ffmpeg waits for more before it gives up.
    await waitFor(() => {
      const sample = { data: new Uint8Array(), dts: 0, cts: 0, duration: 1, key: true }
      source.put({ frame: { sample, bytes: Buffer.alloc(200_000, 1), arrivedUtcMs: 1 } })
      return ended === 1
    })
    expect(tier.room(source)).toBe('failed')
    expect(tier.running).toBe(0)
  })
})
