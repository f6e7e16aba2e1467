import { type Millis, seconds } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import { supervise, type Tools } from '../lib/supervise.ts'

/** A stream is let go this long after the last one looked. */
const lingerMs: Millis = seconds(10)

/**
 * While something else is shown, a stream is not started before this: the first pictures of a wall would wait for the starts of all its
 * streams, and a tile that has nothing to show meanwhile goes first.
 */
const bridgedMs: Millis = 700

/** Between two starts this process does other things for so long. */
const breathMs: Millis = 60

/**
 * A wall that opens asks for all its streams in one moment. Each start of a program holds this process up, on a busy machine for a good part
 * of a second, and the pictures that are there already would wait: so the time counts from when the start before is over.
 */
export function oneByOne(clock: Clock): (signal: AbortSignal) => Promise<void> {
  let last = Promise.resolve()
  return (signal) => {
    const turn = last
    // The first sleep may be over while the start still holds everything up; the second one is not.
    last = turn.then(async () => {
      await clock.sleep(1)
      await clock.sleep(breathMs)
    })
    return signal.aborted ? Promise.resolve() : turn
  }
}

export interface PullParts {
  readonly tools: Tools
  readonly name: string
  /** Reads the stream until it ends. @throws Failure */
  readonly read: (signal: AbortSignal) => Promise<void>
  /** What was read is gone: it failed, ended, or was let go. */
  readonly onLost: () => void
  /** Ends all pulls. */
  readonly stopping: AbortSignal
  /** Work that somebody waits for before the gateway ends. */
  readonly waitFor: (work: Promise<void>) => void
}

/** A stream that is read while somebody holds it, once however many do. */
export function onDemand({ tools, name, read, onLost, stopping, waitFor }: PullParts) {
  let holders = 0
  let departures = 0
  let hasFailed = false
  let stop: AbortController | undefined
  /** The end of the last pull: the next one begins behind it, so that two never feed one channel. */
  let ended: Promise<void> = Promise.resolve()

  const start = (isBridged: boolean) => {
    if (stop || stopping.aborted) return
    stop = new AbortController()
    hasFailed = false
    const signal = AbortSignal.any([stop.signal, stopping])
    const lost = () => {
      hasFailed = true
      onLost()
    }
    const runOnce = async (until: AbortSignal) => {
      await read(until)
      if (!until.aborted) lost()
    }
    const pull = async (before: Promise<void>) => {
      await before
      if (isBridged) await tools.clock.sleep(bridgedMs, signal)
      await supervise({ name, runOnce }, tools, signal, { onFailure: lost })
      onLost()
    }
    ended = pull(ended)
    waitFor(ended)
  }
  const end = () => {
    stop?.abort()
    stop = undefined
    hasFailed = false
  }
  const letGo = async () => {
    holders--
    if (holders > 0) return
    const mine = ++departures
    await tools.clock.sleep(lingerMs, stopping)
    // Somebody may have come and gone meanwhile: then the time counts from that one.
    if (holders === 0 && mine === departures) end()
  }

  return {
    /** @param isBridged something is shown meanwhile @returns lets go of it; to be called once */
    hold(isBridged: boolean): () => void {
      holders++
      start(isBridged)
      return () => waitFor(letGo())
    },
    end,
    /** Did the last attempt fail? Until the first attempt after the first hold has ended, no. */
    get hasFailed() {
      return hasFailed
    },
  }
}
export type OnDemand = ReturnType<typeof onDemand>
