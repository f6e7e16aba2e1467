import type { StreamName } from '../../gateway/contract/camera.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import type { TileDetails } from './tile-details.ts'

export interface ChoiceFacts {
  readonly atMs: Millis
  readonly wants: 'auto' | StreamName
  readonly mayMain: boolean
  /** Device pixels of the tile; 0 while it has no size. */
  readonly heightPx: number
  /** What is shown now; null while that is not settled. */
  readonly stream: StreamName | null
  /** Of the sub stream, once it was seen. */
  readonly subHeightPx: number | null
  /** Of all decoded frames, over the last seconds. */
  readonly droppedShare: number | null
}

/** Which stream a tile should have. `undefined`: the gateway decides by the tile's size. */
export interface StreamChoice {
  next(facts: ChoiceFacts): StreamName | undefined
  readonly held: TileDetails['held']
}

/** A tile this much taller than the sub stream deserves the main one, and keeps it until it is clearly smaller. */
const mainFrom = 1.3
const subFrom = 0.9
const growMs: Millis = 1_000
/** A quick double click must not open and close streams. */
const debounceMs: Millis = 300
const maxDropped = 0.05
const restMs: Millis = 60_000

export function streamChoice(): StreamChoice {
  let now: StreamName | undefined
  let begun = false
  let differs: { to: StreamName | undefined; sinceMs: Millis } | undefined
  let restUntilMs: Millis = Number.NEGATIVE_INFINITY
  let held: TileDetails['held'] = null

  const bySize = ({ heightPx, stream, subHeightPx }: ChoiceFacts): StreamName | undefined => {
    const current = now ?? stream ?? undefined
    if (subHeightPx === null || heightPx === 0) return now
    if (current === 'main') return heightPx < subFrom * subHeightPx ? 'sub' : now
    return heightPx > mainFrom * subHeightPx ? 'main' : now
  }
  const wish = (facts: ChoiceFacts): StreamName | undefined => {
    const wished = facts.wants === 'auto' ? bySize(facts) : facts.wants
    held = null
    // Where the gateway decides, it may decide for main.
    const isMain = wished === 'main' || (wished === undefined && (facts.stream ?? 'main') === 'main')
    if (!isMain) return wished
    if (facts.atMs < restUntilMs) held = 'dropping'
    else if (!facts.mayMain) held = 'no-main-left'
    if (held === null) return wished
    // Nothing is held back from a tile that shows the sub stream by size anyway.
    return 'sub'
  }

  return {
    get held() {
      return held
    },
    next(facts) {
      const { atMs, stream, droppedShare, wants } = facts
      if (stream === 'main' && droppedShare !== null && droppedShare > maxDropped) restUntilMs = atMs + restMs
      const to = wish(facts)
      if (!begun) {
        begun = true
        now = to
        return now
      }
      if (to === now) {
        differs = undefined
        return now
      }
      if (!differs || differs.to !== to) differs = { to, sinceMs: atMs }
      const waitMs = to === 'main' && wants === 'auto' ? growMs : debounceMs
      if (atMs - differs.sinceMs >= waitMs) {
        now = to
        differs = undefined
      }
      return now
    },
  }
}
