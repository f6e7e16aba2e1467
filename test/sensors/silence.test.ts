import { describe, expect, test } from 'vitest'
import { beginUtcMs, ha, sensorStage } from './stage.ts'

const stage = sensorStage()
const { send, clock, place, pass } = stage
const registry = () => stage.parts.registry
const statusOf = (id: string) => {
  const { status, why } = registry().get(id)
  return [status, why]
}
const unknownFrom = (id: string) =>
  Object.fromEntries(
    registry()
      .get(id)
      .latest.map(({ metric, unknownFromUtcMs }) => [metric, unknownFromUtcMs]),
  )

describe('each metric has its own interval', () => {
  test('the one that stops becomes unknown after three, the sensor is silent when all did', async () => {
    place('s1')
    // One every 10 s, the other every 60 s.
    for (let n = 0; n < 36; n++) {
      await send('zone/s1', n % 6 === 0 ? { fast: n, slow: n } : { fast: n })
      pass(10_000)
    }
    const lastUtcMs = clock.now() - 10_000
    expect(unknownFrom('s1')).toEqual({ fast: lastUtcMs + 30_000, slow: lastUtcMs - 50_000 + 180_000 })
    expect(
      registry()
        .get('s1')
        .metrics.map(({ key, periodMs }) => [key, periodMs]),
    ).toEqual([
      ['fast', 10_000],
      ['slow', 60_000],
    ])
    pass(40_000)
    expect(statusOf('s1')).toEqual(['online', null])
    pass(100_000)
    expect(statusOf('s1')).toEqual(['silent', 'overdue'])
  })

  test('the interval is known after a restart', async () => {
    place('s1')
    for (let n = 0; n < 10; n++) {
      await send('zone/s1', { t: n })
      pass(10_000)
    }
    // Also when the broker was lost before it was written down.
    registry().brokerLost()
    registry().brokerBack()
    const end = new AbortController()
    end.abort()
    await registry().run(end.signal)
    stage.restart()
    expect(registry().get('s1').metrics).toMatchObject([{ key: 't', periodMs: 10_000 }])
    await send('zone/s1', { t: 1 })
    expect(unknownFrom('s1')).toEqual({ t: clock.now() + 30_000 })
  })

  test("the device's own word for it goes before what was learned", async () => {
    await send('homeassistant/sensor/w1_t/config', ha('w1', { exp_aft: 90 }))
    const { id } = registry().approve({ candidateId: 'ha:w1', areaId: 'a-1' })
    await send('w1/state', { t: 1 })
    expect(unknownFrom(id)).toEqual({ t: clock.now() + 90_000 })
    pass(90_001)
    expect(statusOf(id)).toEqual(['silent', 'overdue'])
  })
})

describe('what is no sign of life', () => {
  test('retained, late and repeated readings; none of them may raise an alert', async () => {
    place('s1')
    for (let n = 0; n < 4; n++) {
      await send('zone/s1', { t: n })
      pass(60_000)
    }
    const before = stage.parts.live.length
    pass(200_000)
    expect(statusOf('s1')).toEqual(['silent', 'overdue'])
    await send('zone/s1', { t: 50 }, { retain: true })
    await send('zone/s1', { t: 51, ts: clock.now() - 3_600_000 })
    await send('zone/s1', { t: 52, ts: clock.now() - 1_000 }, { retain: true })
    expect(statusOf('s1')).toEqual(['silent', 'overdue'])
    expect(stage.parts.live.slice(before).filter(({ quality }) => quality !== 'late')).toEqual([])
    expect(stage.parts.readings.map(({ value, quality }) => [value, quality]).slice(-3)).toEqual([
      [50, 'late'],
      [51, 'late'],
      [52, 'ok'],
    ])
    await send('zone/s1', { t: 5 })
    expect(statusOf('s1')).toEqual(['online', null])
  })

  test('a late value is shown only when nothing fresher is known', async () => {
    place('s1')
    await send('zone/s1', { t: 1 }, { retain: true })
    expect(registry().get('s1').latest).toMatchObject([{ value: 1, quality: 'late', unknownFromUtcMs: null }])
    expect(statusOf('s1')).toEqual(['unknown', 'not-seen'])
    await send('zone/s1', { t: 2 })
    await send('zone/s1', { t: 3 }, { retain: true })
    expect(registry().get('s1').latest).toMatchObject([{ value: 2, quality: 'ok' }])
  })
})

describe('the broker', () => {
  test('its end is one change, and every sensor is unknown from then on', async () => {
    for (const id of ['s1', 's2', 's3']) {
      place(id)
      await send(`zone/${id}`, { t: 1 })
    }
    pass(1_000)
    stage.parts.changes.length = 0
    registry().brokerLost()
    registry().brokerLost()
    expect(stage.parts.changes).toEqual(['sensors'])
    for (const id of ['s1', 's2', 's3']) {
      expect(statusOf(id)).toEqual(['unknown', 'broker-away'])
      expect(unknownFrom(id)).toEqual({ t: beginUtcMs + 1_000 })
    }
    registry().brokerBack()
    expect(statusOf('s1')).toEqual(['unknown', 'not-seen'])
    await send('zone/s1', { t: 2 })
    expect([statusOf('s1'), statusOf('s2')]).toEqual([
      ['online', null],
      ['unknown', 'not-seen'],
    ])
  })

  test('the time that it was away is no interval', async () => {
    place('s1')
    for (let n = 0; n < 5; n++) {
      await send('zone/s1', { t: n })
      pass(10_000)
    }
    registry().brokerLost()
    pass(3_600_000)
    registry().brokerBack()
    for (let n = 0; n < 2; n++) {
      await send('zone/s1', { t: n })
      pass(10_000)
    }
    expect(registry().get('s1').metrics).toMatchObject([{ periodMs: 10_000 }])
  })
})

test('statuses are told when they turn, also by time alone', async () => {
  place('s1')
  await send('zone/s1', { t: 1 })
  stage.parts.changes.length = 0
  const end = new AbortController()
  const running = registry().run(end.signal)
  const until = async (count: number) => {
    while (stage.parts.changes.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await until(1)
  pass(301_000)
  await until(2)
  end.abort()
  await running
  expect(stage.parts.changes).toEqual(['sensors', 'sensors'])
  expect(statusOf('s1')).toEqual(['silent', 'overdue'])
})

test('the clock of a device is measured: the median over its last live readings, none of a clock without a zone', async () => {
  place('s1')
  await send('zone/s1', { t: 0, time: '2026-11-03T09:00:00' })
  expect(registry().get('s1').clockOffsetMs).toBeNull()
  for (const offsetMs of [7_000, 6_000, -500_000, 8_000, 7_000]) {
    await send('zone/s1', { t: 1, ts: clock.now() + offsetMs })
    pass(10_000)
  }
  await send('zone/s1', { t: 1, ts: clock.now() - 90_000_000 }, { retain: true })
  expect(registry().get('s1').clockOffsetMs).toBe(7_000)
})
