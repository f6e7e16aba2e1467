/** The ledger's hours in the metrics store, a real InfluxDB and the embedded one. */
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CoverageHour, coverageWriter } from '../../gateway/metrics/coverage-writer.ts'
import { embeddedStore } from '../../gateway/metrics/embedded-store.ts'
import { influxStore } from '../../gateway/metrics/influx-store.ts'
import type { MetricsStore } from '../../gateway/metrics/store.ts'
import { openStore } from '../../gateway/store/open.ts'
import { keeping } from './fixture.ts'
import { startInflux } from '../support/influx.ts'
import { quietTools, scratchFolder } from '../support/sensors.ts'
import { waitFor } from '../support/wait.ts'

const hour = Math.floor((Date.now() - 3 * 86_400_000) / 3_600_000) * 3_600_000
const rows: CoverageHour[] = ['cam-1', 'cam-2'].map((cameraId) => ({
  cameraId,
  hourUtcMs: hour,
  expectedMs: 3_600_000,
  recordedMs: 3_590_500,
  plannedOffMs: 0,
  unexplainedMs: 0,
  gapMs: { 'camera-lost': 9_500 },
}))
let end: AbortController
beforeEach(() => {
  end = new AbortController()
})
afterEach(() => end.abort())

/** Writes what waits, and counts one hour anew while it is being written. */
async function write(store: Pick<MetricsStore, 'writePoints'>, waiting: CoverageHour[]) {
  const stop = new AbortController()
  const writer = coverageWriter({
    waiting: (limit) => waiting.slice(0, limit),
    exported: (done) => waiting.splice(0, done.length),
    placeOf: () => ({ zone: 'z', site: 's', workshop: null, area: 'a' }),
    store,
    tools: quietTools,
  })
  const running = writer.run(stop.signal)
  await waitFor(() => waiting.length === 0, { timeoutMs: 20_000 })
  stop.abort()
  await running
}

test('InfluxDB: a point an hour and camera, floats in seconds, written again without a second point', async () => {
  const influx = await startInflux(end.signal)
  const store = influxStore({ url: influx.url, database: 'zone' }, keeping, quietTools)
  await write(store, [...rows])
  await write(store, [...rows])
  const answer = (await influx.query('SELECT * FROM hour.coverage', { database: 'zone' })) as {
    results?: { series?: { columns: string[]; values: (string | number | null)[][] }[] }[]
  }
  const [series] = answer.results?.[0]?.series ?? []
  const points = series?.values.map((values) =>
    Object.fromEntries(values.map((value, n) => [series.columns[n], value])),
  )
  expect(points).toHaveLength(2)
  expect(points?.[0]).toMatchObject({
    area: 'a',
    camera: 'cam-1',
    zone: 'z',
    expected_s: 3_600,
    recorded_s: 3_590.5,
    gap_camera_lost_s: 9.5,
    unexplained_s: 0,
  })
})

test('the embedded store: the same points', async () => {
  const file = openStore(join(scratchFolder(end.signal), 'metrics.db'), 'metrics')
  const store = embeddedStore({ store: file, tools: quietTools, keeping })
  await write(store, [...rows])
  await write(store, [...rows])
  const points = file.db.prepare(`SELECT tags, utc_ms, fields FROM point WHERE measurement = 'coverage'`).all() as {
    tags: string
    utc_ms: number
    fields: string
  }[]
  expect(points.map(({ tags, utc_ms }) => [tags, utc_ms])).toEqual([
    ['{"area":"a","camera":"cam-1","site":"s","zone":"z"}', hour],
    ['{"area":"a","camera":"cam-2","site":"s","zone":"z"}', hour],
  ])
  expect(JSON.parse(points[0]?.fields ?? '')).toMatchObject({ recorded_s: 3_590.5, gap_camera_lost_s: 9.5 })
  file.close()
})
