import type { PtzMove } from '../contract/ptz.ts'
import { Failure, toFailure } from '../domain/failure.ts'
import { type Millis, seconds } from '../domain/units.ts'
import { LogKey } from '../lib/log.ts'
import type { Tools } from '../lib/supervise.ts'
import type { PtzHold, Steersman } from './ptz.ts'
import type { PtzDevice } from './ptz-device.ts'

interface DriveParts {
  readonly device: Pick<PtzDevice, 'move' | 'stop' | 'goto' | 'isMoving'>
  readonly tools: Tools
  readonly onHold: (hold: Omit<PtzHold, 'cameraId'>) => void
}

/** The camera is stopped so long after the last sign of a held button: the browser may have died. */
const letGoMs: Millis = seconds(1.5)
/** So long after the last move the camera is free for others. */
const holdMs: Millis = seconds(3)
/** A stop is looked after: so long after it the camera must stand. */
const standWithinMs: Millis = 400
/** Then the camera's own limit of 2 s has long done it. */
const mostStops = 5

type Command = PtzMove | 'stop' | { readonly preset: string }

interface Hold {
  readonly by: Steersman
  readonly directions: Set<string>
  phase: 'turning' | 'stopping' | 'resting'
  /** When the phase was last entered or renewed. */
  sinceMs: Millis
  startedMs: Millis
  turnedMs: Millis
  lastMoveMs: Millis
  /** Tries to make it stand, and whether the camera has said yes to the last one. */
  stops: number
  isStopTaken: boolean
  hasMoved: boolean
  /** Ends the pause of who watches. */
  wake: AbortController
  watched: Promise<void>
}

const rest: PtzMove = { pan: 0, tilt: 0, zoom: 0 }

/**
 * One camera's movements, one request at a time: of what comes meanwhile only the newest is sent, so that a stop never waits behind
 * moves and no move follows a stop that came after it.
 */
