import type { StreamName } from '../../gateway/contract/camera.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import { failedSteps } from './failed-steps.ts'
import type { PlayState } from './play-state.ts'
import { stepOf } from './player-model.ts'
import type { OpenPicture } from './ports.ts'
import { type PlayerPorts, type Session, type SessionOptions, startSession } from './session.ts'
import { streamChoice } from './stream-choice.ts'
import type { TileDetails } from './tile-details.ts'
import { type TogetherGroup, togetherMaxMs } from './together.ts'

export interface TilePorts extends Omit<PlayerPorts, 'openPicture'> {
  /** `ready` is called with the picture's first frame, before it is told as presented. */
  readonly openPicture: (ready: () => void) => OpenPicture
}
export interface TileWishes extends Omit<SessionOptions, 'prefer' | 'failed' | 'groupAgeMs' | 'isApart'> {
  readonly wants: () => 'auto' | StreamName
  readonly mayMain: () => boolean
  readonly together: () => TogetherGroup | null
}

const tickMs: Millis = 250
/** A stream that shows nothing for so long is given up, and tried again later; the picture that is there stays. */
const candidateMs: Millis = 10_000
const retryMs: Millis = 60_000

/** One camera: the session that is seen, and while streams are changed a second one behind it. */
export function startTile(ports: TilePorts, options: TileWishes, signal: AbortSignal) {
  const { clock } = ports
  const failed = failedSteps()
  const choice = streamChoice()
  let candidate: { session: Session; sinceMs: Millis } | undefined
  let retryAtMs: Millis = Number.NEGATIVE_INFINITY
  let subHeightPx: number | null = null
  let past = emptyCounts()
  let group: TogetherGroup | null = null
  let leaveGroup: (() => void) | undefined
  const ending = new Set<Promise<void>>()

  /** Pictures that come one by one cannot wait for others. */
  const isFlowing = () => current.model.shown?.tier === 'mse' && !current.model.shown.keyframesOnly
  const ownAgeMs = () => (current.model.sight === 'seen' && isFlowing() ? current.ownAgeMs() : null)
  const isApart = () =>
    group !== null && current.model.shown !== null && (!isFlowing() || (current.ownAgeMs() ?? 0) > togetherMaxMs)
  const open = (prefer: StreamName | undefined): Session => {
    const openPicture = ports.openPicture(() => swap(own))
    const own: Session = startSession(
      { ...ports, openPicture, blank: () => own === current && ports.blank() },
      {
        ...options,
        prefer,
        failed,
        groupAgeMs: () => (group === null || isApart() ? null : group.ageMs()),
        isApart,
        say: (state) => own === current && say(state),
      },
      signal,
    )
    return own
  }
  const finish = (session: Session) => {
    session.end()
    past = added(past, countsOf(session))
    const end = session.ended.finally(() => ending.delete(end))
    ending.add(end)
  }
  const say = (state: PlayState) => {
    if (state.shown?.stream === 'sub' && state.shown.tier === 'mse') subHeightPx = state.shown.heightPx
    options.say(state)
  }
  /** The candidate has its first frame on the stage: it is the one that is seen from now on. */
  const swap = (session: Session) => {
    if (candidate?.session !== session) return
    const before = current
    candidate = undefined
    current = session
    finish(before)
    say(session.state())
  }
  const drop = () => {
    if (!candidate) return
    finish(candidate.session)
    candidate = undefined
  }

  const facts = (session: Session | undefined) => ({
    atMs: clock.monotonic(),
    wants: options.wants(),
    mayMain: options.mayMain(),
    heightPx: options.size().heightPx,
    stream: lastingStream(session),
    subHeightPx,
    droppedShare: session?.counts.droppedShare() ?? null,
  })
  let current = open(choice.next(facts(undefined)))

  const change = () => {
    const to = choice.next(facts(current))
    const atMs = clock.monotonic()
    const { shown, sight } = current.model
    const isThere = current.prefer === to || to === undefined || (current.prefer === undefined && shown?.stream === to)
    if (isThere || sight !== 'seen') return drop()
    if (candidate && candidate.session.prefer !== to) drop()
    if (candidate) {
      if (atMs - candidate.sinceMs < candidateMs) return
      drop()
      retryAtMs = atMs + retryMs
    } else if (atMs >= retryAtMs) {
      candidate = { session: open(to), sinceMs: atMs }
    }
  }
  const gather = () => {
    const wanted = options.together()
    if (wanted === group) return
    leaveGroup?.()
    group = wanted
    leaveGroup = group?.join(ownAgeMs)
  }

  const run = async () => {
    try {
      while ((await clock.sleep(tickMs, signal)) === 'slept') {
        gather()
        change()
      }
    } finally {
      leaveGroup?.()
      await Promise.all([current.ended, candidate?.session.ended, ...ending])
    }
  }

  return {
    details: (): TileDetails => {
      const session = current
      const state = session.state()
      const readings = session.picture()?.readings()
      const counts = [session, ...(candidate ? [candidate.session] : [])].map(countsOf).reduce(added, past)
      return {
        shown: state.shown,
        step: stepOf(state.shown),
        held: choice.held,
        switching: candidate !== undefined,
        ...session.meter.reading(),
        ageMs: 'ageMs' in state ? state.ageMs : null,
        lagMs: readings?.lagMs ?? null,
        targetMs: readings?.targetMs ?? null,
        together: group === null ? 'off' : isApart() ? 'apart' : 'in',
        ...counts,
        failed: failed.list(clock.monotonic()),
      }
    },
    ended: run(),
  }
}

/** What is shown; null while it only bridges the time until another one is there. */
const lastingStream = (session: Session | undefined): StreamName | null => {
  const shown = session?.model.shown
  return shown && shown.why !== 'opening' ? shown.stream : null
}

type Counts = Pick<TileDetails, 'presented' | 'dropped' | 'leftOut' | 'errors' | 'stalls' | 'rebuilds'>

const emptyCounts = (): Counts => ({
  presented: 0,
  dropped: 0,
  leftOut: 0,
  errors: { quota: 0, decode: 0, network: 0 },
  stalls: 0,
  rebuilds: 0,
})

function countsOf({ counts: { total }, model, leftOut }: Session): Counts {
  const { presented, dropped, quotaErrors: quota, decodeErrors: decode, networkErrors: network } = total
  const { stalls, rebuilds } = model
  return { presented, dropped, leftOut: leftOut(), errors: { quota, decode, network }, stalls, rebuilds }
}

function added(one: Counts, other: Counts): Counts {
  return {
    presented: one.presented + other.presented,
    dropped: one.dropped + other.dropped,
    leftOut: one.leftOut + other.leftOut,
    errors: {
      quota: one.errors.quota + other.errors.quota,
      decode: one.errors.decode + other.errors.decode,
      network: one.errors.network + other.errors.network,
    },
    stalls: one.stalls + other.stalls,
    rebuilds: one.rebuilds + other.rebuilds,
  }
}
