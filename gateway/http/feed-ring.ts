import type { FeedChange } from '../contract/feed.ts'

export interface Numbered {
  readonly seq: number
  readonly change: FeedChange
}

/** The newest changes by number, so that a client which was away for a moment needs no snapshot. */
export interface FeedRing {
  readonly seq: number
  add(change: FeedChange): Numbered
  /** What came after `seq`; undefined when that is not known any more, or was never a number of this gateway's life. */
  since(seq: number): Numbered[] | undefined
  /** Changes were lost: nobody can resume from before this moment. */
  forget(): void
}

/**
 * @param firstSeq where this life of the gateway begins to count. It must lie far from every other life's numbers: then a client
 *   of the one before is given a snapshot, never the wrong changes.
 */
export function feedRing(firstSeq: number, keep: number): FeedRing {
  let seq = firstSeq
  let ring: Numbered[] = []
  return {
    get seq() {
      return seq
    },
    add(change) {
      const numbered = { seq: ++seq, change }
      ring.push(numbered)
      // Cut in blocks: one shift a change would move the whole array each time.
      if (ring.length >= keep * 2) ring = ring.slice(-keep)
      return numbered
    },
    since(after) {
      if (after > seq || after < seq - Math.min(ring.length, keep)) return undefined
      return after === seq ? [] : ring.slice(after - seq)
    },
    forget() {
      ring = []
      seq++
    },
  }
}

const keys: { [Kind in FeedChange['kind']]: (change: Extract<FeedChange, { kind: Kind }>) => string } = {
  camera: ({ cameraId }) => cameraId,
  reading: ({ reading }) => `${reading.sensorId} ${reading.metric}`,
  alert: ({ alert }) => alert.id,
  timeline: ({ cameraId }) => cameraId,
  reload: ({ what }) => what,
}

/** Newer news with the same key makes the older needless. */
export function coalesceKey(change: FeedChange): string {
  const key = keys[change.kind] as (change: FeedChange) => string
  return `${change.kind} ${key(change)}`
}
