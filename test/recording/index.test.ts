import { join } from 'node:path'
import { expect, test } from 'vitest'
import { longestSegmentMs, recordingIndex } from '../../gateway/recording/index.ts'
import { openStore } from '../../gateway/store/open.ts'
import { tempFolder } from '../support/temp.ts'

const init = { bytes: new Uint8Array(), codec: 'avc1.4D401F', timescale: 90_000, widthPx: 1, heightPx: 1 }
const start = 1_800_000_000_000

test('a short range finds what touches it, however long the file before it is, and no other camera', () => {
  const store = openStore(join(tempFolder('index'), 'gateway.db'), 'gateway')
  const index = recordingIndex(store, () => '/')
  const add = (cameraId: string, runId: number, fromMs: number, toMs: number) =>
    index.addSegment({
      cameraId,
      runId,
      startUtcMs: start + fromMs,
      endUtcMs: start + toMs,
      disk: 'main',
      path: `${cameraId}/2027-01-15/${start + fromMs}-${runId}.mp4`,
      sizeBytes: 1,
      initBytes: 1,
      anchorUtcMs: start,
      fragments: [],
    })
  for (const cameraId of ['a', 'b']) {
    const runId = index.openRun({ cameraId, startUtcMs: start, init })
    add(cameraId, runId, 0, longestSegmentMs)
    for (let minute = 0; minute < 200; minute++)
      add(cameraId, runId, longestSegmentMs + minute * 60_000, longestSegmentMs + (minute + 1) * 60_000)
  }
  const within = (fromMs: number, toMs: number) =>
    index
      .segmentsIn('a', { fromUtcMs: start + fromMs, toUtcMs: start + toMs })
      .map(({ startUtcMs }) => startUtcMs - start)
  expect(within(longestSegmentMs - 1, longestSegmentMs + 1)).toEqual([0, longestSegmentMs])
  expect(within(longestSegmentMs, longestSegmentMs + 1)).toEqual([longestSegmentMs])
  expect(within(longestSegmentMs + 90_000, longestSegmentMs + 90_001)).toEqual([longestSegmentMs + 60_000])
  expect(index.recordedIn('a', { fromUtcMs: 0, toUtcMs: start * 2 })).toHaveLength(201)
  expect(index.segmentAt(`b/2027-01-15/${start}-2.mp4`)?.cameraId).toBe('b')
  store.close()
})

test.each([
  [
    'a timeline',
    'SELECT start_utc_ms, end_utc_ms FROM segment WHERE camera_id = 1 AND start_utc_ms > 1 AND start_utc_ms < 2 AND end_utc_ms > 1 ORDER BY start_utc_ms',
  ],
  [
    'retention',
    "SELECT id FROM segment WHERE camera_id = 1 AND disk = 'a' AND end_utc_ms >= 0 AND end_utc_ms < 1 ORDER BY end_utc_ms LIMIT 5",
  ],
  ['the oldest of a disk', "SELECT path FROM segment WHERE disk = 'a' ORDER BY end_utc_ms"],
  ['the size of a disk', "SELECT sum(size_bytes) FROM segment WHERE disk = 'a'"],
  ['the end of a run', 'SELECT max(end_utc_ms) FROM segment WHERE run_id = 1'],
  ['gaps', 'SELECT start_utc_ms, end_utc_ms, reason FROM gap WHERE camera_id = 1 AND start_utc_ms < 5'],
  ['old gaps', 'DELETE FROM gap WHERE end_utc_ms < 5'],
  [
    'runs without files',
    'DELETE FROM run WHERE end_utc_ms < 5 AND NOT EXISTS (SELECT 1 FROM segment WHERE run_id = run.id)',
  ],
])('%s never costs a walk through a month of rows', (_name, sql) => {
  const store = openStore(join(tempFolder('index'), 'gateway.db'), 'gateway')
  const plan = store.db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]
  store.close()
  for (const { detail } of plan) expect(detail).not.toMatch(/SCAN (?:segment|gap|run)|TEMP B-TREE/)
})

test('the chain goes on behind the newest run, also when the clock was set back or an old file is found late', () => {
  const store = openStore(join(tempFolder('index'), 'gateway.db'), 'gateway')
  const index = recordingIndex(store, () => '/recordings')
  const add = (runId: number, endUtcMs: number, link: number) =>
    index.addSegment({
      cameraId: 'a',
      runId,
      startUtcMs: endUtcMs - 60_000,
      endUtcMs,
      disk: 'main',
      path: `a/${link}`,
      sizeBytes: 1,
      initBytes: 1,
      anchorUtcMs: start,
      fragments: [
        { offset: 0, sizeBytes: 1, baseTime: 0, duration: 1, key: true, sha256: new Uint8Array(32).fill(link) },
      ],
    })
  const head = () => index.chainHead('a')[0]
  const [first, second] = [0, 1].map(() => index.openRun({ cameraId: 'a', startUtcMs: start, init })) as [
    number,
    number,
  ]
  expect(head()).toBe(0)
  add(first, start + 3_600_000, 1)
  add(second, start, 2)
  expect(head()).toBe(2)
  add(first, start + 7_200_000, 3)
  expect(head()).toBe(2)
  add(second, start + 60_000, 4)
  expect(head()).toBe(4)
  store.close()
})
