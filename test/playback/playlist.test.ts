import { describe, expect, test } from 'vitest'
import { type FootageFile, piecesOf } from '../../gateway/playback/footage.ts'
import { playlistOf } from '../../gateway/playback/playlist.ts'

const start = Date.UTC(2026, 10, 3, 2)
/** A file of `seconds` in fragments of one second, each beginning with a keyframe unless `keys` says otherwise. */
function file(runId: number, atSeconds: number, seconds: number, keys = (_n: number) => true): FootageFile {
  const startUtcMs = start + atSeconds * 1_000
  return {
    root: '/recordings',
    path: `cam/2026-11-03/${startUtcMs}-${runId}.mp4`,
    runId,
    clockOffsetMs: null,
    sizeBytes: 800 + seconds * 1_000,
    initBytes: 800,
    codec: 'avc1.4D401F',
    timescale: 90_000,
    anchorUtcMs: startUtcMs,
    startUtcMs,
    endUtcMs: startUtcMs + seconds * 1_000,
    fragments: Array.from({ length: seconds }, (_, n) => ({
      offset: 800 + n * 1_000,
      sizeBytes: 1_000,
      baseTime: n * 90_000,
      duration: 90_000,
      key: keys(n),
      sha256: new Uint8Array(32),
    })),
  }
}
const range = (fromSeconds: number, toSeconds: number) => ({
  fromUtcMs: start + fromSeconds * 1_000,
  toUtcMs: start + toSeconds * 1_000,
})
const uri = (runId: number, atSeconds: number) => `segments/${start + atSeconds * 1_000}-${runId}.mp4`
const map = (runId: number, atSeconds: number) => `#EXT-X-MAP:URI="${uri(runId, atSeconds)}",BYTERANGE="800@0"`
const entry = (runId: number, fileSeconds: number, firstSecond: number, seconds: number) => [
  `#EXT-X-PROGRAM-DATE-TIME:${new Date(start + (fileSeconds + firstSecond) * 1_000).toISOString()}`,
  `#EXTINF:${seconds}.000,`,
  `#EXT-X-BYTERANGE:${seconds * 1_000}@${800 + firstSecond * 1_000}`,
  uri(runId, fileSeconds),
]
const head = (target: number) => [
  '#EXTM3U',
  '#EXT-X-VERSION:7',
  '#EXT-X-PLAYLIST-TYPE:VOD',
  '#EXT-X-INDEPENDENT-SEGMENTS',
  `#EXT-X-TARGETDURATION:${target}`,
  '#EXT-X-MEDIA-SEQUENCE:0',
]

describe('playlist', () => {
  test.each<[string, FootageFile[], [number, number], string[]]>([
    ['nothing recorded', [], [0, 60], head(1)],
    ['one file', [file(1, 0, 8)], [0, 60], [...head(4), map(1, 0), ...entry(1, 0, 0, 4), ...entry(1, 0, 4, 4)]],
    ['only what touches the range', [file(1, 0, 12)], [5, 6], [...head(4), map(1, 0), ...entry(1, 0, 4, 4)]],
    [
      'two files of one run that touch: a map each, no discontinuity',
      [file(1, 0, 4), file(1, 4, 4)],
      [0, 60],
      [...head(4), map(1, 0), ...entry(1, 0, 0, 4), map(1, 4), ...entry(1, 4, 0, 4)],
    ],
    [
      'two runs: a discontinuity',
      [file(1, 0, 4), file(2, 9, 4)],
      [0, 60],
      [...head(4), map(1, 0), ...entry(1, 0, 0, 4), '#EXT-X-DISCONTINUITY', map(2, 9), ...entry(2, 9, 0, 4)],
    ],
    [
      'a run that lost a file in the middle: a discontinuity too',
      [file(1, 0, 4), file(1, 64, 4)],
      [0, 90],
      [...head(4), map(1, 0), ...entry(1, 0, 0, 4), '#EXT-X-DISCONTINUITY', map(1, 64), ...entry(1, 64, 0, 4)],
    ],
    [
      'a long GOP is one entry, and the target says so',
      [file(1, 0, 10, (n) => n === 0)],
      [0, 60],
      [...head(10), map(1, 0), ...entry(1, 0, 0, 10)],
    ],
    [
      'what comes before the first keyframe cannot be shown',
      [file(1, 0, 6, (n) => n === 2)],
      [0, 60],
      [...head(4), map(1, 0), ...entry(1, 0, 2, 4)],
    ],
  ])('%s', (_name, files, [from, to], lines) => {
    expect(playlistOf(files, range(from, to), []).trimEnd().split('\n')).toEqual([...lines, '#EXT-X-ENDLIST'])
  })

  test('entries and byte ranges cover each file once, in order, without a hole', () => {
    const one = file(1, 0, 61, (n) => n % 3 === 0)
    const pieces = piecesOf([one], range(0, 61), 4)
    const fragments = pieces.flatMap((piece) => piece.fragments)
    expect(fragments).toEqual(one.fragments)
    for (const [n, piece] of pieces.entries()) {
      expect(piece.fragments[0]?.key).toBe(true)
      expect(piece.startUtcMs).toBe(pieces[n - 1]?.endUtcMs ?? start)
    }
    const sum = playlistOf([one], range(0, 61), []).matchAll(/#EXTINF:([\d.]+)/g)
    expect([...sum].reduce((total, [, seconds]) => total + Number(seconds), 0)).toBe(61)
  })

  test('a gap is a date range with its reason; without an entry there is no date to relate it to', () => {
    const gap = { ...range(4, 9), reason: 'camera-lost' } as const
    const line = [
      `ID="gap-${gap.fromUtcMs}"`,
      'CLASS="zone-gateway.gap"',
      'START-DATE="2026-11-03T02:00:04.000Z"',
      'DURATION=5.000',
      'X-REASON="camera-lost"',
    ]
    const files = [file(1, 0, 4), file(2, 9, 4)]
    const lines = playlistOf(files, range(0, 60), [gap]).split('\n')
    expect(lines.filter((one) => one.startsWith('#EXT-X-DATERANGE'))).toEqual([`#EXT-X-DATERANGE:${line.join(',')}`])
    expect(lines).toContain('#EXT-X-DISCONTINUITY')
    expect(playlistOf([], range(0, 60), [gap])).not.toContain('DATERANGE')
  })
})
