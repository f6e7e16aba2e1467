import { describe, expect, test } from 'vitest'
import { Failure } from '../../gateway/domain/failure.ts'
import { beginUtcMs, ha, sensorStage } from './stage.ts'

const stage = sensorStage({ maxSeries: 5 })
const { send, teach, clock, place } = stage
const registry = () => stage.parts.registry
const coded = (code: string, kind?: string) => expect.objectContaining(kind === undefined ? { code } : { code, kind })
const entry = (name: string, more = {}) => ({ candidateId: `json:zone/${name}`, areaId: 'a-1', ...more })

describe('several at once', () => {
  test('all of them, told with what is done beside it', async () => {
    for (const name of ['s1', 's2']) await teach(`zone/${name}`, { t: 1 })
    const also: string[] = []
    const placed = registry().approveAll([entry('s1', { name: 'One' }), entry('s2')], (sensors) =>
      also.push(...sensors.map(({ id }) => id)),
    )
    expect(placed).toMatchObject([
      { id: 's1', name: 'One' },
      { id: 's2', name: 's2' },
    ])
    expect(also).toEqual(['s1', 's2'])
    stage.restart()
    expect(
      registry()
        .list()
        .map(({ id }) => id),
    ).toEqual(['s1', 's2'])
  })

  test.each([
    ['one is not there', [entry('s1'), entry('none')], 'candidate-missing'],
    ['one is named twice', [entry('s1'), entry('s1')], 'sensor-exists'],
    ['one area is not there', [entry('s1'), entry('s2', { areaId: 'b-1' })], 'area-missing'],
  ])('or none: %s', async (_name, entries, code) => {
    for (const name of ['s1', 's2']) await teach(`zone/${name}`, { t: 1 })
    expect(() => registry().approveAll(entries)).toThrowError(coded(code))
    expect(registry().list()).toEqual([])
    stage.restart()
    expect(registry().list()).toEqual([])
  })

  test('or none: what is done beside it fails', async () => {
    for (const name of ['s1', 's2']) await teach(`zone/${name}`, { t: 1 })
    registry().ignore(['json:zone/s2'], true)
    const fail = () => {
      throw new Failure('invalid', 'metric-missing', 'no such metric')
    }
    expect(() => registry().approveAll([entry('s1'), entry('s2')], fail)).toThrowError(coded('metric-missing'))
    expect(registry().list()).toEqual([])
    await send('zone/s1', { t: 2 })
    expect(stage.parts.readings).toEqual([])
    expect(registry().approveAll([entry('s1')])).toHaveLength(1)
  })
})

describe('ignored devices', () => {
  test('stay so over restarts, over what they announce and take back, until they are taken back or placed', async () => {
    await send('homeassistant/sensor/w1_t/config', ha('w1'))
    registry().ignore(['ha:w1'], true)
    const state = () =>
      registry()
        .candidates()
        .map(({ state }) => state)
    expect(state()).toEqual(['ignored'])
    stage.restart()
    await send('homeassistant/sensor/w1_t/config', '')
    await send('homeassistant/sensor/w1_t/config', ha('w1', { unit_of_meas: 'K' }))
    expect(state()).toEqual(['ignored'])
    registry().ignore(['ha:w1'], false)
    expect(state()).toEqual(['waiting'])
    registry().ignore(['ha:w1'], true)
    registry().approve({ candidateId: 'ha:w1', areaId: 'a-1' })
    expect(state()).toEqual(['approved'])
    expect(() => registry().ignore(['ha:none'], true)).toThrowError(coded('candidate-missing', 'missing'))
  })
})

