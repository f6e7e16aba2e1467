import type { MqttClient } from 'mqtt'
import type { Log } from '../lib/log.ts'
import type { SessionBook } from './session-book.ts'

/** Filters in one packet: a zone may have thousands, and brokers bound the length of a packet. */
const batch = 200

/** Asks for filters. @returns those that the broker refuses. @throws when the connection ends */
export async function subscribe(mqtt: MqttClient, filters: readonly string[], qos: 0 | 1): Promise<string[]> {
  const refused: string[] = []
  for (const some of batches(filters))
    await new Promise<void>((resolve, reject) =>
      mqtt.subscribe(some, { qos }, (error, _granted, packet) => {
        // One refusal of several comes as an error that holds the whole answer.
        if (!packet) return error ? reject(error) : resolve()
        for (const [n, code] of packet.granted.entries())
          if (typeof code === 'number' && (code & 0x80) !== 0) refused.push(some[n] ?? '')
        resolve()
      }),
    )
  return refused
}

export async function unsubscribe(mqtt: MqttClient, filters: readonly string[]): Promise<void> {
  for (const some of batches(filters)) await mqtt.unsubscribeAsync(some)
}

const batches = (filters: readonly string[]) =>
  Array.from({ length: Math.ceil(filters.length / batch) }, (_, n) => filters.slice(n * batch, (n + 1) * batch))

export interface SubscriptionOptions {
  readonly clientId: string
  readonly book: SessionBook
  /** What must be subscribed to now. */
  readonly wanted: () => readonly string[]
  readonly log: Log
}

/** The subscriptions of one client id, brought to what is wanted again and again. */
export function subscriptions({ clientId, book, wanted, log }: SubscriptionOptions) {
  let held = new Set<string>()
  return {
    /** Asked for on this connection. */
    held: (): ReadonlySet<string> => held,
    /** A new connection: everything is asked for again, also what the broker remembers, so that it sends retained messages. */
    begin(): void {
      held = new Set()
    },
    /** @throws when the connection ends */
    async bring(mqtt: MqttClient): Promise<void> {
      const target = new Set(wanted())
      const remembered = book.filtersOf(clientId)
      const added = [...target].filter((filter) => !held.has(filter))
      const gone = [...new Set([...remembered, ...held])].filter((filter) => !target.has(filter))
      if (added.length === 0 && gone.length === 0) return
      // Written before it is done: a filter too many in the book is harmless, one too few is not.
      if (added.length > 0) book.put(clientId, [...new Set([...remembered, ...target])])
      held = target
      try {
        for (const topic of await subscribe(mqtt, added, 1))
          log.warn({ code: 'topic-refused', topic }, 'the broker refuses a subscription')
        await unsubscribe(mqtt, gone)
      } catch (cause) {
        // Whatever the broker has of it is unknown now: it is asked for anew.
        held = new Set()
        if (mqtt.connected) throw cause
        return
      }
      if (gone.length > 0) book.put(clientId, [...target])
    },
  }
}
