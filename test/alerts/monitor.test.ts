import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { alertMonitor } from '../../gateway/alerts/monitor.ts'
import type { Alert, NewRule } from '../../gateway/contract/alert.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { handClock, quietTools, scratchFolder } from '../support/sensors.ts'

const startUtcMs = Date.UTC(2026, 10, 3)
const clock = handClock(startUtcMs)
let end: AbortController
let folder: string
let store: Store
let told: Alert[]
let monitor: ReturnType<typeof alertMonitor>

function start() {
  store = openStore(join(folder, 'gateway.db'), 'gateway')
  told = []
  monitor = alertMonitor({
    store,
    tools: { ...quietTools, clock },
    sensorInfo: (id) =>
      id === 'cold' || id === 'unseen'
        ? {
            name: id,
            areaId: 'a-1',
            metrics:
              id === 'cold'
                ? [
                    { key: 'temp', unit: '°C' },
                    { key: 'door', unit: null },
                  ]
                : [],
          }
        : undefined,
    onAlert: (alert) => told.push(alert),
  })
}
const restart = () => {
  store.close()
  start()
}
beforeEach(() => {
  end = new AbortController()
  folder = scratchFolder(end.signal)
  clock.set(startUtcMs)
  start()
})
afterEach(() => {
  store.close()
  end.abort()
})

const rule = (more: Partial<NewRule> = {}): NewRule => ({
  name: 'Cold store too warm',
  sensorId: 'cold',
  metric: 'temp',
  condition: 'above',
  threshold: 4,
  forMs: 0,
  hysteresis: 0.5,
  severity: 'critical',
  enabled: true,
  ...more,
})
/** A reading some seconds after the start. */
function say(atSeconds: number, value: number, more: { metric?: string; quality?: 'ok' | 'late' } = {}) {
  clock.set(startUtcMs + atSeconds * 1_000)
  const { metric = 'temp', quality = 'ok' } = more
  monitor.judge({
    sensorId: 'cold',
    metric,
    value,
    rawValue: null,
    quality,
    utcMs: clock.now(),
    deviceUtcMs: null,
    source: 'zone/cold',
  })
}
function pass(toSeconds: number) {
  clock.set(startUtcMs + toSeconds * 1_000)
  monitor.tick(clock.now())
}

