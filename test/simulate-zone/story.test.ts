import { describe, expect, test } from 'vitest'
import { roundSeconds } from '../../scripts/simulate-zone/sensors/curves.ts'
import { demoSensors, type SensorSpec } from '../../scripts/simulate-zone/sensors/sensors.ts'
import { doorIsOpen, drying, soyMilk, story } from '../../scripts/simulate-zone/sensors/story.ts'

const sensor = (id: string): SensorSpec => {
  const found = demoSensors.find((each) => each.id === id)
  if (!found) throw new Error(`no sensor ${id}`)
  return found
}
const value = (id: string, key: string, t: number): number =>
  Number(
    sensor(id)
      .metrics.find((metric) => metric.key === key)
      ?.value(t),
  )
const firstSecond = (holds: (t: number) => boolean): number =>
  Array.from({ length: roundSeconds }, (_, t) => t).find(holds) ?? Number.NaN

describe('the story of one round', () => {
  test('the open cold store passes 5 °C between 60 and 90 s, and is cold again at the end', () => {
    expect(firstSecond(doorIsOpen)).toBe(20)
    const passed = firstSecond((t) => value('w08-cold', 'temperature', t) > 5)
    expect(passed).toBeGreaterThanOrEqual(60)
    expect(passed).toBeLessThanOrEqual(90)
    expect(value('w08-cold', 'temperature', story.doorOpen.until)).toBeGreaterThan(10)
    expect(value('w08-cold', 'temperature', roundSeconds - 1)).toBeLessThan(4.5)
  })

  test('one batch of ten is missed, and its peak is told at 45 s', () => {
    const ends = Array.from({ length: roundSeconds }, (_, t) => t).filter(
      (t) => soyMilk(t).batch !== soyMilk(t - 1).batch,
    )
    expect(ends).toEqual([45, 135, 225, 315, 405, 495, 585, 675, 765, 855])
    const peaks = ends.map((t) => soyMilk(t).lastPeak)
    expect(peaks.filter((peak) => peak < 95)).toEqual([88])
    expect(peaks[0]).toBe(88)
    const warmest = Math.max(...Array.from({ length: 44 }, (_, t) => soyMilk(t).temp))
    expect(warmest).toBeGreaterThan(87)
    expect(warmest).toBeLessThanOrEqual(88)
  })

  test('the silent sensor is silent for five minutes', () => {
    const silent = sensor('w04-soak').silent
    expect([29, 30, 329, 330].map((t) => silent?.(t))).toEqual([false, true, true, false])
  })

  test.each([
    ['outfall', 'ph', 9, story.lye],
    ['outfall', 'level', 85, story.flood],
    ['w10-power', 'power', 2, story.forbiddenWork],
  ])('%s %s goes above %d only in its episode', (id, key, limit, { from, until }) => {
    const above = Array.from({ length: roundSeconds }, (_, t) => t).filter((t) => value(id, key, t) > limit)
    expect(above.length).toBeGreaterThan(30)
    expect(above[0]).toBeGreaterThanOrEqual(from)
    expect(above.at(-1)).toBeLessThan(until + 30)
  })

  test('the drying room goes through its four stages', () => {
    expect([10, 210, 500, 800].map((t) => drying(t).stage)).toEqual([1, 2, 3, 4])
    expect(drying(770).temp).toBeCloseTo(42, 0)
  })
})

test('outside the story every curve is smooth and finite', () => {
  const calm = demoSensors.filter(({ id }) => !['w06-boiler', 'w07-boiler', 'w10-power', 'sump-pump'].includes(id))
  for (const { id, metrics } of calm)
    for (const { key, unit, value } of metrics) {
      if (typeof value(0) === 'boolean' || unit === null) continue
      const values = Array.from({ length: 2 * roundSeconds }, (_, t) => Number(value(t)))
      expect(values.every(Number.isFinite), `${id} ${key}`).toBe(true)
      const steps = values.slice(1).map((after, index) => Math.abs(after - (values[index] ?? 0)))
      const reach = Math.max(...values) - Math.min(...values)
      expect(Math.max(...steps), `${id} ${key}`).toBeLessThanOrEqual(Math.max(0.5, reach * 0.2))
    }
})
