import type { FeedChange, FeedMessage } from '../../gateway/contract/feed.ts'

export type Snapshot = Extract<FeedMessage, { kind: 'snapshot' }>

/** What a message means for a client that has applied everything up to `seq` (null: nothing yet). */
export type FeedStep =
  | { readonly kind: 'snapshot'; readonly seq: number; readonly snapshot: Snapshot }
  | { readonly kind: 'change'; readonly seq: number; readonly change: FeedChange }
  | { readonly kind: 'nothing'; readonly seq: number | null }
  /** A change without a snapshot before it: connect again without `after`. */
  | { readonly kind: 'lost' }

export function feedStep(seq: number | null, message: FeedMessage): FeedStep {
  if (message.kind === 'snapshot') return { kind: 'snapshot', seq: message.seq, snapshot: message }
  if (message.kind === 'change') {
    if (seq === null) return { kind: 'lost' }
    // Numbers may be left out: for a slow reader the gateway merges news of the same thing.
    if (message.seq <= seq) return { kind: 'nothing', seq }
    return { kind: 'change', seq: message.seq, change: message.change }
  }
  if (seq === null) return { kind: 'lost' }
  return { kind: 'nothing', seq }
}
