/** One sender, many readers; a slow reader loses the oldest items and is told how many, and never slows the others. */
export interface Broadcast<T> {
  send(item: T): void
  /** Ends when `signal` aborts. After an overflow `{ dropped }` comes before the next item. */
  listen(signal: AbortSignal): AsyncIterable<{ item: T } | { dropped: number }>
  readonly listeners: number
}

interface Reader<T> {
  queue: T[]
  dropped: number
  wake: () => void
}

/** @param keep how many items a reader may lie behind */
export function broadcast<T>({ keep }: { keep: number }): Broadcast<T> {
  const readers = new Set<Reader<T>>()

  async function* listen(signal: AbortSignal): AsyncGenerator<{ item: T } | { dropped: number }> {
    const reader: Reader<T> = { queue: [], dropped: 0, wake: () => {} }
    const onAbort = () => reader.wake()
    signal.addEventListener('abort', onAbort)
    readers.add(reader)
    try {
      while (!signal.aborted) {
        if (reader.dropped > 0) {
          const { dropped } = reader
          reader.dropped = 0
          yield { dropped }
        }
        const item = reader.queue.shift()
        if (item !== undefined) yield { item }
        else await new Promise<void>((resolve) => (reader.wake = resolve))
      }
    } finally {
      readers.delete(reader)
      signal.removeEventListener('abort', onAbort)
    }
  }

  return {
    send(item) {
      for (const reader of readers) {
        if (reader.queue.length >= keep) {
          reader.queue.shift()
          reader.dropped++
        }
        reader.queue.push(item)
        reader.wake()
      }
    },
    listen,
    get listeners() {
      return readers.size
    },
  }
}
