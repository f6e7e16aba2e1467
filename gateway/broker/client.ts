import type { Packet } from '../domain/reading.ts'
import { every } from '../lib/clock.ts'
import type { Task, Tools } from '../lib/supervise.ts'
import { connection, type Link } from './connection.ts'
import { brokerAway, type Place } from './place.ts'
import { passingBook, type SessionBook } from './session-book.ts'
import { subscriptions } from './subscriptions.ts'

export interface ClientOptions extends Place {
  /** Fixed, so that the broker keeps what came while the gateway was away. */
  readonly clientId: string
  /** What must be subscribed to now; looked at on every connect, on `refresh`, and every 10 s. */
  readonly topics: () => readonly string[]
  /** Awaited before a message is acknowledged; when it rejects the attempt ends and the broker delivers again. */
  readonly take: (packet: Packet) => Promise<void>
  /** Retained there: `{"online":true}` while connected, `{"online":false}` as last will. */
  readonly stateTopic: string
  /** Told of each change, also when the first attempt fails; not when the gateway goes on purpose. */
  readonly onConnected?: (connected: boolean) => void
  /** Done after the subscriptions, each time. */
  readonly also?: (link: Link) => Promise<void>
  readonly book?: SessionBook
  readonly tools: Tools
}

/** The client of a broker outside the gateway. Runs under `supervise`, which owns the retry. */
export interface BrokerClient extends Task {
  /** And subscribed. */
  readonly connected: boolean
  /** Subscribes to what is new in `topics()` and leaves what is gone. */
  refresh(): Promise<void>
  /** @throws Failure away (`broker-away`) when not connected */
  publish(topic: string, payload: string | Uint8Array, options?: { retain?: boolean }): Promise<void>
}

export function brokerClient(options: ClientOptions): BrokerClient {
  const { clientId, topics, take, stateTopic, onConnected, also, book = passingBook(), tools } = options
  const { clock, log } = tools
  const filters = subscriptions({ clientId, book, wanted: topics, log })
  let link: Link | undefined
  let told: boolean | undefined
  const isConnected = () => told === true && link?.mqtt.connected === true

  function tell(connected: boolean) {
    if (told === connected) return
    told = connected
    onConnected?.(connected)
  }
  async function refresh() {
    if (!link?.mqtt.connected) return
    await filters.bring(link.mqtt)
    await also?.(link)
  }
  const say = (now: Link, online: boolean) =>
    now.publish(stateTopic, JSON.stringify({ online }), { qos: 1, retain: true })

  async function up(now: Link, signal: AbortSignal): Promise<void> {
    link = now
    filters.begin()
    say(now, true).catch((cause: Error) => log.debug({ reason: cause.message }, 'the birth message was not delivered'))
    await refresh()
    // Not before: until then messages may come to nobody.
    tell(true)
    await every(clock, 10_000, signal, refresh)
  }

  async function runOnce(signal: AbortSignal): Promise<void> {
    const ended = new AbortController()
    const until = AbortSignal.any([signal, ended.signal])
    let watching: Promise<void> | undefined
    try {
      await connection(
        {
          place: options,
          clientId,
          will: { topic: stateTopic, payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
          take,
          onUp: (now) => (watching = up(now, until)),
          onGoing: (now) => say(now, false),
          tools,
        },
        signal,
      )
    } finally {
      ended.abort()
      link = undefined
      // Its failure is that of the connection, and thrown by it.
      await Promise.allSettled([watching])
      if (!signal.aborted) tell(false)
    }
  }

  return {
    name: 'mqtt-client',
    runOnce,
    refresh,
    get connected() {
      return isConnected()
    },
    async publish(topic, payload, { retain = false } = {}) {
      if (!link?.mqtt.connected) throw brokerAway(options)
      await link.publish(topic, payload, { qos: 1, retain })
    },
  }
}
