import { expect, test } from 'vitest'
import { placeName, placesOf } from '../../dashboard/api/places.ts'
import { createStores, latestAfter } from '../../dashboard/api/stores.ts'
import { driftOf } from '../../dashboard/i18n/clock-drift.ts'
import { cameraNear } from '../../dashboard/parts/footage-link.tsx'
import { areasUnder } from '../../dashboard/sensors/tree.tsx'
import { themeOf } from '../../dashboard/shell/theme.ts'
import { alertsAt, camerasAt, zone } from './fake-data.ts'
import { sensorsAt } from './fake-sensors.ts'

const now = Date.UTC(2026, 10, 22)
const reading = (value: number, utcMs: number, quality: 'ok' | 'late' | 'manual' = 'ok') =>
  ({
    kind: 'reading',
    reading: {
      sensorId: 'w05-power',
      metric: 'power',
      value,
      rawValue: null,
      quality,
      utcMs,
      deviceUtcMs: null,
      source: 'zone/w05/power',
    },
  }) as const

test('the newest reading wins, also when an older one arrives later, and its sensor is online again', () => {
  const stores = createStores()
  stores.setSensors(sensorsAt(now), 0)
  const status = () => stores.sensors.value.value?.find((one) => one.id === 'w05-power')?.status
  expect(status()).toBe('silent')
  stores.takeChanges([reading(2, now + 2_000), reading(1, now + 1_000)])
  expect(stores.latestOf('w05-power', 'power').value?.value).toBe(2)
  expect(status()).toBe('online')
})

test('a late reading and one of a person are no sign of life; a late one never hides a fresher value', () => {
  const stores = createStores()
  stores.setSensors(sensorsAt(now), 0)
  const before = stores.latestOf('w05-power', 'power').value
  stores.takeChanges([reading(7, now + 1_000, 'late')])
  expect(stores.latestOf('w05-power', 'power').value).toBe(before)
  stores.takeChanges([reading(8, now + 2_000, 'manual')])
  expect(stores.latestOf('w05-power', 'power').value?.quality).toBe('manual')
  expect(stores.sensors.value.value?.find((one) => one.id === 'w05-power')).toMatchObject({
    status: 'silent',
    why: 'overdue',
  })
  stores.takeChanges([reading(8, now + 3_000)])
  expect(stores.sensors.value.value?.find((one) => one.id === 'w05-power')).toMatchObject({
    status: 'online',
    why: null,
  })
})

test.each([
  ['as long as the one before', { unknownFromUtcMs: 70_000 }, 5_000, 160_000],
  ['three intervals, where the one before did not say', { unknownFromUtcMs: null }, 5_000, 115_000],
  ['nobody knows', { unknownFromUtcMs: null }, null, null],
] as const)('how long a reading of the feed is good for: %s', (_, before, periodMs, unknownFromUtcMs) => {
  const old = { metric: 'power', value: 1, quality: 'ok' as const, utcMs: 10_000, ...before }
  expect(latestAfter(old, reading(2, 100_000).reading, periodMs)).toEqual({
    metric: 'power',
    value: 2,
    quality: 'ok',
    utcMs: 100_000,
    unknownFromUtcMs,
  })
})

test('a list that arrives late does not turn back what the feed said', () => {
  const stores = createStores()
  const [camera] = camerasAt(now)
  const [alert] = alertsAt(now)
  if (camera === undefined || alert === undefined) throw new Error('no camera, or no alert')
  const asked = stores.newsSoFar()
  stores.takeChanges([
    reading(9, now + 60_000),
    { kind: 'alert', alert: { ...alert, clearedUtcMs: null, acknowledgedUtcMs: null } },
    { kind: 'camera', cameraId: camera.id, state: { ...camera.state, status: 'disabled' } },
  ])
  stores.setSensors(sensorsAt(now), asked)
  stores.setOpenAlerts([], asked)
  stores.setCameras(camerasAt(now), asked)
  expect(stores.latestOf('w05-power', 'power').value?.value).toBe(9)
  expect(stores.sensors.value.value?.find((one) => one.id === 'w05-power')?.status).toBe('online')
  expect(stores.openAlerts.value?.map(({ id }) => id)).toEqual([alert.id])
  expect(stores.cameras.value.value?.[0]?.state.status).toBe('disabled')

  // A list that was asked for afterwards is younger.
  const askedLater = stores.newsSoFar()
  stores.setOpenAlerts([], askedLater)
  stores.setCameras(camerasAt(now), askedLater)
  expect(stores.openAlerts.value).toEqual([])
  expect(stores.cameras.value.value?.[0]?.state).toEqual(camera.state)
})