describe('what somebody says about a metric', () => {
  test('counts from now on, and no device changes it', async () => {
    await teach('zone/s1', { x: 212 })
    registry().approve({ candidateId: 'json:zone/s1', areaId: 'a-1' })
    await send('zone/s1', { x: 212 })
    const said = registry().patchMetric('s1', 'x', { name: 'Kettle', kind: 'temperature', sourceUnit: '°F' })
    expect(said.metrics).toMatchObject([
      { key: 'x', name: 'Kettle', unit: '°C', sourceUnit: '°F', kind: 'temperature', guessed: false },
    ])
    await send('zone/s1', { x: 212 })
    stage.restart()
    for (let n = 0; n < 4; n++) await send('zone/s1', { x: 32 })
    expect(stage.parts.readings.map(({ value, rawValue }) => [value, rawValue])).toEqual(
      Array.from({ length: 4 }, () => [0, 32]),
    )
    expect(registry().get('s1').metrics).toMatchObject([{ name: 'Kettle', unit: '°C', guessed: false }])
    expect(stage.parts.registry.info('s1')?.metrics[0]?.unit).toBe('°C')
  })

  test('the name alone leaves the unit', async () => {
    await send('homeassistant/sensor/w1_t/config', ha('w1', { unit_of_meas: '°F', dev_cla: 'temperature' }))
    registry().approve({ candidateId: 'ha:w1', areaId: 'a-1' })
    const { metrics } = registry().patchMetric('w1', 't', { name: 'Air' })
    expect(metrics).toMatchObject([{ name: 'Air', unit: '°C', sourceUnit: '°F' }])
    await send('w1/state', { t: 50 })
    expect(stage.parts.readings).toMatchObject([{ value: 10, rawValue: 50 }])
    expect(() => registry().patchMetric('w1', 'none', {})).toThrowError(coded('metric-missing', 'missing'))
    expect(() => registry().patchMetric('w2', 't', {})).toThrowError(coded('sensor-missing', 'missing'))
  })

  test('a guess is not changed by another guess once the sensor is placed', async () => {
    await teach('zone/s1', { battery: 2.9 })
    registry().approve({ candidateId: 'json:zone/s1', areaId: 'a-1' })
    for (let n = 0; n < 20; n++) await send('zone/s1', { battery: 90 })
    expect(registry().get('s1').metrics).toMatchObject([{ unit: 'V', guessed: true }])
  })
})

describe('calibrations', () => {
  const calibration = { metric: 't', offset: 0.5, scale: 2, certificate: 'C-1', dueOn: '2027-11-01' }

  test('count for readings from then on, the newest one, also after a restart', async () => {
    place('s1')
    await send('zone/s1', { t: 10 })
    const first = registry().calibrate('s1', calibration, 'ops')
    expect(first).toMatchObject({ ...calibration, sensorId: 's1', fromUtcMs: clock.now(), by: 'ops' })
    await send('zone/s1', { t: 10 })
    stage.pass(1_000)
    registry().calibrate('s1', { ...calibration, offset: 0, scale: 3 }, 'ops')
    stage.restart()
    await send('zone/s1', { t: 10 })
    expect(stage.parts.readings).toMatchObject([{ value: 30, rawValue: 10 }])
    // A wall clock that steps back before the second one began.
    await send('zone/s1', { t: 10 }, { receivedUtcMs: beginUtcMs })
    expect(stage.parts.readings[1]).toMatchObject({ value: 20.5, rawValue: 10 })
    expect(
      registry()
        .calibrations('s1')
        .map(({ scale }) => scale),
    ).toEqual([3, 2])
  })

  test('come after the unit, and stay when the sensor goes', async () => {
    await send('homeassistant/sensor/w1_t/config', ha('w1', { unit_of_meas: '°F', dev_cla: 'temperature' }))
    registry().approve({ candidateId: 'ha:w1', areaId: 'a-1' })
    registry().calibrate('w1', calibration, 'ops')
    await send('w1/state', { t: 50 })
    expect(stage.parts.readings).toMatchObject([{ value: 20.5, rawValue: 50 }])
    registry().remove('w1')
    await send('w1/state', { t: 50 })
    expect(registry().candidates()[0]?.latest).toMatchObject([{ value: 10 }])
    registry().approve({ candidateId: 'ha:w1', areaId: 'a-1' })
    await send('w1/state', { t: 50 })
    expect(stage.parts.readings[1]).toMatchObject({ value: 20.5 })
  })

  test('refusals name what is wrong', () => {
    place('s1')
    expect(() => registry().calibrate('s1', calibration, 'ops')).toThrowError(coded('metric-missing', 'missing'))
    expect(() => registry().calibrations('none')).toThrowError(coded('sensor-missing', 'missing'))
  })
})

