/** What one does with a camera: turning it, its last half minute, the name of a snapshot. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Span } from '../../../gateway/contract/camera.ts'
import type { PtzMove } from '../../../gateway/contract/ptz.ts'
import { ptzHold } from '../../../dashboard/wall/ptz-hold.ts'
import { keyMove, padMove } from '../../../dashboard/wall/ptz-speed.ts'
import { replayPlan } from '../../../dashboard/wall/replay-plan.ts'
import { snapshotName } from '../../../dashboard/wall/snapshot.ts'

const right: PtzMove = { pan: 1, tilt: 0, zoom: 0 }
const left: PtzMove = { pan: -1, tilt: 0, zoom: 0 }

/** A gateway that answers when it is told to. */
function fakeCamera() {
  const sent: string[] = []
  const waiting: { done: () => void; refuse: (thrown: Error) => void }[] = []
  const failures: unknown[] = []
  let nowMs = 0
  const request = (what: string) => {
    sent.push(what)
    return new Promise<void>((done, refuse) => waiting.push({ done, refuse }))
  }
  const hold = ptzHold({
    move: ({ pan }) => request(`move ${pan}`),
    stop: () => request('stop'),
    now: () => nowMs,
    failed: (thrown) => failures.push(thrown),
  })
  const settle = async () => {
    for (let turns = 0; turns < 10; turns++) await Promise.resolve()
  }
  return {
    hold,
    sent,
    failures,
    settle,
    async answer(thrown?: Error) {
      const one = waiting.shift()
      if (one === undefined) throw new Error('nothing was asked')
      if (thrown) one.refuse(thrown)
      else one.done()
      await settle()
    },
    async pass(ms: number) {
      nowMs += ms
      hold.tick()
      await settle()
    },
  }
}

test('a hold is sent at once, renewed every half second, and stopped', async () => {
  const camera = fakeCamera()
  camera.hold.want(right)
  expect(camera.sent).toEqual(['move 1'])
  await camera.answer()
  await camera.pass(400)
  expect(camera.sent).toEqual(['move 1'])
  await camera.pass(100)
  expect(camera.sent).toEqual(['move 1', 'move 1'])
  await camera.answer()
  camera.hold.want(null)
  await camera.settle()
  expect(camera.sent).toEqual(['move 1', 'move 1', 'stop'])
  await camera.answer()
  await camera.pass(5_000)
  expect(camera.sent).toHaveLength(3)
  expect(camera.hold.isTurning()).toBe(false)
})

test('a stop waits for the move that is under way, and what was wanted in between is never sent', async () => {
  const camera = fakeCamera()
  camera.hold.want(right)
  camera.hold.want(left)
  camera.hold.want(null)
  await camera.pass(2_000)
  expect(camera.sent).toEqual(['move 1'])
  await camera.answer()
  expect(camera.sent).toEqual(['move 1', 'stop'])
})

test('another direction is sent soon, not with each pixel', async () => {
  const camera = fakeCamera()
  camera.hold.want(right)
  await camera.answer()
  camera.hold.want(left)
  await camera.pass(50)
  expect(camera.sent).toEqual(['move 1'])
  await camera.pass(70)
  expect(camera.sent).toEqual(['move 1', 'move -1'])
})

test('a refusal ends the hold and says why; a camera that never moved gets no stop', async () => {
  const camera = fakeCamera()
  camera.hold.want(right)
  await camera.answer(new Error('held'))
  expect(camera.failures).toHaveLength(1)
  await camera.pass(5_000)
  expect(camera.sent).toEqual(['move 1'])
})

test('when a renewal is lost the camera is stopped', async () => {
  const camera = fakeCamera()
  camera.hold.want(right)
  await camera.answer()
  await camera.pass(500)
  await camera.answer(new Error('lost'))
  expect(camera.sent).toEqual(['move 1', 'move 1', 'stop'])
  await camera.answer(new Error('lost'))
  expect(camera.failures).toHaveLength(2)
  expect(camera.hold.isTurning()).toBe(false)
})

test('further from the centre is faster, never beyond full speed, and the centre stands still', () => {
  expect(padMove(0.05, 0.05)).toBeNull()
  expect(padMove(1, 0)).toEqual(right)
  expect(padMove(0, -1)).toEqual({ pan: 0, tilt: 1, zoom: 0 })
  expect(padMove(3, 0)).toEqual(right)
  fc.assert(
    fc.property(
      fc.double({ min: 0.2, max: 0.9, noNaN: true }),
      fc.double({ min: 0, max: 6.28, noNaN: true }),
      (far, angle) => {
        const speed = (distance: number) => {
          const move = padMove(distance * Math.cos(angle), distance * Math.sin(angle))
          return Math.hypot(move?.pan ?? 0, move?.tilt ?? 0)
        }
        expect(speed(far)).toBeGreaterThan(0)
        expect(speed(far)).toBeLessThanOrEqual(1.03)
        expect(speed(far + 0.1)).toBeGreaterThanOrEqual(speed(far) - 0.02)
      },
    ),
  )
})

test.each([
  [['ArrowRight'], false, { pan: 0.5, tilt: 0, zoom: 0 }],
  [['ArrowLeft', 'ArrowUp'], true, { pan: -1, tilt: 1, zoom: 0 }],
  [['ArrowLeft', 'ArrowRight'], false, null],
  [['+'], false, { pan: 0, tilt: 0, zoom: 0.5 }],
  [['='], false, { pan: 0, tilt: 0, zoom: 0.5 }],
  [['-', 'ArrowDown'], false, { pan: 0, tilt: -0.5, zoom: -0.5 }],
  [[], false, null],
])('keys %j, fast %s, turn %j', (held, fast, move) => {
  expect(keyMove(new Set(held), fast)).toEqual(move)
})

const now = Date.UTC(2026, 10, 24, 6, 3, 20)
const between = (fromS: number, toS: number) => ({ startUtcMs: now + fromS * 1_000, endUtcMs: now + toS * 1_000 })
const recorded = (fromS: number, toS: number): Span => ({ kind: 'recorded', ...between(fromS, toS) })
const gap = (fromS: number, toS: number): Span => ({ kind: 'gap', reason: 'camera-lost', ...between(fromS, toS) })

test.each<[string, Span[], ReturnType<typeof replayPlan>]>([
  ['all recorded', [recorded(-330, -1)], { kind: 'play', fromUtcMs: now - 30_000, startS: 300 }],
  [
    'a hole before it',
    [recorded(-330, -200), gap(-200, -100), recorded(-100, 0)],
    { kind: 'play', fromUtcMs: now - 30_000, startS: 200 },
  ],
  [
    'it begins in a gap',
    [recorded(-330, -60), gap(-60, -20), recorded(-20, 0)],
    { kind: 'play', fromUtcMs: now - 20_000, startS: 260 },
  ],
  ['nothing since', [recorded(-330, -60), gap(-60, 0)], { kind: 'nothing', reason: 'camera-lost' }],
  ['nothing at all', [], { kind: 'nothing', reason: null }],
])('the last half minute: %s', (_, spans, plan) => {
  expect(replayPlan(spans, now)).toEqual(plan)
})

test('a snapshot is named after its camera and the site’s time, as every file system takes it', () => {
  expect(snapshotName('园区大门', now, 'Asia/Shanghai')).toBe('园区大门 2026-11-24 14-03-20.jpg')
  expect(snapshotName('a/b:c\t"d"', now, 'UTC')).toBe('a b c d 2026-11-24 06-03-20.jpg')
})
