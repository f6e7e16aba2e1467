import { describe, expect, test } from 'vitest'
import type { Reading } from '../../gateway/contract/sensor.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import type { ReadingPart } from '../../gateway/http/parts.ts'
import { type Gateway, openGateway, sensor } from './fixture.ts'

const reading = (utcMs: number, value: number, change: Partial<Reading> = {}): Reading => ({
  sensorId: sensor.id,
  metric: 'temp',
  value,
  rawValue: null,
  quality: 'ok',
  utcMs,
  deviceUtcMs: null,
  source: 'zone/cold',
  ...change,
})
const opening = async (
  readings: () => AsyncIterable<Reading>,
  names: { sensorName?: string; areaName?: string } = {},
) => {
  const part: ReadingPart = {
    take: async () => [],
    calibrations: () => [],
    calibrate: () => {
      throw new Failure('missing', 'sensor-missing', 'no')
    },
    series: (list) => ({
      timeZone: 'Asia/Shanghai',
      found: list.map(({ sensorId, metric }) => ({
        sensorId,
        sensorName: names.sensorName ?? 'Cold store',
        areaName: names.areaName ?? 'Store',
        metric,
        unit: '°C',
        readings: readings(),
      })),
    }),
  }
  return await openGateway({ readings: part })
}
const csvOf = async ({ app, cookie }: Gateway, query: string) =>
  await app.inject({ url: `/api/readings.csv?${query}`, headers: { cookie: await cookie('regulator') } })
const day = 'fromUtcMs=1764000000000&toUtcMs=1764086400000'

describe('readings as CSV', () => {
  test('one line each, in the time of the zone too, quoted where it must be', async () => {
    const gateway = await opening(async function* () {
      yield reading(1_764_000_000_250, -18.5)
      yield reading(1_764_000_010_000, 3, {
        rawValue: 37.4,
        quality: 'late',
        deviceUtcMs: 1_764_000_009_000,
        source: 'a,"b"',
      })
    })
    const answer = await csvOf(gateway, `series=sen-1/temp&${day}`)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="readings-2025-11-24-1.csv"',
    })
    expect(answer.body).toBe(
      [
        '\uFEFFtime_utc,time_local,sensor,name,area,metric,unit,value,raw,quality,device_time_utc,source',
        '2025-11-24T16:00:00.250Z,2025-11-25 00:00:00.250,sen-1,Cold store,Store,temp,°C,-18.5,-18.5,ok,,zone/cold',
        '2025-11-24T16:00:10.000Z,2025-11-25 00:00:10.000,sen-1,Cold store,Store,temp,°C,3,37.4,late,2025-11-24T16:00:09.000Z,"a,""b"""',
        '',
      ].join('\r\n'),
    )
  })

  test('several series, each after the other; a name that begins like a formula is text', async () => {
    const gateway = await opening(
      async function* () {
        yield reading(1_764_000_000_000, 1)
      },
      { sensorName: '=cmd()', areaName: '@x' },
    )
    const { body } = await csvOf(gateway, `series=sen-1/temp&series=sen-1/hum&${day}`)
    const lines = body.split('\r\n').slice(1, -1)
    expect(lines.map((line) => line.split(',').slice(2, 6))).toEqual([
      ['sen-1', "'=cmd()", "'@x", 'temp'],
      ['sen-1', "'=cmd()", "'@x", 'hum'],
    ])
  })

  test('an error on the way cuts it off: a part is not taken for the whole', async () => {
    const gateway = await opening(async function* () {
      yield reading(1_764_000_000_000, 1)
      throw new Failure('away', 'influx-away', 'InfluxDB does not answer')
    })
    const asked = csvOf(gateway, `series=sen-1/temp&${day}`)
    await expect(asked).rejects.toThrow()
  })

  test.each([
    [`series=${'sen-1/t&series='.repeat(16)}sen-1/t&${day}`, 'series'],
    [`series=nothing&${day}`, 'series'],
    [day, 'series'],
    ['series=sen-1/t&fromUtcMs=2&toUtcMs=1', 'toUtcMs'],
  ])('%s is refused', async (query, field) => {
    const answer = await csvOf(await openGateway(), query)
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining(`"path":"${field}`)])
  })
})
