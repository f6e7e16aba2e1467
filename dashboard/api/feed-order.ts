import type { FeedChange, FeedMessage } from '../../gateway/contract/feed.ts'

export type Snapshot = Extract<FeedMessage, { kind: 'snapshot' }>

/** What a message means for a client that has applied everything up to `seq` (null: nothing yet). */
export type FeedStep =
  | { readonly kind: 'snapshot'; readonly seq: number; readonly snapshot: Snapshot }
  | { readonly kind: 'change'; readonly seq: number; readonly change: FeedChange }
  | { readonly kind: 'nothing'; readonly seq: number | null }
  /** Changes are missing: connect again without `after`, for a snapshot. */
  | { readonly kind: 'hole' }

export function feedStep(seq: number | null, message: FeedMessage): FeedStep {
  if (message.kind === 'snapshot') return { kind: 'snapshot', seq: message.seq, snapshot: message }
  if (message.kind === 'change') {
    if (seq === null || message.seq > seq + 1) return { kind: 'hole' }
    if (message.seq <= seq) return { kind: 'nothing', seq }
    return { kind: 'change', seq: message.seq, change: message.change }
  }
  // A ping or resumed that is ahead of us tells of changes that never arrived.
  if (seq === null || (message.kind === 'ping' && message.seq > seq)) return { kind: 'hole' }
  return { kind: 'nothing', seq }
}
