import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Alert } from '../../../gateway/contract/alert.ts'
import type { Camera } from '../../../gateway/contract/camera.ts'
import { cameraFor, frontAlerts } from '../../../dashboard/watch/front-camera.ts'
import {
  closeFront,
  type Front,
  type FrontAlert,
  nextFront,
  nothingInFront,
  offered,
  showAlert,
} from '../../../dashboard/watch/front.ts'

const alert = (id: string, raisedUtcMs: number): FrontAlert => ({ id, cameraId: `camera-${id}`, raisedUtcMs })
const [a, b, c] = [alert('a', 1), alert('b', 2), alert('c', 3)]

interface Change {
  readonly atS: number
  readonly alerts?: readonly FrontAlert[] | null
  /** Waiting, and no camera shows them. */
  readonly unseen?: readonly string[]
  readonly busy?: boolean
  readonly enabled?: boolean
  /** What a person does. */
  readonly by?: (front: Front, nowMs: number) => Front
}

/** @returns `<seconds> <alert or ->` for each change of what is shown, `<seconds> (<alert>)` for what is offered */
function seen(changes: readonly Change[], endS: number): string[] {
  const told: string[] = []
  let front = nothingInFront
  let now: Required<Omit<Change, 'by' | 'atS'>> = { alerts: [], unseen: [], busy: false, enabled: true }
  let [shownId, offeredId]: (string | undefined)[] = []
  for (let ms = 0; ms <= endS * 1_000; ms += 250) {
    for (const { atS, by, ...change } of changes) {
      if (atS * 1_000 !== ms) continue
      now = { ...now, ...change }
      if (by) front = by(front, ms)
    }
    const { alerts, unseen, ...facts } = now
    front = nextFront(
      front,
      { ...facts, alerts, waiting: new Set([...(alerts ?? []).map(({ id }) => id), ...unseen]) },
      ms,
    )
    if (front.shown?.alert.id !== shownId) told.push(`${ms / 1_000} ${front.shown?.alert.id ?? '-'}`)
    const offer = offered(front, now.busy)?.id
    if (offer !== offeredId && offer !== undefined) told.push(`${ms / 1_000} (${offer})`)
    ;[shownId, offeredId] = [front.shown?.alert.id, offer]
  }
  return told
}

describe('what comes to the front', () => {
  const table: readonly (readonly [string, readonly Change[], number, readonly string[]])[] = [
    ['what was open when the page began does not', [{ atS: 0, alerts: [a] }], 60, []],
    ['a new alert for thirty seconds', [{ atS: 1, alerts: [a] }], 60, ['1 a', '31 -']],
    [
      'until it is acknowledged',
      [
        { atS: 1, alerts: [a] },
        { atS: 9, alerts: [] },
      ],
      60,
      ['1 a', '9 -'],
    ],
    [
      'until it is closed; then it does not come again',
      [
        { atS: 1, alerts: [a] },
        { atS: 4, by: closeFront },
      ],
      60,
      ['1 a', '4 -'],
    ],
    [
      'several one after the other, the newest first',
      [{ atS: 1, alerts: [a, b, c] }],
      90,
      ['1 c', '11 b', '21 a', '51 -'],
    ],
    [
      'a newer one takes its place, at most one change in five seconds',
      [
        { atS: 1, alerts: [a] },
        { atS: 2, alerts: [a, b] },
        { atS: 3, alerts: [a, b, c] },
      ],
      16.5,
      ['1 a', '6 c', '16 b'],
    ],
    [
      'after an acknowledgement the next one waits for its five seconds',
      [
        { atS: 1, alerts: [a, b] },
        { atS: 8, alerts: [a] },
      ],
      20,
      ['1 b', '8 -', '13 a'],
    ],
    [
      'a person who uses the wall is offered it; left alone it is shown',
      [
        { atS: 0, busy: true },
        { atS: 1, alerts: [a] },
        { atS: 12, busy: false },
      ],
      20,
      ['1 (a)', '12 a'],
    ],
    [
      'a person who takes the offer sees it at once, and keeps it while he uses it',
      [
        { atS: 0, busy: true },
        { atS: 1, alerts: [a] },
        { atS: 3, by: (front, nowMs) => showAlert(front, a, nowMs) },
        { atS: 50, busy: false },
      ],
      60,
      ['1 (a)', '3 a', '50 -'],
    ],
    [
      'what waited for two minutes is no news',
      [
        { atS: 0, busy: true },
        { atS: 1, alerts: [a] },
        { atS: 130, busy: false },
      ],
      140,
      ['1 (a)'],
    ],
    [
      'nothing, where the wall is set so',
      [
        { atS: 0, enabled: false },
        { atS: 1, alerts: [a] },
      ],
      20,
      [],
    ],
    [
      'one that no camera could show when it came stays away when one can',
      [
        { atS: 1, unseen: ['a'] },
        { atS: 9, unseen: [], alerts: [a] },
      ],
      20,
      [],
    ],
    [
      'alerts that are known late are not new',
      [
        { atS: 0, alerts: null },
        { atS: 3, alerts: [a] },
        { atS: 5, alerts: [a, b] },
      ],
      20,
      ['5 b'],
    ],
    [
      'a camera that fails while it is shown stays: the alert does',
      [
        { atS: 1, alerts: [a] },
        { atS: 3, alerts: [], unseen: ['a'] },
      ],
      40,
      ['1 a', '31 -'],
    ],
  ]
  test.each(table)('%s', (_, changes, endS, expected) => {
    expect(seen(changes, endS)).toEqual(expected)
  })
})

