import { filterMatches } from '../domain/topic.ts'

/** A message inside the broker; aedes adds what it needs. */
interface Message {
  readonly topic: string
}
type Done = (error?: Error | null) => void
type Listener = (message: Message, done: Done) => void

/** What aedes asks of its message exchange (`mq`). */
export interface Emitter {
  on(filter: string, listener: Listener, done?: () => void): void
  removeListener(filter: string, listener: Listener, done?: () => void): void
  /** @param done called when every listener is done, at once when there is none */
  emit(message: Message, done: Done): void
  close(done: () => void): void
}

/** Topics are many when somebody makes them up: beyond this the memory of who listens begins anew. */
const mostTopics = 10_000

/**
 * Hands messages to those who subscribed. The usual case of this broker is that nobody did, and then a message costs one look into a map:
 * the exchange that comes with aedes walks its tree for each.
 */
export function emitter(): Emitter {
  const listeners = new Map<string, Set<Listener>>()
  const byTopic = new Map<string, readonly Listener[]>()
  let isClosed = false

  function listenersOf(topic: string): readonly Listener[] {
    const known = byTopic.get(topic)
    if (known) return known
    const found: Listener[] = []
    for (const [filter, some] of listeners) if (filterMatches(filter, topic)) found.push(...some)
    if (byTopic.size >= mostTopics) byTopic.clear()
    byTopic.set(topic, found)
    return found
  }

  return {
    on(filter, listener, done) {
      const some = listeners.get(filter) ?? new Set()
      listeners.set(filter, some.add(listener))
      byTopic.clear()
      if (done) setImmediate(done)
    },
    removeListener(filter, listener, done) {
      const some = listeners.get(filter)
      some?.delete(listener)
      if (some?.size === 0) listeners.delete(filter)
      byTopic.clear()
      if (done) setImmediate(done)
    },
    emit(message, done) {
      if (isClosed) return done(new Error('the broker is closed'))
      const found = listenersOf(message.topic)
      if (found.length === 0) return done()
      let left = found.length
      const one = () => {
        if (--left === 0) done()
      }
      for (const listener of found) listener(message, one)
    },
    close(done) {
      isClosed = true
      setImmediate(done)
    },
  }
}