describe('measuring points without a device', () => {
  const brine = {
    name: '盐水',
    areaId: 'a-1',
    metrics: [
      { name: 'pH', unit: 'ph', kind: 'ph' },
      { name: '盐度', unit: '%', kind: null },
      { name: '盐度', unit: '°F', kind: 'temperature' },
    ],
  }

  test('are sensors, with units as they are written down', () => {
    expect(registry().addManual(brine)).toMatchObject({
      id: 'manual',
      candidateId: 'manual:manual',
      source: 'manual',
      status: 'unknown',
      metrics: [
        { key: 'pH', unit: 'pH', kind: 'ph', guessed: false },
        { key: '盐度', unit: '%' },
        { key: '盐度_2', unit: '°F', sourceUnit: null },
      ],
    })
    expect(registry().addManual({ ...brine, name: 'Brine 2/b', metrics: brine.metrics.slice(0, 1) }).id).toBe(
      'brine-2-b',
    )
    expect(registry().candidates()).toEqual([])
    stage.restart()
    expect(
      registry()
        .list()
        .map(({ id, metrics }) => [id, metrics.length]),
    ).toEqual([
      ['brine-2-b', 1],
      ['manual', 3],
    ])
  })

  test('hold what a person read, when it was taken, and who it was', async () => {
    const { id } = registry().addManual(brine)
    const takenUtcMs = clock.now() - 60_000
    const values = [{ metric: 'pH', value: 4.25 }]
    const kept = await stage.parts.intake.takeManual(id, { takenUtcMs, values }, 'li.na')
    expect(kept).toEqual([
      {
        sensorId: id,
        metric: 'pH',
        value: 4.25,
        rawValue: null,
        quality: 'manual',
        utcMs: clock.now(),
        deviceUtcMs: takenUtcMs,
        source: 'li.na',
      },
    ])
    expect(stage.parts.live).toEqual(kept)
    expect(registry().get(id)).toMatchObject({ status: 'online', latest: [{ metric: 'pH', quality: 'manual' }] })
    registry().brokerLost()
    expect(registry().get(id)).toMatchObject({ status: 'online', latest: [{ unknownFromUtcMs: null }] })
  })

  test('what was taken long ago is no alarm of now; what was not taken yet is refused', async () => {
    const { id } = registry().addManual(brine)
    const values = [{ metric: 'pH', value: 4.25 }]
    await stage.parts.intake.takeManual(id, { takenUtcMs: clock.now() - 3_600_000, values }, 'li.na')
    expect([stage.parts.readings.length, stage.parts.live.length]).toEqual([1, 0])
    const take = (takenUtcMs: number, metric = 'pH') =>
      stage.parts.intake.takeManual(id, { takenUtcMs, values: [{ metric, value: 1 }] }, 'li.na')
    await expect(take(clock.now() + 120_000)).rejects.toMatchObject({ code: 'taken-in-future', kind: 'invalid' })
    await expect(take(clock.now(), 'none')).rejects.toMatchObject({ code: 'metric-missing', kind: 'invalid' })
    expect(stage.parts.readings).toHaveLength(1)
  })

  test("the instrument's calibration counts; beside a device the value is as it is, and hides nothing", async () => {
    const { id } = registry().addManual(brine)
    const calibration = { metric: 'pH', offset: 1, scale: 1, certificate: '', dueOn: null }
    registry().calibrate(id, calibration, 'ops')
    const values = [{ metric: 'pH', value: 4 }]
    expect(await stage.parts.intake.takeManual(id, { takenUtcMs: clock.now(), values }, 'li.na')).toMatchObject([
      { value: 5, rawValue: 4 },
    ])
    place('s1')
    await send('zone/s1', { t: 10 })
    registry().calibrate('s1', { ...calibration, metric: 't' }, 'ops')
    const other = { takenUtcMs: clock.now(), values: [{ metric: 't', value: 9 }] }
    expect(await stage.parts.intake.takeManual('s1', other, 'li.na')).toMatchObject([{ value: 9, rawValue: null }])
    expect(stage.parts.live.filter(({ quality }) => quality === 'manual')).toHaveLength(1)
    expect(registry().get('s1').latest).toMatchObject([{ value: 10, quality: 'ok' }])
  })

  test('come with a zone file, and go without a trace', () => {
    registry().importAll([
      { id: 'brine', name: 'Brine', area: 'a-1', candidate: 'manual:brine', metrics: brine.metrics.slice(0, 1) },
    ])
    expect(registry().get('brine')).toMatchObject({ source: 'manual', metrics: [{ key: 'pH' }] })
    registry().remove('brine')
    stage.restart()
    expect([registry().list(), registry().candidates()]).toEqual([[], []])
  })
})

describe('the series budget', () => {
  test('a metric too many is refused, of a sensor and with one', async () => {
    place('s1')
    await send('zone/s1', { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 })
    expect(
      registry()
        .get('s1')
        .metrics.map(({ key }) => key),
    ).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(stage.parts.readings.map(({ metric }) => metric)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(stage.parts.queue.quarantined()).toMatchObject([{ reason: 'series-budget', sensorId: 's1' }])
    await teach('zone/s2', { t: 1 })
    expect(() => registry().approve({ candidateId: 'json:zone/s2', areaId: 'a-1' })).toThrowError(
      coded('series-budget', 'conflict'),
    )
    const manual = { name: 'n', areaId: 'a-1', metrics: [{ name: 'pH', unit: null, kind: null }] }
    expect(() => registry().addManual(manual)).toThrowError(coded('series-budget', 'conflict'))
    // A mere candidate counts nothing.
    expect(
      registry()
        .candidates()
        .map(({ candidateId }) => candidateId),
    ).toContain('json:zone/s2')
  })
})
