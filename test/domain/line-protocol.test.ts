import { expect, test } from 'vitest'
import { line } from '../../gateway/domain/line-protocol.ts'
import { bucketMsFor } from '../../gateway/domain/buckets.ts'
import { packetMeter } from '../../gateway/domain/packet-meter.ts'
import { nextPace, type Pace, silentAfterMs } from '../../gateway/domain/pace.ts'

const fields = { value: 1 }
test.each([
  ['reading', { sensor: 's1' }, { value: 1.5 }, 'reading,sensor=s1 value=1.5 7'],
  ['a b,c', { 'k ey': 'v=1,2 3' }, fields, 'a\\ b\\,c,k\\ ey=v\\=1\\,2\\ 3 value=1 7'],
  ['reading', { sensor: 'a\nreading,x=1 v=9' }, fields, 'reading,sensor=a\\ reading\\,x\\=1\\ v\\=9 value=1 7'],
  ['reading', { sensor: 'ends\\' }, fields, 'reading,sensor=ends value=1 7'],
  ['reading', { site: null, area: '', sensor: '冷库' }, fields, 'reading,sensor=冷库 value=1 7'],
  [
    'reading',
    {},
    { value: 1, quality: 'say "ok" \\ \n!', device_ms: null },
    'reading value=1,quality="say \\"ok\\" \\\\  !" 7',
  ],
  ['reading', {}, { value: Number.NaN, ok: 0 }, 'reading ok=0 7'],
  ['reading', {}, { value: Number.POSITIVE_INFINITY }, undefined],
])('%s %o %o', (measurement, tags, fields, expected) => {
  expect(line({ measurement, tags, fields, utcMs: 7 })).toBe(expected)
})

test.each([
  [3_600_000, 1_000, 5_000],
  [3_600_000, 3_600, 1_000],
  [60_000, 5_000, 1_000],
  [86_400_000, 800, 120_000],
  [365 * 86_400_000, 1_000, 12 * 3_600_000],
])('a range of %d ms in %d pixels has buckets of %d ms', (rangeMs, widthPx, expected) => {
  expect(bucketMsFor(1_000, 1_000 + rangeMs, widthPx)).toBe(expected)
})

test('packet lengths are read across chunks, and a long one is noticed before it arrives', () => {
  const short = Uint8Array.of(0x30, 0x03, 1, 2, 3)
  const long = Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x01)
  const whole = packetMeter(100_000)
  expect(whole(Uint8Array.of(...short, ...short, 0xc0, 0x00))).toBe(true)
  expect(whole(long)).toBe(false)
  const byByte = packetMeter(100_000)
  for (const byte of [...short, ...short, 0xc0, 0x00]) expect(byByte(Uint8Array.of(byte))).toBe(true)
  expect([...long].map((byte) => byByte(Uint8Array.of(byte))).at(-1)).toBe(false)
})

test('the pace of a sensor: at least 30 s, three intervals, one outage does not spoil it', () => {
  const speak = (times: number[]) => times.reduce<Pace | undefined>(nextPace, undefined) as Pace
  expect(silentAfterMs(speak([0]))).toBe(300_000)
  expect(silentAfterMs(speak([0, 1_000, 2_000]))).toBe(30_000)
  expect(silentAfterMs(speak([0, 60_000, 120_000]))).toBe(180_000)
  expect(silentAfterMs(speak([0, 100, 150, 60_000]))).toBe(180_000)
  const afterOutage = speak([0, 10_000, 20_000, 7_200_000])
  expect(silentAfterMs(afterOutage)).toBeLessThan(300_000)
})