export function ptzDrive({ device, tools, onHold }: DriveParts) {
  const { clock, log } = tools
  const holds = new Set<Promise<void>>()
  let hold: Hold | undefined
  let isEnding = false
  let before = rest
  let waiting: { command: Command; readonly told: PromiseWithResolvers<void> } | undefined
  let isSending = false

  async function send(command: Command): Promise<void> {
    if (command === 'stop') {
      before = rest
      return await device.stop()
    }
    if ('preset' in command) {
      before = rest
      return await device.goto(command.preset)
    }
    const last = before
    before = command
    await device.move(command, last)
  }

  async function sendAll(): Promise<void> {
    if (isSending) return
    isSending = true
    while (waiting) {
      const { command, told } = waiting
      waiting = undefined
      try {
        await send(command)
        told.resolve()
      } catch (cause) {
        told.reject(cause)
      }
    }
    isSending = false
  }

  /** Resolves when the camera has answered this command, or the newer one that took its place. */
  function want(command: Command): Promise<void> {
    waiting ??= { command, told: Promise.withResolvers<void>() }
    waiting.command = command
    const { promise } = waiting.told
    void sendAll()
    return promise
  }

  const enter = (held: Hold, phase: Hold['phase']) => {
    const nowMs = clock.monotonic()
    if (held.phase === 'turning' && phase !== 'turning') held.turnedMs += nowMs - held.startedMs
    if (held.phase !== 'turning' && phase === 'turning') held.startedMs = nowMs
    if (held.phase !== phase) held.wake.abort()
    held.phase = phase
    held.sinceMs = nowMs
  }

  function checkFree(by: Steersman): void {
    if (hold && hold.by.accountId !== by.accountId)
      throw new Failure('conflict', 'ptz-held', `${hold.by.name} turns this camera now`, { heldBy: hold.by.name })
  }

  function take(by: Steersman): Hold {
    checkFree(by)
    if (hold) return hold
    const nowMs = clock.monotonic()
    const taken: Hold = {
      by,
      directions: new Set(),
      phase: 'resting',
      sinceMs: nowMs,
      startedMs: nowMs,
      turnedMs: 0,
      lastMoveMs: nowMs,
      stops: 0,
      isStopTaken: false,
      hasMoved: false,
      wake: new AbortController(),
      watched: Promise.resolve(),
    }
    hold = taken
    taken.watched = watch(taken).finally(() => holds.delete(taken.watched))
    holds.add(taken.watched)
    return taken
  }

  function release(held: Hold, refused?: Failure): void {
    if (hold !== held) return
    hold = undefined
    held.wake.abort()
    const directions = [...held.directions].join(' ')
    // A preset has a row of its own.
    if (directions === '') return
    const { by } = held
    if (refused) onHold({ by, outcome: 'refused', facts: { directions, code: refused.code } })
    else onHold({ by, outcome: 'done', facts: { directions, heldMs: Math.round(held.turnedMs) } })
  }

  async function stopNow(held: Hold): Promise<void> {
    enter(held, 'stopping')
    held.isStopTaken = false
    await want('stop')
    if (held.phase !== 'stopping') return
    held.isStopTaken = true
    held.sinceMs = clock.monotonic()
  }

  /** One try to make it stand, or to see that it does. */
  async function settle(held: Hold): Promise<void> {
    held.stops++
    try {
      const stands = held.isStopTaken && !(await device.isMoving())
      // Somebody may have moved it on while it was asked.
      if (held.phase === 'stopping' && stands) enter(held, 'resting')
      else if (held.phase === 'stopping' || isLetGo(held)) await stopNow(held)
    } catch (cause) {
      const { code, message } = toFailure(cause)
      log.warn({ [LogKey.code]: code, tries: held.stops }, `a turning camera did not stop: ${message}`)
    }
  }
  const isLetGo = ({ phase, sinceMs }: Hold) =>
    phase === 'turning' && (isEnding || clock.monotonic() - sinceMs >= letGoMs)

  /** Stops it when the button's signs of life end, and frees it when nothing follows. */
  async function watch(held: Hold): Promise<void> {
    const dueMs = ({ phase, sinceMs, lastMoveMs }: Hold): Millis =>
      phase === 'resting' ? lastMoveMs + holdMs : sinceMs + (phase === 'turning' ? letGoMs : standWithinMs)
    while (hold === held) {
      held.wake = new AbortController()
      const leftMs = isEnding ? 0 : dueMs(held) - clock.monotonic()
      if (leftMs > 0) await clock.sleep(leftMs, held.wake.signal)
      else if (held.phase === 'resting') release(held)
      else if (held.phase === 'stopping' && held.stops >= mostStops) enter(held, 'resting')
      else await settle(held)
    }
  }

  return {
    checkFree,
    /** Who has the camera, by name; null for nobody, and for who asks. */
    heldBy: (by: Steersman): string | null => (hold && hold.by.accountId !== by.accountId ? hold.by.name : null),
    async move(move: PtzMove, by: Steersman): Promise<void> {
      const held = take(by)
      for (const direction of directionsOf(move)) held.directions.add(direction)
      held.stops = 0
      held.isStopTaken = false
      enter(held, 'turning')
      held.lastMoveMs = held.sinceMs
      try {
        await want(move)
        held.hasMoved = true
      } catch (cause) {
        if (!held.hasMoved) release(held, toFailure(cause))
        throw cause
      }
    },
    async stop(by: Steersman): Promise<void> {
      checkFree(by)
      if (hold === undefined) return await want('stop')
      hold.stops = 1
      await stopNow(hold)
    },
    async goto(preset: string, by: Steersman): Promise<void> {
      const held = take(by)
      enter(held, 'resting')
      held.lastMoveMs = held.sinceMs
      await want({ preset })
    },
    /** Stops what turns and waits for it. */
    async end(): Promise<void> {
      isEnding = true
      hold?.wake.abort()
      await Promise.all(holds)
    },
  }
}

function directionsOf({ pan, tilt, zoom }: PtzMove): string[] {
  const word = (value: number, less: string, more: string) => (value === 0 ? [] : [value < 0 ? less : more])
  return [...word(pan, 'left', 'right'), ...word(tilt, 'down', 'up'), ...word(zoom, 'out', 'in')]
}