describe('the life of an alert', () => {
  test('raised, worse, acknowledged by name, cleared, closed', () => {
    const { id: ruleId } = monitor.addRule(rule(), 'warm')
    say(1, 3)
    say(2, 5)
    expect(monitor.list('open')).toEqual([
      {
        id: expect.any(String) as string,
        ruleId,
        code: 'rule-above',
        name: 'Cold store too warm',
        severity: 'critical',
        sensorId: 'cold',
        cameraId: null,
        areaId: 'a-1',
        metric: 'temp',
        unit: '°C',
        threshold: 4,
        condition: 'above',
        value: 5,
        worstValue: 5,
        raisedUtcMs: startUtcMs + 2_000,
        clearedUtcMs: null,
        acknowledgedUtcMs: null,
        acknowledgedBy: null,
        note: null,
      },
    ])
    say(3, 9)
    const [{ id, worstValue } = { id: '', worstValue: null }] = monitor.list('open')
    expect(worstValue).toBe(9)
    expect(monitor.acknowledge(id, '值班员', 'door closed')).toMatchObject({
      acknowledgedBy: '值班员',
      note: 'door closed',
      worstValue: 9,
    })
    expect(() => monitor.acknowledge(id, 'x', '')).toThrowError(
      expect.objectContaining({ kind: 'conflict', code: 'alert-acknowledged' }),
    )
    expect(() => monitor.acknowledge('none', 'x', '')).toThrowError(
      expect.objectContaining({ kind: 'missing', code: 'alert-missing' }),
    )
    say(4, 3.8)
    expect(monitor.list('open')).toHaveLength(1)
    say(5, 3.5)
    expect(monitor.list('open')).toEqual([])
    expect(monitor.list('closed')).toMatchObject([{ id, clearedUtcMs: startUtcMs + 5_000, worstValue: 9 }])
    expect(
      told.map(({ worstValue, acknowledgedBy, clearedUtcMs }) => [worstValue, acknowledgedBy, clearedUtcMs !== null]),
    ).toEqual([
      [5, null, false],
      [9, null, false],
      [9, '值班员', false],
      [9, '值班员', true],
    ])
  })

  test('raised again before anybody acknowledged it, it is the same alert; after that a new one', () => {
    monitor.addRule(rule(), 'warm')
    say(1, 5)
    say(2, 3)
    say(3, 7)
    const [alert] = monitor.list('all')
    expect(monitor.list('all')).toHaveLength(1)
    expect(alert).toMatchObject({ clearedUtcMs: null, value: 5, worstValue: 7 })
    say(4, 3)
    // The second time is milder: the worst of the incident stays the worst.
    say(5, 4.5)
    say(6, 5.5)
    expect(monitor.list('open')).toMatchObject([{ worstValue: 7 }])
    say(7, 3)
    monitor.acknowledge(alert?.id ?? '', 'x', '')
    expect(monitor.list('open')).toEqual([])
    say(8, 5)
    expect(monitor.list('all')).toHaveLength(2)
  })

  test('for elapses by the clock alone; silence is noticed; late readings do neither', () => {
    monitor.addRule(rule({ forMs: 60_000 }), 'wait')
    monitor.addRule(rule({ condition: 'silent', forMs: 120_000, name: 'Silent', severity: 'warning' }), 'silent')
    say(1, 5)
    say(30, 9, { quality: 'late' })
    pass(60)
    expect(told).toEqual([])
    pass(61)
    expect(told).toMatchObject([{ code: 'rule-above', raisedUtcMs: startUtcMs + 61_000 }])
    pass(120)
    expect(told).toHaveLength(1)
    pass(121)
    expect(told[1]).toMatchObject({ code: 'rule-silent', threshold: null, condition: 'silent' })
    say(130, 3)
    expect(monitor.list('open').every(({ clearedUtcMs }) => clearedUtcMs === startUtcMs + 130_000)).toBe(true)
  })

  test('while the broker is away nobody is silent', () => {
    monitor.addRule(rule({ condition: 'silent', forMs: 60_000 }), 'silent')
    say(1, 3)
    monitor.brokerAway(true)
    monitor.system({ code: 'broker-away', name: 'Broker away', severity: 'critical' }, true)
    pass(600)
    expect(told.map(({ code }) => code)).toEqual(['broker-away'])
    monitor.brokerAway(false)
    pass(659)
    expect(told).toHaveLength(1)
    pass(660)
    expect(told).toHaveLength(2)
  })
})

test('a full disk delays an alert, and neither loses nor doubles it', () => {
  monitor.addRule(rule(), 'warm')
  store.db.pragma('query_only = 1')
  say(1, 5)
  expect(told).toEqual([])
  store.db.pragma('query_only = 0')
  say(2, 6)
  say(3, 6)
  expect(told).toMatchObject([{ code: 'rule-above', value: 6, clearedUtcMs: null }])
  expect(monitor.list('all')).toHaveLength(1)
})

test('with a full disk the gateway still says what is wrong, shows it, and writes it down when there is room', () => {
  const full = { code: 'disk-full', name: 'main', severity: 'critical' as const }
  monitor.addRule(rule(), 'warm')
  say(1, 5)
  pass(2)
  const before = told.length
  store.db.pragma('query_only = 1')
  monitor.system(full, true)
  monitor.system(full, true)
  expect(told.slice(before)).toMatchObject([{ code: 'disk-full', clearedUtcMs: null }])
  say(3, 9)
  pass(4)
  expect(monitor.list('open')).toMatchObject([{ code: 'disk-full' }, { code: 'rule-above', worstValue: 9 }])
  expect(monitor.list({ state: 'open', cameraId: 'c1' })).toEqual([])
  expect(monitor.list('closed')).toEqual([])
  expect(() => monitor.acknowledge(told.at(before)?.id ?? '', 'wang', '')).toThrow()
  store.db.pragma('query_only = 0')
  pass(5)
  restart()
  expect(monitor.list('open')).toMatchObject([{ code: 'disk-full' }, { code: 'rule-above', worstValue: 9 }])
  monitor.system(full, true)
  expect(told).toEqual([])
})

