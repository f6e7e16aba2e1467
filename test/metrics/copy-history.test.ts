/** `npm run copy:history` as a program: the embedded store's history in a real InfluxDB, counted on both sides. */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { embeddedStore } from '../../gateway/metrics/embedded-store.ts'
import { influxStore } from '../../gateway/metrics/influx-store.ts'
import { openStore } from '../../gateway/store/open.ts'
import { startInflux } from '../support/influx.ts'
import { quietTools } from '../support/sensors.ts'
import { tempFolder } from '../support/temp.ts'
import { anHour, dayMs, hourMs, keeping, reading, tagged } from './fixture.ts'

const script = new URL('../../scripts/copy-history.ts', import.meta.url).pathname

test('everything is carried over, and again from where it stopped; older than kept goes on as minutes and hours', async () => {
  const end = new AbortController()
  onTestFinished(() => end.abort())
  const influx = await startInflux(end.signal)
  const folder = tempFolder('copy')
  const file = openStore(join(folder, 'metrics.db'), 'metrics')
  const embedded = embeddedStore({ store: file, tools: quietTools, keeping: { ...keeping, rawDays: 100 } })
  const fresh = Array.from({ length: 12_345 }, (_, n) => reading(n, { value: Math.cos(n / 50), rawValue: n }))
  const old = Array.from({ length: 500 }, (_, n) => reading(n, { utcMs: anHour - 60 * dayMs + n * 10_000 }))
  const other = [reading(1, { sensorId: 'gone', metric: 'rh' })]
  for (const readings of [fresh, old, other]) await embedded.write(tagged(readings), end.signal)
  const gateway = openStore(join(folder, 'gateway.db'), 'gateway')
  gateway.db.exec(`INSERT INTO zone (one, id, name, time_zone) VALUES (1, 'z', 'Z', 'Asia/Shanghai');
                   INSERT INTO sensor (id, candidate_id, name, area_id, created_utc_ms) VALUES ('s1', 'json:s1', 'S', 'nowhere', 0);
                   INSERT INTO sensor_metric (candidate_id, key, name, unit, kind, type) VALUES ('json:s1', 'temp', 'T', '°C', NULL, 'number')`)
  gateway.close()
  const config = join(folder, 'gateway.yaml')
  writeFileSync(config, `storage: { dataDir: ${folder}, recordings: ${folder}/r }\ninflux: { url: '${influx.url}' }\n`)
  const copy = () => promisify(execFile)(process.execPath, [script, '--config', config])

  const { stdout } = await copy()
  expect(stdout.split('\n').map((row) => row.trim().split(/\s{2,}/))).toEqual([
    ['sensor', 'metric', 'metrics.db', 'InfluxDB', 'older than kept'],
    ['gone', 'rh', '1', '1', '0'],
    ['s1', 'temp', '12845', '12345', '500'],
    ['all', '12846', '12346', '500'],
    [''],
  ])
  const target = influxStore({ url: influx.url, database: 'zone' }, keeping, quietTools)
  onTestFinished(() => target.close())
  const ask = async (fromUtcMs: number, toUtcMs: number) => {
    const query = { sensorId: 's1', metric: 'temp', fromUtcMs, toUtcMs, widthPx: 200 }
    const there = await target.history(query)
    const here = await embeddedStore({ store: file, tools: quietTools, keeping }).history(query)
    const rounded = ({ buckets }: typeof there) => buckets.map((one) => ({ ...one, mean: one.mean.toFixed(9) }))
    expect(rounded(there)).toEqual(rounded(here))
    return there.buckets.reduce((sum, { count }) => sum + count, 0)
  }
  expect(await ask(anHour, anHour + 4 * hourMs)).toBe(12_345)
  expect(await ask(anHour - 61 * dayMs, anHour - 59 * dayMs)).toBe(500)

  // What came since is carried over; nothing is there twice.
  await embedded.write(tagged([reading(13_000)]), end.signal)
  expect((await copy()).stdout).toContain('12846     12346              500')
  expect(await ask(anHour, anHour + 4 * hourMs)).toBe(12_346)
  file.close()
  // A store that is away ends it, and says so.
  await influx.stop()
  await expect(copy()).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('InfluxDB does not answer') })
})
