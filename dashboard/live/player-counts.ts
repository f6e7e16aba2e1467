import type { LiveRequest } from '../../gateway/contract/live.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import type { PictureFault, PictureReadings } from './ports.ts'

type Stat = Extract<LiveRequest, { type: 'stat' }>
type Counts = Omit<Stat, 'type' | 'ageMs'>
const kinds = [
  'presented',
  'dropped',
  'quotaErrors',
  'decodeErrors',
  'networkErrors',
  'stalls',
  'rebuilds',
] as const satisfies readonly (keyof Counts)[]

/** What went well and what did not since the tile began, and what of it the gateway has not heard of yet. */
export interface PlayerCounts {
  readonly total: Readonly<Counts>
  presented(frames: number): void
  failed(fault: PictureFault | 'network'): void
  /** Readings of the picture that plays; it counts from zero whenever it is opened. */
  read(readings: PictureReadings): void
  pictureOpened(): void
  /** What the player's model counts itself. */
  keep(counts: { stalls: number; rebuilds: number }): void
  /** Over the last five seconds, or null while too little was decoded to tell. */
  droppedShare(): number | null
  socketOpened(): void
  /** Since the socket was opened, and what an earlier one could not tell any more. */
  stat(ageMs: Millis | null): Stat
}

const windowMs: Millis = 5_000
const enoughFrames = 20

export function playerCounts(monotonic: () => Millis): PlayerCounts {
  const total = {
    presented: 0,
    dropped: 0,
    quotaErrors: 0,
    decodeErrors: 0,
    networkErrors: 0,
    stalls: 0,
    rebuilds: 0,
  }
  let heard: Counts = { ...total }
  let base: Counts = { ...total }
  let last = { dropped: 0, decoded: 0 }
  let recent: { atMs: Millis; dropped: number; decoded: number }[] = []

  return {
    total,
    presented: (frames) => void (total.presented += frames),
    failed(fault) {
      if (fault === 'network') total.networkErrors++
      else if (fault === 'quota') total.quotaErrors++
      else total.decodeErrors++
    },
    pictureOpened() {
      last = { dropped: 0, decoded: 0 }
      recent = []
    },
    read({ dropped, decoded, isJumping }) {
      const atMs = monotonic()
      if (isJumping) recent = []
      else total.dropped += Math.max(0, dropped - last.dropped)
      last = { dropped, decoded }
      if (isJumping) return
      recent.push({ atMs, dropped, decoded })
      while (recent[1] && atMs - recent[1].atMs >= windowMs) recent.shift()
    },
    keep: ({ stalls, rebuilds }) => void Object.assign(total, { stalls, rebuilds }),
    droppedShare() {
      const [first] = recent
      const now = recent.at(-1)
      if (!first || !now || now.atMs - first.atMs < windowMs) return null
      const decoded = now.decoded - first.decoded
      return decoded < enoughFrames ? null : (now.dropped - first.dropped) / decoded
    },
    socketOpened: () => void (base = { ...heard }),
    stat(ageMs) {
      heard = { ...total }
      const since = Object.fromEntries(kinds.map((kind) => [kind, total[kind] - base[kind]])) as unknown as Counts
      return { type: 'stat', ...since, ageMs: ageMs === null ? null : Math.min(86_400_000, ageMs) }
    },
  }
}
