import type { Millis } from '../../gateway/domain/units.ts'

/** A tile that would need to hold the others back further than this is left out. */
export const togetherMaxMs: Millis = 3_000

/** Tiles that show the same moment: all are as old as the slowest of them needs to be. */
export interface TogetherGroup {
  /**
   * Joins with the age that the tile would have alone, asked whenever another one needs it; null while it shows nothing.
   * @returns a function to leave
   */
  join(ownAgeMs: () => Millis | null): () => void
  /** The age that all show: the largest of those within the bound, and a little more. Null while nobody shows anything. */
  ageMs(): Millis | null
}

/** The slowest one's age wavers; all would run after it. */
const stepMs: Millis = 50
const slackMs: Millis = 150

export function togetherGroup(): TogetherGroup {
  const members = new Set<() => Millis | null>()
  let heldMs: Millis | null = null
  return {
    join(ownAgeMs) {
      members.add(ownAgeMs)
      return () => void members.delete(ownAgeMs)
    },
    ageMs() {
      const ages = [...members].map((age) => age()).filter((age): age is Millis => age !== null && age <= togetherMaxMs)
      if (ages.length === 0) return (heldMs = null)
      const slowestMs = Math.max(...ages)
      if (heldMs === null || slowestMs > heldMs || slowestMs < heldMs - slackMs)
        heldMs = Math.min(togetherMaxMs, Math.ceil(slowestMs / stepMs) * stepMs)
      return heldMs
    },
  }
}
