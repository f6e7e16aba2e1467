import { describe, expect, test } from 'vitest'
import { alertAt, itemRange, rangeOfAlert } from '../../dashboard/playback/items.ts'
import { axisPx, laneAt, layoutOf } from '../../dashboard/playback/lanes.ts'
import { choicesFor, chosenAtFirst, valueAt } from '../../dashboard/playback/reading-lanes.ts'
import { placesOf } from '../../dashboard/api/places.ts'
import type { Alert } from '../../gateway/contract/alert.ts'
import type { History } from '../../gateway/contract/sensor.ts'
import { alertsAt, camerasAt, zone } from '../dashboard/fake-data.ts'
import { sensorsAt } from '../dashboard/fake-sensors.ts'
import { holdsAt } from '../dashboard/fake-footage.ts'

const now = 1_795_000_000_000
const minute = 60_000

describe('the lanes', () => {
  const layout = layoutOf(['a', 'b'], ['cold:temp'])
  test('cameras, alerts, readings from above, and each is found where it is drawn', () => {
    expect(layout.lanes.map(({ kind, key }) => [kind, key])).toEqual([
      ['camera', 'a'],
      ['camera', 'b'],
      ['alerts', 'alerts'],
      ['reading', 'cold:temp'],
    ])
    for (const lane of layout.lanes) {
      expect(laneAt(layout, lane.top)).toBe(lane)
      expect(laneAt(layout, lane.top + lane.heightPx - 1)).toBe(lane)
    }
    expect(laneAt(layout, axisPx - 1)).toBeUndefined()
    expect(laneAt(layout, layout.heightPx)).toBeUndefined()
  })
})

describe('the alert under the pointer', () => {
  const [plain] = alertsAt(now)
  const one = (id: string, atMinute: number, severity: Alert['severity'], cleared: number | null): Alert => ({
    ...(plain as Alert),
    id,
    severity,
    raisedUtcMs: now + atMinute * minute,
    clearedUtcMs: cleared === null ? null : now + cleared * minute,
  })
  const alerts = [one('mild', 0, 'warning', 5), one('grave', 1, 'critical', 2), one('open', 30, 'warning', null)]
  test.each([
    ['the graver of two that are near', 0.4, minute, 'grave'],
    ['the nearest mark when only one is near', 0, minute / 60, 'mild'],
    ['one that lasts', 4, minute / 60, 'mild'],
    ['one that still lasts', 50, minute / 60, 'open'],
    ['none between', 20, minute / 60, undefined],
  ])('%s', (_, atMinute, pxMs, id) => {
    expect(alertAt(alerts, now + atMinute * minute, pxMs, now + 60 * minute)?.id).toBe(id)
  })
  test('its range is half a minute at least', () => {
    expect(rangeOfAlert(one('x', 0, 'warning', 0), now)).toEqual({ fromUtcMs: now, toUtcMs: now + 30_000 })
    expect(rangeOfAlert(one('x', 0, 'warning', null), now + minute).toUtcMs).toBe(now + minute)
  })
})

test('a double click takes the gap, else the hold, else what is recorded', () => {
  const [camera] = camerasAt(now)
  const [hold] = holdsAt(now)
  if (camera === undefined || hold === undefined) throw new Error('no data')
  const at = (n: number) => now - 60 * minute + n * minute
  const spans = [
    { kind: 'recorded' as const, startUtcMs: at(0), endUtcMs: at(20) },
    { kind: 'gap' as const, startUtcMs: at(20), endUtcMs: at(25), reason: 'stalled' as const },
    { kind: 'recorded' as const, startUtcMs: at(25), endUtcMs: at(60) },
  ]
  const ground = { addedUtcMs: at(0), hours: null, plannedOff: [], timeZone: 'Asia/Shanghai', nowUtcMs: now }
  const holds = [{ ...hold, fromUtcMs: at(10), toUtcMs: at(40) }]
  const track = { camera, spans, unexpected: [], holds, ground }
  const lane = layoutOf([camera.id], []).lanes[0]
  const rangeAt = (n: number) => {
    const range = itemRange(lane, track, undefined, at(n), { fromUtcMs: at(0), toUtcMs: at(60) }, now)
    return range === undefined ? undefined : [(range.fromUtcMs - at(0)) / minute, (range.toUtcMs - at(0)) / minute]
  }
  expect([rangeAt(5), rangeAt(15), rangeAt(22), rangeAt(50)]).toEqual([
    [0, 20],
    [10, 40],
    [20, 25],
    [25, 60],
  ])
})

describe('readings under some cameras', () => {
  const choices = choicesFor(['w07-process'], sensorsAt(now), placesOf(zone))
  test('those of the area come before those of its workshop, and no others', () => {
    const areas = choices.map(({ sensor }) => sensor.areaId)
    expect(new Set(areas)).toEqual(new Set(['w07-process', 'w07-cold']))
    expect(areas.lastIndexOf('w07-process')).toBeLessThan(areas.indexOf('w07-cold'))
  })
  test('at first two numbers of the nearest sensors, never a door', () => {
    expect(chosenAtFirst(choices)).toEqual(['w07-power:power', 'w07-room:temp'])
    expect(chosenAtFirst([])).toEqual([])
  })
  test('the value at a moment, and none where the sensor was silent', () => {
    const bucket = (atMinute: number, mean: number) => ({
      utcMs: now + atMinute * minute,
      min: mean,
      max: mean,
      mean,
      count: 1,
    })
    const history: History = {
      metric: 't',
      unit: null,
      bucketMs: minute,
      buckets: [bucket(0, 1), bucket(1, 2), bucket(20, 3)],
    }
    const at = (atMinute: number) => valueAt(history, now + atMinute * minute)
    expect([at(-1), at(0), at(0.9), at(1.5), at(5.9), at(10), at(21)]).toEqual([undefined, 1, 1, 2, 2, undefined, 3])
  })
})
