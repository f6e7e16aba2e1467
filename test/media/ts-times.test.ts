import { execFileSync } from 'node:child_process'
import { array, assert, constantFrom, integer, oneof, property, tuple, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pictureTimes, tsTimes } from '../../gateway/media/ts-times.ts'

/** Real MPEG-TS with MPEG-1 in it, 25 pictures, and their times as ffprobe reads them. */
function encoded(...options: string[]): { bytes: Buffer; times: number[] } {
  const inputs = [
    '-f',
    'lavfi',
    '-i',
    'testsrc=size=320x240:rate=25:duration=1',
    '-f',
    'lavfi',
    '-i',
    'sine=duration=1',
  ]
  const coded = ['-c:v', 'mpeg1video', '-bf', '0', '-c:a', 'mp2', ...options, '-f', 'mpegts', 'pipe:1']
  const bytes = execFileSync('ffmpeg', ['-v', 'error', ...inputs, ...coded], { maxBuffer: 1 << 26 })
  const asked = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'packet=pts', '-of', 'csv=p=0', 'pipe:0']
  const told = execFileSync('ffprobe', asked, { input: bytes, encoding: 'utf8' })
  return { bytes, times: Array.from(told.matchAll(/^-?\d+/gm), ([pts]) => Number(pts)) }
}
const piecesOf = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size))
const timesOf = (pieces: readonly Uint8Array[]): number[] => {
  const read = tsTimes()
  return pieces.map((piece) => read(piece)).filter((pts) => pts !== undefined)
}
const plain = encoded('-an')

/** One packet with the beginning of a picture, made by hand. `stuffing` is the length of its adaptation field. */
function packet(pts: number, { streamId = 0xe0, stuffing = 0, damaged = false } = {}): Uint8Array {
  const bytes = new Uint8Array(188).fill(0xff)
  bytes.set([0x47, damaged ? 0xc1 : 0x41, 0, stuffing > 0 ? 0x30 : 0x10])
  if (stuffing > 0) bytes.set([stuffing - 1, 0], 4)
  const low = pts % 2 ** 30
  const time = [0x21 | (Math.floor(pts / 2 ** 30) << 1), low >> 22, ((low >> 15) << 1) | 1, low >> 7, (low << 1) | 1]
  const header = [0, 0, 1, streamId, 0, 0, 0x80, 0x80, 5, ...time]
  bytes.set(header.slice(0, 184 - stuffing), 4 + stuffing)
  return bytes
}

describe('times in a transport stream', () => {
  test.each([
    ['as ffmpeg makes it', plain],
    [
      'without delay, ten seconds later',
      encoded('-an', '-muxdelay', '0', '-muxpreload', '0', '-output_ts_offset', '10'),
    ],
    ['with the lengths of its PES packets', encoded('-an', '-omit_video_pes_length', '0')],
    ['with sound', encoded()],
    // ffmpeg moves by this, and by 1.44 s.
    ['with the 33 bits full in the midst of it', encoded('-an', '-output_ts_offset', String(2 ** 33 / 90_000 - 2))],
  ])('%s', (_name, { bytes, times }) => {
    expect(times).toHaveLength(25)
    // ffprobe counts from where the 33 bits begin anew, when that happens soon.
    const wanted = times.map((pts) => pts + ((times[0] ?? 0) < 0 ? 2 ** 33 : 0))
    for (const size of [1, 187, 188, 189]) expect(timesOf(piecesOf(bytes, size))).toEqual(wanted)
    // One piece: the newest.
    expect(timesOf([bytes])).toEqual(wanted.slice(-1))
  })

  test.each([
    ['a picture', packet(8_589_934_591), 8_589_934_591],
    ['behind an adaptation field', packet(123_456_789, { stuffing: 20 }), 123_456_789],
    ['behind as much stuffing as there can be', packet(90_000, { stuffing: 170 }), 90_000],
    ['cut off by stuffing', packet(90_000, { stuffing: 171 }), undefined],
    ['sound', packet(90_000, { streamId: 0xc0 }), undefined],
    ['damaged on its way', packet(90_000, { damaged: true }), undefined],
    ['only a part', packet(90_000).subarray(0, 187), undefined],
    ['behind bytes that are none', Buffer.concat([Buffer.from([1, 0x47, 3]), packet(90_000), packet(93_600)]), 93_600],
  ])('%s', (_name, bytes, wanted) => {
    expect(tsTimes()(bytes)).toBe(wanted)
  })

  test('goes on where 33 bits begin anew, and back a little', () => {
    const end = 2 ** 33
    expect(timesOf([end - 3_600, 0, end - 1_800, 3_600].map((pts) => packet(pts)))).toEqual([
      end - 3_600,
      end,
      end - 1_800,
      end + 3_600,
    ])
  })

  test('garbage ends nothing, and real packets behind it are found', () => {
    const piece = oneof(
      uint8Array({ maxLength: 600 }),
      // What looks most like the real thing.
      uint8Array({ minLength: 188, maxLength: 188 }).map((bytes) => {
        bytes.set([0x47, bytes[1] ?? 0, bytes[2] ?? 0, (bytes[3] ?? 0) | 0x10])
        return bytes
      }),
      tuple(integer({ min: 0, max: plain.bytes.length }), integer({ min: 0, max: 2_000 })).map(([at, size]) =>
        plain.bytes.subarray(at, at + size),
      ),
      constantFrom(packet(1_000), packet(2_000, { stuffing: 183 })),
    )
    assert(
      property(array(piece, { maxLength: 20 }), (pieces) => {
        const read = tsTimes()
        for (const one of pieces) {
          const pts = read(one)
          expect(pts === undefined || Number.isSafeInteger(pts)).toBe(true)
        }
        // Less than a packet is kept: a row of real ones is in step again.
        const own = [1, 2, 3].map((n) => read(packet(n * 3_600)))
        expect((own[2] ?? 0) - (own[1] ?? 0)).toBe(3_600)
      }),
    )
  })
})

describe('which picture came out', () => {
  const slack = 1_800
  test.each([
    ['the same time', 6_000, 1_001],
    ['a little before its time, as MPEG-1 knows few times', 4_200, 1_001],
    ['too early to be that one', 4_199, 1_000],
    ['between two', 10_000, 1_001],
    ['behind all of them', 90_000, 1_003],
    ['before all of them', -1_801, undefined],
  ])('%s', (_name, pts, wanted) => {
    const pictures = pictureTimes(slack, 10)
    for (const n of [0, 1, 2, 3]) pictures.putIn(500_000 + n * 6_000, 1_000 + n)
    expect(pictures.newestIn).toBe(18_000)
    expect(pictures.cameOut(pts)).toBe(wanted)
  })

  test('with B-frames the order of time counts; what is over is forgotten, and of too many the oldest', () => {
    const pictures = pictureTimes(slack, 4)
    for (const n of [0, 3, 1, 2]) pictures.putIn(n * 6_000, 1_000 + n)
    expect([pictures.newestIn, pictures.oldestUtcMs]).toEqual([18_000, 1_000])
    expect(pictures.cameOut(6_000)).toBe(1_001)
    expect(pictures.count).toBe(3)
    for (const n of [4, 5]) pictures.putIn(n * 6_000, 1_000 + n)
    expect([pictures.count, pictures.oldestUtcMs]).toEqual([4, 1_001])
    expect(pictures.cameOut(12_000)).toBe(1_002)
    expect(pictures.cameOut(90_000)).toBe(1_005)
    expect(pictures.count).toBe(1)
  })
})