test('alerts: the most urgent first, gone when cleared and acknowledged', () => {
  const stores = createStores()
  const all = alertsAt(now)
  stores.takeSnapshot({ kind: 'snapshot', seq: 1, serverUtcMs: now, cameras: [], readings: [], alerts: all })
  const ids = () => stores.openAlerts.value?.map((alert) => alert.id)
  expect(ids()).toEqual(['a1', 'a3', 'a4', 'a2'])
  const [first] = all
  if (first === undefined) throw new Error('no alert')
  const acknowledged = { ...first, acknowledgedUtcMs: now }
  stores.takeChanges([{ kind: 'alert', alert: acknowledged }])
  expect(ids()).toEqual(['a1', 'a3', 'a4', 'a2'])
  stores.takeChanges([{ kind: 'alert', alert: { ...acknowledged, clearedUtcMs: now } }])
  expect(ids()).toEqual(['a3', 'a4', 'a2'])
})

test('a camera’s state changes in its list; rare changes name what must be loaded again', () => {
  const stores = createStores()
  stores.setCameras(camerasAt(now), stores.newsSoFar())
  const [camera] = camerasAt(now)
  if (camera === undefined) throw new Error('no camera')
  const reload = stores.takeChanges([
    { kind: 'camera', cameraId: camera.id, state: { ...camera.state, status: 'offline' } },
    { kind: 'reload', what: 'sensors' },
    { kind: 'reload', what: 'rules' },
    { kind: 'reload', what: 'sensors' },
  ])
  expect(stores.cameras.value.value?.[0]?.state.status).toBe('offline')
  expect([...reload]).toEqual(['sensors'])
  expect(stores.rulesVersion.value).toBe(1)
})

test('places: names, areas of a workshop, and the nearest camera', () => {
  const places = placesOf(zone)
  expect(placeName(places.get('w07-cold'))).toBe('长校豆干 · 冷库')
  expect(placeName(places.get('lab'))).toBe('检验室')
  expect(placeName(undefined)).toBe('—')
  expect(areasUnder(zone, 'w02')).toEqual(['w02-raw', 'w02-process', 'w02-cold', 'w02-change'])
  expect(areasUnder(zone, 'lab')).toEqual(['lab'])
  expect(areasUnder(zone, 'nowhere')).toEqual([])
  const cameras = camerasAt(now)
  expect(cameraNear('w01-cold', cameras, places)?.id).toBe('cam-11')
  expect(cameraNear('w07-cold', cameras, places)?.id).toBe('cam-7')
  expect(cameraNear('dorm', cameras, places)).toBeUndefined()
})

test.each([
  [null, 'unknown'],
  [1_999, 'fine'],
  [-2_001, 'off'],
  [30_000, 'off'],
  [-420_000, 'wrong'],
])('a clock that is off by %s ms is %s', (offsetMs, drift) => {
  expect(driftOf(offsetMs)).toBe(drift)
})

test.each([
  ['auto', '/wall', false, 'dark'],
  ['auto', '/', false, 'dark'],
  ['auto', '/alerts', false, 'light'],
  ['auto', '/alerts', true, 'dark'],
  ['light', '/wall', true, 'light'],
] as const)('theme %s on %s (computer dark: %s) is %s', (choice, path, dark, theme) => {
  expect(themeOf(choice, path, dark)).toBe(theme)
})
