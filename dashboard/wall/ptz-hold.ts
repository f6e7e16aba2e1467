import type { PtzMove } from '../../gateway/contract/ptz.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import { sameMove } from './ptz-speed.ts'

export interface HoldPort {
  move(move: PtzMove): Promise<void>
  stop(): Promise<void>
  /** Monotonic. */
  now(): Millis
  /** The hold ended, because a request was refused or lost. */
  failed(thrown: unknown): void
}

/** The gateway stops a camera by itself when it hears nothing for 1.5 s. */
const renewMs: Millis = 500
/** A pointer that moves changes the speed at most so often. */
const changeMs: Millis = 120

/**
 * One camera in one hand. Requests go one after the other, so that a stop never overtakes the move before it; what was wanted meanwhile
 * and is over is never sent. `tick` is to be called ten times a second.
 */
export function ptzHold(port: HoldPort) {
  let wanted: PtzMove | null = null
  let sent: PtzMove | null = null
  let sentAtMs: Millis = -Infinity
  /** The camera may turn. */
  let turning = false
  let underWay = false

  const isDue = (): boolean => {
    if (wanted === null) return turning
    const sinceMs = port.now() - sentAtMs
    return sent === null || sinceMs >= renewMs || (!sameMove(wanted, sent) && sinceMs >= changeMs)
  }
  const next = async (): Promise<void> => {
    if (wanted === null) {
      turning = false
      sent = null
      await port.stop()
      return
    }
    sent = wanted
    sentAtMs = port.now()
    const before = turning
    turning = true
    try {
      await port.move(wanted)
    } catch (thrown) {
      // What never began needs no stop.
      turning = before
      throw thrown
    }
  }
  const pump = async (): Promise<void> => {
    if (underWay) return
    underWay = true
    try {
      while (isDue()) await next()
    } catch (thrown) {
      wanted = null
      sent = null
      port.failed(thrown)
    } finally {
      underWay = false
    }
    if (wanted === null && turning) await pump()
  }

  return {
    /** Turn like this until told otherwise; null: stop. */
    want(move: PtzMove | null): void {
      wanted = move
      void pump()
    },
    tick(): void {
      void pump()
    },
    isTurning: (): boolean => wanted !== null || turning,
  }
}
export type PtzHold = ReturnType<typeof ptzHold>
