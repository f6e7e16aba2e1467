/** Ids of batches, both ends included. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Sorted, apart from each other. What a store has of the outbox; the first one begins at 0. */
export type Done = readonly Stretch[]

/**
 * `done` with one more stretch, which touches none of it. Neighbours become one when no batch lies between them: ids only grow, so none
 * ever will.
 */
export function withStretch(
  done: Done,
  added: Stretch,
  nothingBetween: (after: number, before: number) => boolean,
): Done {
  const before = done.filter(({ to }) => to < added.from)
  const behind = done.slice(before.length)
  let { from, to } = added
  const left = before.at(-1)
  if (left && nothingBetween(left.to, from)) {
    from = left.from
    before.pop()
  }
  const [right] = behind
  if (right && nothingBetween(to, right.from)) {
    to = right.to
    behind.shift()
  }
  return [...before, { from, to }, ...behind]
}

/**
 * The first batches from `atLeast` on and before `below` that are neither done nor taken.
 * @param taken in any order
 * @param hasBatch whether there is a batch from `from` on and before `before`
 */
export function nextFree(
  done: Done,
  taken: readonly Stretch[],
  { atLeast, below }: { readonly atLeast: number; readonly below: number },
  hasBatch: (from: number, before: number) => boolean,
): { from: number; before: number } | undefined {
  const busy = [...done, ...taken].sort((a, b) => a.from - b.from)
  let from = atLeast
  for (const stretch of [...busy, { from: below, to: below }]) {
    if (stretch.to < from) continue
    const before = Math.min(stretch.from, below)
    if (before > from && hasBatch(from, before)) return { from, before }
    from = stretch.to + 1
  }
  return undefined
}

export const isDone = (done: Done, id: number): boolean => done.some(({ from, to }) => from <= id && id <= to)

/** What changed between two states, as rows: begins that are gone, and stretches that are new or end elsewhere. */
export function changesOf(before: Done, after: Done): { gone: number[]; put: Stretch[] } {
  const was = new Map(before.map(({ from, to }) => [from, to]))
  const is = new Set(after.map(({ from }) => from))
  return {
    gone: before.filter(({ from }) => !is.has(from)).map(({ from }) => from),
    put: after.filter(({ from, to }) => was.get(from) !== to),
  }
}
