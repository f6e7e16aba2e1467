import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { alertMonitor } from '../../gateway/alerts/monitor.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { troubles } from '../../gateway/alerts/troubles.ts'
import type { CameraState } from '../../gateway/contract/camera.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { handClock, quietTools, scratchFolder } from '../support/sensors.ts'
import { camera } from '../http/fixture.ts'

const clock = handClock(Date.UTC(2026, 10, 3))
let end: AbortController
let store: Store
beforeEach(() => {
  end = new AbortController()
  store = openStore(join(scratchFolder(end.signal), 'gateway.db'), 'gateway')
})
afterEach(() => {
  store.close()
  end.abort()
})

function start() {
  const alerts = alertMonitor({
    store,
    tools: { ...quietTools, clock },
    sensorInfo: () => undefined,
    onAlert: () => {},
  })
  const trouble = troubles(alerts, clock)
  const open = () =>
    alerts.list('open').map(({ code, cameraId, clearedUtcMs }) => [code, cameraId, clearedUtcMs === null])
  return { alerts, trouble, open }
}
const everyone = new Set([camera.id])
const offline: CameraState = { ...camera.state, status: 'offline', reason: 'camera-lost', sinceUtcMs: clock.now() }

test('a camera is an alert when it was away for half a minute, and none any more when it is recorded', () => {
  const { trouble, open } = start()
  trouble.cameras([camera], () => ({ ...offline, sinceUtcMs: clock.now() - 20_000 }), everyone)
  expect(open()).toEqual([])
  trouble.cameras([camera], () => ({ ...offline, sinceUtcMs: clock.now() - 31_000 }), everyone)
  expect(open()).toEqual([['camera-offline', 'cam-1', true]])
  trouble.cameras([camera], () => camera.state, everyone)
  expect(open()).toEqual([['camera-offline', 'cam-1', false]])
})

test('a camera that is off by plan is no alert, and the alert of one that was away before ends', () => {
  const { trouble, open } = start()
  const away = () => ({ ...offline, sinceUtcMs: clock.now() - 31_000 })
  trouble.cameras([camera], away, new Set())
  expect(open()).toEqual([])
  trouble.cameras([camera], away, everyone)
  trouble.cameras([camera], away, new Set())
  expect(open()).toEqual([['camera-offline', 'cam-1', false]])
})

test('two disks in trouble are one alert that names both, then the one that is left', () => {
  const { alerts, trouble } = start()
  const away = new Failure('away', 'disk-away', 'away')
  const disks = (one: Failure | null, other: Failure | null) =>
    trouble.disks([
      { root: '/one', trouble: one, isShort: false },
      { root: '/other', trouble: other, isShort: false },
    ])
  const names = () => alerts.list('open').map(({ code, name, clearedUtcMs }) => [code, name, clearedUtcMs === null])
  disks(away, null)
  disks(away, away)
  expect(names()).toEqual([['disk-away', '/one, /other', true]])
  disks(null, away)
  expect(names()).toEqual([['disk-away', '/other', true]])
  disks(null, null)
  expect(names()).toEqual([['disk-away', '/other', false]])
  trouble.disks([{ root: '/one', trouble: null, isShort: true }])
  expect(names()).toContainEqual(['retention-short', '/one', true])
})

test('the alert of a camera that is removed ends, also when it was removed while the gateway was down', () => {
  const before = start()
  before.trouble.cameras([camera], () => ({ ...offline, sinceUtcMs: clock.now() - 31_000 }), everyone)
  const { trouble, open } = start()
  expect(open()).toEqual([['camera-offline', 'cam-1', true]])
  trouble.cameras([], () => offline, everyone)
  expect(open()).toEqual([['camera-offline', 'cam-1', false]])
})

test('readings that do not add up are told by the name of their sensor, and are over when they do', () => {
  const { alerts, trouble, open } = start()
  trouble.readings([{ sensorId: 's-1' }, { sensorId: 's-2' }], (id) => `Cold store ${id}`)
  expect(alerts.list('open')).toMatchObject([{ code: 'readings-unequal', name: 'Cold store s-1' }])
  trouble.readings([], () => '')
  expect(open()).toEqual([['readings-unequal', null, false]])
})

test('an alert about the metrics store that was open before a restart ends when the store takes readings', () => {
  start().trouble.metrics('influx', { ok: false, code: 'influx-away' })
  const { trouble, open } = start()
  expect(open()).toEqual([['metrics-away', null, true]])
  trouble.metrics('influx', { ok: true, code: null })
  expect(open()).toEqual([['metrics-away', null, false]])
})

test('a store that holds because its series are too many has an alert of its own', () => {
  const { trouble, open } = start()
  trouble.metrics('influx', { ok: false, code: 'influx-away' })
  trouble.metrics('influx', { ok: false, code: 'series-budget' })
  expect(open()).toEqual(
    expect.arrayContaining([
      ['metrics-away', null, false],
      ['series-budget', null, true],
    ]),
  )
  expect(open()).toHaveLength(2)
})