test('by itself it never changes twice in five seconds, never while somebody is busy, and shows only what waits', () => {
  const step = fc.record({
    alerts: fc.subarray([a, b, c, alert('d', 4), alert('e', 5)]),
    busy: fc.boolean(),
    ms: fc.integer({ min: 50, max: 3_000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let front = nextFront(nothingInFront, { alerts: [], waiting: new Set(), enabled: true, busy: false }, 0)
      let nowMs = 0
      let cameAtMs = -Infinity
      for (const { alerts, busy, ms } of steps) {
        nowMs += ms
        const waiting = new Set(alerts.map(({ id }) => id))
        const next = nextFront(front, { alerts, waiting, enabled: true, busy }, nowMs)
        if (next.shown !== null) expect(waiting.has(next.shown.alert.id)).toBe(true)
        if (next.shown !== null && next.shown.alert.id !== front.shown?.alert.id) {
          expect(busy).toBe(false)
          expect(nowMs - cameAtMs).toBeGreaterThanOrEqual(5_000)
          cameAtMs = nowMs
        }
        front = next
      }
    }),
  )
})

describe('the camera of an alert', () => {
  const camera = (id: string, areaId: string, change: Partial<Camera> = {}) =>
    ({ id, areaId, enabled: true, privacy: false, state: { status: 'recording' }, ...change }) as Camera
  const offline = { state: { status: 'offline' } } as Partial<Camera>
  const about = (cameraId: string | null, areaId: string | null) => ({ cameraId, areaId })
  const table: readonly (readonly [
    string,
    Pick<Alert, 'cameraId' | 'areaId'>,
    Camera[],
    string[] | null,
    string | undefined,
  ])[] = [
    ['its own', about('2', 'x'), [camera('1', 'x'), camera('2', 'y')], null, '2'],
    ['one of its area', about(null, 'x'), [camera('1', 'y'), camera('2', 'x')], null, '2'],
    ['none of another area', about(null, 'x'), [camera('1', 'y')], null, undefined],
    [
      'beside its own that is offline, one of the same area',
      about('1', null),
      [camera('1', 'x', offline), camera('2', 'x')],
      null,
      '2',
    ],
    ['none that is switched off', about(null, 'x'), [camera('1', 'x', { enabled: false })], null, undefined],
    ['none that is private', about('1', 'x'), [camera('1', 'x', { privacy: true })], null, undefined],
    ['none that this person may not see', about('1', 'x'), [camera('1', 'x')], ['y'], undefined],
    ['one that he may', about('1', 'x'), [camera('1', 'x')], ['x'], '1'],
  ]
  test.each(table)('%s', (_, alertOf, cameras, areaIds, expected) => {
    expect(cameraFor(alertOf, cameras, areaIds)?.id).toBe(expected)
  })

  test('only critical alerts that nobody has acknowledged', () => {
    const open = (id: string, change: Partial<Alert>) =>
      ({
        id,
        severity: 'critical',
        acknowledgedUtcMs: null,
        raisedUtcMs: 1,
        cameraId: '1',
        areaId: null,
        ...change,
      }) as Alert
    const alerts = [
      open('a', {}),
      open('b', { severity: 'warning' }),
      open('c', { acknowledgedUtcMs: 1 }),
      open('d', { cameraId: '9' }),
    ]
    expect(frontAlerts(alerts, [camera('1', 'x')], null).map(({ id }) => id)).toEqual(['a'])
  })
})
