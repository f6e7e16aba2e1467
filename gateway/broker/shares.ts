import type { Packet } from '../domain/reading.ts'
import { every } from '../lib/clock.ts'
import { supervise, type Tools } from '../lib/supervise.ts'
import { connection, type Link } from './connection.ts'
import type { Place } from './place.ts'
import type { SessionBook } from './session-book.ts'
import { subscribe, subscriptions, unsubscribe } from './subscriptions.ts'

export interface SharesOptions {
  readonly place: Place
  /** Before the number of a connection; also the name of the group. */
  readonly group: string
  readonly connections: number
  readonly topics: () => readonly string[]
  readonly take: (packet: Packet) => Promise<void>
  readonly book: SessionBook
  /** Told when the first of them is connected, and when the last one is not any more. */
  readonly onConnected: (connected: boolean) => void
  readonly tools: Tools
}

/**
 * Several connections among which the broker spreads the messages (`$share`, MQTT 5 section 4.8.2; Mosquitto has it for 3.1.1 too). Each
 * acknowledges for itself. The order of the messages of one device holds within a connection only, and the broker deals them out in turn:
 * two that follow each other closely may change places. There is no retained message for a shared subscription; see `retainedGatherer`.
 *
 * One connection is enough for Mosquitto, faster, and safer: Mosquitto 2.0 writes shared subscriptions down for no restart, so that what is
 * published between its start and the gateway's return reaches nobody. This is for brokers that allow few messages on their way to a client.
 */
export function sharedConnections(options: SharesOptions) {
  const { place, group, connections, topics, take, book, onConnected, tools } = options
  const { clock, log } = tools
  const up = new Set<number>()
  const all = Array.from({ length: connections }, (_, n) => {
    const clientId = `${group}-${n + 1}`
    const wanted = () => topics().map((filter) => `$share/${group}/${filter}`)
    return { n, clientId, filters: subscriptions({ clientId, book, wanted, log }) }
  })
  type One = (typeof all)[number]
  const links = new Map<One, Link>()

  async function refreshOne(one: One) {
    const link = links.get(one)
    if (link?.mqtt.connected) await one.filters.bring(link.mqtt)
  }
  function note(n: number, isUp: boolean) {
    const before = up.size
    if (isUp) up.add(n)
    else up.delete(n)
    if (before === 0 && up.size > 0) onConnected(true)
    if (before > 0 && up.size === 0) onConnected(false)
  }

  /** Some brokers (Mosquitto 2.0) send what is retained to each member of a group: it comes from elsewhere, once. */
  const takeNew = (packet: Packet) => (packet.retain ? Promise.resolve() : take(packet))

  async function runOne(one: One, signal: AbortSignal): Promise<void> {
    const ended = new AbortController()
    const until = AbortSignal.any([signal, ended.signal])
    let watching: Promise<void> | undefined
    const onUp = async (link: Link) => {
      links.set(one, link)
      one.filters.begin()
      await refreshOne(one)
      note(one.n, true)
      await every(clock, 10_000, until, () => refreshOne(one))
    }
    try {
      const { clientId } = one
      await connection({ place, clientId, take: takeNew, onUp: (link) => (watching = onUp(link)), tools }, signal)
    } finally {
      ended.abort()
      links.delete(one)
      // Its failure is that of the connection, and thrown by it.
      await Promise.allSettled([watching])
      if (!signal.aborted) note(one.n, false)
    }
  }

  return {
    clientIds: all.map(({ clientId }) => clientId),
    get connected() {
      return up.size > 0
    },
    /** Filters that the group holds: every message to them comes to one of its connections. */
    held(): ReadonlySet<string> {
      const prefix = `$share/${group}/`
      return new Set(
        all.flatMap(({ n, filters }) =>
          up.has(n) ? [...filters.held()].map((filter) => filter.slice(prefix.length)) : [],
        ),
      )
    },
    refresh: async () => void (await Promise.all(all.map(refreshOne))),
    async run(signal: AbortSignal): Promise<void> {
      await Promise.all(
        all.map((one) =>
          supervise({ name: `mqtt-share-${one.n + 1}`, runOnce: (until) => runOne(one, until) }, tools, signal),
        ),
      )
    },
  }
}

/**
 * Gets what the broker has retained, which no shared subscription does: subscribes for a moment with QoS 0 and leaves again. What is sent
 * newly in that moment comes here too, without the mark of a retained message, and is left to the group.
 */
export function retainedGatherer() {
  let done = new Set<string>()
  return {
    /** A new connection: retained messages may have changed. */
    begin(): void {
      done = new Set()
    },
    /** @throws when the connection ends */
    async gather({ mqtt }: Link, held: ReadonlySet<string>): Promise<void> {
      const fresh = [...held].filter((filter) => !done.has(filter))
      done = new Set(held)
      if (fresh.length === 0) return
      await subscribe(mqtt, fresh, 0)
      await unsubscribe(mqtt, fresh)
    },
    /** What comes with QoS 1 was queued for a subscription of an earlier configuration, and belongs to nobody else. */
    belongs: ({ retain, qos }: Pick<Packet, 'retain' | 'qos'>): boolean => retain || qos > 0,
  }
}
