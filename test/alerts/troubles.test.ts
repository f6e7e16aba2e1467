import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { alertMonitor } from '../../gateway/alerts/monitor.ts'
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
const offline: CameraState = { ...camera.state, status: 'offline', reason: 'camera-lost', sinceUtcMs: clock.now() }

test('a camera is an alert when it was away for half a minute, and none any more when it is recorded', () => {
  const { trouble, open } = start()
  trouble.cameras([camera], () => ({ ...offline, sinceUtcMs: clock.now() - 20_000 }))
  expect(open()).toEqual([])
  trouble.cameras([camera], () => ({ ...offline, sinceUtcMs: clock.now() - 31_000 }))
  expect(open()).toEqual([['camera-offline', 'cam-1', true]])
  trouble.cameras([camera], () => camera.state)
  expect(open()).toEqual([['camera-offline', 'cam-1', false]])
})

test('the alert of a camera that is removed ends, also when it was removed while the gateway was down', () => {
  const before = start()
  before.trouble.cameras([camera], () => ({ ...offline, sinceUtcMs: clock.now() - 31_000 }))
  const { trouble, open } = start()
  expect(open()).toEqual([['camera-offline', 'cam-1', true]])
  trouble.cameras([], () => offline)
  expect(open()).toEqual([['camera-offline', 'cam-1', false]])
})

test('an alert about the metrics store that was open before a restart ends when the store takes readings', () => {
  start().trouble.metrics('influx', false)
  const { trouble, open } = start()
  expect(open()).toEqual([['metrics-away', null, true]])
  trouble.metrics('influx', true)
  expect(open()).toEqual([['metrics-away', null, false]])
})