describe('after a restart', () => {
  test('a raised alert is still raised, is not raised twice, and can clear', () => {
    monitor.addRule(rule(), 'warm')
    say(1, 5)
    say(2, 8)
    pass(3)
    restart()
    expect(monitor.list('open')).toMatchObject([{ worstValue: 8, clearedUtcMs: null }])
    say(4, 6)
    expect(told).toEqual([])
    say(5, 9)
    expect(told).toMatchObject([{ worstValue: 9 }])
    say(6, 3)
    expect(monitor.list('open')).toMatchObject([{ clearedUtcMs: startUtcMs + 6_000, acknowledgedUtcMs: null }])
    restart()
    expect(monitor.list('open')).toHaveLength(1)
    expect(monitor.rules()).toEqual([{ ...rule(), id: 'warm' }])
  })

  test('a wait goes on, but only a reading of now can end it', () => {
    monitor.addRule(rule({ forMs: 600_000 }), 'wait')
    say(1, 5)
    restart()
    pass(700)
    expect(told).toEqual([])
    say(701, 5)
    expect(told).toMatchObject([{ code: 'rule-above' }])
  })

  test("the gateway's own alerts too", () => {
    const trouble = { code: 'camera-offline', name: 'Camera offline', severity: 'warning' as const }
    monitor.system({ ...trouble, cameraId: 'c1', areaId: 'a-1' }, true)
    restart()
    monitor.system({ ...trouble, cameraId: 'c1' }, true)
    monitor.system({ ...trouble, cameraId: 'c2' }, true)
    monitor.system({ ...trouble, cameraId: 'c3' }, false)
    expect(
      monitor
        .list('open')
        .map(({ cameraId }) => String(cameraId))
        .toSorted((left, right) => left.localeCompare(right)),
    ).toEqual(['c1', 'c2'])
    monitor.system({ ...trouble, cameraId: 'c1' }, false)
    expect(told.at(-1)).toMatchObject({ cameraId: 'c1', areaId: 'a-1', clearedUtcMs: startUtcMs })
    monitor.system({ ...trouble, cameraId: 'c1' }, false)
    expect(told).toHaveLength(2)
  })
})

describe('rules', () => {
  test.each([
    [{ sensorId: 'none' }, 'sensor-missing'],
    [{ metric: 'none' }, 'metric-missing'],
    [{ condition: 'silent' as const, forMs: 999 }, 'rule-for-too-short'],
  ])('%o is refused', (more, code) => {
    expect(() => monitor.addRule(rule(more))).toThrowError(expect.objectContaining({ kind: 'invalid', code }))
    expect(monitor.rules()).toEqual([])
  })

  test('a sensor that was not seen yet may have a rule on any metric', () => {
    expect(monitor.addRule(rule({ sensorId: 'unseen', metric: 'anything' })).id).toMatch(/^r-[0-9a-f]{8}$/)
  })

  test('an import is all or nothing', () => {
    const good = { ...rule(), id: 'good' }
    expect(() => monitor.importRules([good, { ...rule({ metric: 'none' }), id: 'bad' }])).toThrowError(
      expect.objectContaining({ code: 'metric-missing' }),
    )
    expect(monitor.rules()).toEqual([])
    monitor.importRules([good])
    expect(() => monitor.importRules([good])).toThrowError(expect.objectContaining({ code: 'rule-exists' }))
  })

  test('a changed threshold counts from the next reading; switched off or removed it clears', () => {
    monitor.addRule(rule(), 'a')
    monitor.addRule(rule({ metric: 'door', threshold: 0 }), 'b')
    say(1, 5)
    say(1, 1, { metric: 'door' })
    monitor.patchRule('a', { threshold: 10, name: 'New' })
    expect(monitor.list('open')).toHaveLength(2)
    say(2, 5)
    expect(
      monitor
        .list('open')
        .filter(({ clearedUtcMs }) => clearedUtcMs === null)
        .map(({ ruleId }) => ruleId),
    ).toEqual(['b'])
    monitor.patchRule('b', { enabled: false })
    say(3, 1, { metric: 'door' })
    expect(monitor.list('open').every(({ clearedUtcMs }) => clearedUtcMs !== null)).toBe(true)
    say(4, 11)
    monitor.removeRulesOf('cold')
    expect(monitor.rules()).toEqual([])
    expect(monitor.list('open').every(({ clearedUtcMs }) => clearedUtcMs !== null)).toBe(true)
    expect(() => monitor.patchRule('a', {})).toThrowError(expect.objectContaining({ code: 'rule-missing' }))
  })
})
