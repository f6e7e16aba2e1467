/** Retained messages are kept in memory; one more than this is passed on, but not kept. */
const mostRetained = 4_096
const mostRetainedBytes = 16 * 1024 * 1024

/** How many retained messages there are, and how long they are. */
export function retainedBounds() {
  const sizes = new Map<string, number>()
  let bytes = 0
  return {
    /** An empty message removes the retained one. @returns whether there is room */
    take(topic: string, sizeBytes: number): boolean {
      const before = sizes.get(topic)
      const after = bytes - (before ?? 0) + sizeBytes
      const isMore = sizeBytes > 0 && before === undefined && sizes.size >= mostRetained
      if (isMore || (after > mostRetainedBytes && after > bytes)) return false
      bytes = after
      if (sizeBytes === 0) sizes.delete(topic)
      else sizes.set(topic, sizeBytes)
      return true
    },
  }
}
