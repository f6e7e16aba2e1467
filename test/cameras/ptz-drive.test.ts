/** Who holds a camera, and that it stands again: with a clock of our own and motors that are plain objects. */
import { expect, onTestFinished, test } from 'vitest'
import type { PtzHold, Steersman } from '../../gateway/cameras/ptz.ts'
import { ptzDrive } from '../../gateway/cameras/ptz-drive.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { manualClock } from '../http/manual-clock.ts'

const person = (user: string): Steersman => ({
  accountId: `acc-${user}`,
  user,
  name: `Name of ${user}`,
  role: 'office',
  address: '192.0.2.1',
})
const [wang, chen] = [person('wang'), person('chen')]
const left = { pan: -1, tilt: 0, zoom: 0 }
const up = { pan: 0, tilt: 0.5, zoom: 0 }
const away = () => new Failure('away', 'camera-unreachable', 'gone')

function open() {
  const clock = manualClock()
  const said: string[] = []
  const holds: Omit<PtzHold, 'cameraId'>[] = []
  const motors = { turns: false, refuse: undefined as Failure | undefined, ignoreStops: 0, gate: Promise.resolve() }
  const answer = async (what: string) => {
    said.push(what)
    await motors.gate
    if (motors.refuse) throw motors.refuse
  }
  const device = {
    async move({ pan, tilt, zoom }: typeof left) {
      await answer(`move ${pan} ${tilt} ${zoom}`)
      motors.turns = true
    },
    async stop() {
      await answer('stop')
      if (motors.ignoreStops > 0) motors.ignoreStops--
      else motors.turns = false
    },
    async goto(token: string) {
      await answer(`goto ${token}`)
      motors.turns = false
    },
    async isMoving() {
      if (motors.refuse) throw motors.refuse
      return motors.turns
    },
  }
  const tools = { clock, log: openLog('silent') }
  const drive = ptzDrive({ device, tools, onHold: (hold) => holds.push(hold) })
  onTestFinished(async () => {
    motors.refuse = undefined
    await drive.end()
  })
  return { clock, said, holds, motors, drive }
}

test('a held button is many moves and one row; after 3 s the camera is free', async () => {
  const { clock, said, holds, motors, drive } = open()
  for (let i = 0; i < 4; i++) {
    await drive.move(i < 2 ? left : up, wang)
    await clock.advance(500)
  }
  await drive.stop(wang)
  expect([motors.turns, said]).toEqual([false, ['move -1 0 0', 'move -1 0 0', 'move 0 0.5 0', 'move 0 0.5 0', 'stop']])
  // The last move was half a second ago.
  await clock.advance(2_499)
  expect(drive.heldBy(chen)).toBe('Name of wang')
  expect(holds).toEqual([])
  await clock.advance(1)
  expect(drive.heldBy(chen)).toBeNull()
  expect(holds).toEqual([{ by: wang, outcome: 'done', facts: { directions: 'left up', heldMs: 2_000 } }])
  expect(said).toHaveLength(5)
})

test('others are told who has it, and may have it afterwards', async () => {
  const { clock, drive, said } = open()
  await drive.move(left, wang)
  const held = { kind: 'conflict', code: 'ptz-held', facts: { heldBy: 'Name of wang' } }
  await expect(drive.move(up, chen)).rejects.toMatchObject(held)
  await expect(drive.stop(chen)).rejects.toMatchObject(held)
  await expect(drive.goto('1', chen)).rejects.toMatchObject(held)
  expect([drive.heldBy(wang), drive.heldBy(chen), said]).toEqual([null, 'Name of wang', ['move -1 0 0']])
  await clock.advance(3_000)
  await drive.move(up, chen)
  expect(drive.heldBy(wang)).toBe('Name of chen')
})

test('a browser that died: the camera is stopped 1.5 s after the last move, not before', async () => {
  const { clock, said, motors, holds, drive } = open()
  await drive.move(left, wang)
  await clock.advance(1_400)
  await drive.move(left, wang)
  await clock.advance(1_499)
  expect(motors.turns).toBe(true)
  await clock.advance(1)
  expect([motors.turns, said.at(-1)]).toEqual([false, 'stop'])
  await clock.advance(5_000)
  expect(holds).toMatchObject([{ facts: { heldMs: 2_900 } }])
  expect(said.filter((what) => what === 'stop')).toHaveLength(1)
})

test('a second press within the hold has its own dead man’s switch', async () => {
  const { clock, motors, drive } = open()
  await drive.move(left, wang)
  await drive.stop(wang)
  await clock.advance(600)
  await drive.move(left, wang)
  await clock.advance(1_500)
  expect(motors.turns).toBe(false)
})

test('a stop that the camera ignores is tried again', async () => {
  const { clock, said, motors, drive } = open()
  motors.ignoreStops = 2
  await drive.move(left, wang)
  await drive.stop(wang)
  expect(motors.turns).toBe(true)
  await clock.advance(2_000)
  expect([motors.turns, said.filter((what) => what === 'stop').length]).toEqual([false, 3])
})

test('a stop that never arrives is tried a few times, and the hold ends all the same', async () => {
  const { clock, said, motors, holds, drive } = open()
  await drive.move(left, wang)
  motors.refuse = away()
  await expect(drive.stop(wang)).rejects.toMatchObject({ code: 'camera-unreachable' })
  await clock.advance(10_000)
  expect(said.filter((what) => what === 'stop')).toHaveLength(5)
  expect(holds).toMatchObject([{ outcome: 'done', facts: { directions: 'left' } }])
  expect(drive.heldBy(chen)).toBeNull()
})

test('a camera that refuses the first move is free at once, and the row says why', async () => {
  const { motors, holds, drive } = open()
  motors.refuse = away()
  await expect(drive.move(left, wang)).rejects.toMatchObject({ code: 'camera-unreachable' })
  expect(holds).toEqual([{ by: wang, outcome: 'refused', facts: { directions: 'left', code: 'camera-unreachable' } }])
  expect(drive.heldBy(chen)).toBeNull()
})

test('while the camera is slow only the newest is kept for it, and a stop is never followed by an older move', async () => {
  const { said, motors, drive } = open()
  const gate = Promise.withResolvers<void>()
  motors.gate = gate.promise
  const all = [drive.move(left, wang), drive.move(up, wang), drive.move(left, wang), drive.stop(wang)]
  gate.resolve()
  await Promise.all(all)
  expect([said, motors.turns]).toEqual([['move -1 0 0', 'stop'], false])
})

test('a preset ends turning, is not stopped on its way, and has no row here', async () => {
  const { clock, said, holds, drive } = open()
  await drive.goto('1', wang)
  expect(drive.heldBy(chen)).toBe('Name of wang')
  await clock.advance(3_000)
  expect([said, holds, drive.heldBy(chen)]).toEqual([['goto 1'], [], null])
})

test('when the gateway stops, a turning camera is stopped before that', async () => {
  const { motors, holds, drive } = open()
  await drive.move(left, wang)
  await drive.end()
  expect(motors.turns).toBe(false)
  expect(holds).toMatchObject([{ outcome: 'done', facts: { directions: 'left' } }])
})
