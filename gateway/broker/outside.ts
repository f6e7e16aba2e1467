import type { Packet } from '../domain/reading.ts'
import { supervise, type Tools } from '../lib/supervise.ts'
import { type BrokerClient, brokerClient } from './client.ts'
import { farewell } from './farewell.ts'
import type { Place } from './place.ts'
import type { SessionBook } from './session-book.ts'
import { retainedGatherer, sharedConnections } from './shares.ts'

export interface OutsideOptions {
  readonly place: Place
  /** More than one: shared among that many. */
  readonly connections: number
  /** Of the gateway's first connection; further ones have a number behind it. */
  readonly clientId: string
  readonly topics: () => readonly string[]
  readonly take: (packet: Packet) => Promise<void>
  readonly stateTopic: string
  readonly onConnected: (connected: boolean) => void
  readonly book: SessionBook
  readonly tools: Tools
}

export interface OutsideBroker extends Omit<BrokerClient, 'name' | 'runOnce'> {
  run(signal: AbortSignal): Promise<void>
}

/** A broker that is another program. One connection keeps every order; with more of them see `sharedConnections`. */
export function outsideBroker(options: OutsideOptions): OutsideBroker {
  return options.connections > 1 ? shared(options) : single(options)
}

function single(options: OutsideOptions): OutsideBroker {
  const client = brokerClient({ ...options, ...options.place })
  return {
    get connected() {
      return client.connected
    },
    refresh: client.refresh,
    publish: client.publish,
    async run(signal) {
      const leaving = farewells(options, [options.clientId], signal)
      await Promise.all([supervise(client, options.tools, signal), ...leaving])
    },
  }
}

function shared(options: OutsideOptions): OutsideBroker {
  const { place, connections, clientId, topics, take, book, tools } = options
  const gatherer = retainedGatherer()
  let told: boolean | undefined
  let isMainUp = false

  function tell() {
    const isUp = isMainUp && shares.connected
    // The first connection stands before the others: that is no loss.
    if (told === isUp || (told === undefined && isMainUp && !isUp)) return
    told = isUp
    options.onConnected(isUp)
  }
  const shares = sharedConnections({
    place,
    group: clientId,
    connections,
    topics,
    take,
    book,
    onConnected(isUp) {
      tell()
      if (isUp) gatherSoon()
    },
    tools,
  })
  /** Says the gateway's state, publishes, and gets what is retained. */
  const main = brokerClient({
    ...options,
    ...place,
    topics: () => [],
    take: (packet) => (gatherer.belongs(packet) ? take(packet) : Promise.resolve()),
    also: (link) => gatherer.gather(link, shares.held()),
    onConnected(isUp) {
      isMainUp = isUp
      if (isUp) gatherer.begin()
      tell()
    },
  })
  function gatherSoon() {
    main.refresh().catch((cause: unknown) => tools.log.warn({ err: cause }, 'retained messages were not fetched'))
  }

  return {
    get connected() {
      return told === true
    },
    async refresh() {
      await shares.refresh()
      await main.refresh()
    },
    publish: main.publish,
    async run(signal) {
      tools.log.warn(
        { code: 'mqtt-shared', connections },
        'messages are shared among several connections: their order is not kept, and a broker that forgets shared subscriptions when it restarts (Mosquitto 2.0 does) loses what comes before the gateway is back',
      )
      const leaving = farewells(options, [clientId, ...shares.clientIds], signal)
      await Promise.all([supervise(main, tools, signal), shares.run(signal), ...leaving])
    },
  }
}

/** Takes back the connections of an earlier configuration. */
function farewells(
  { place, clientId, take, book, tools }: OutsideOptions,
  kept: readonly string[],
  signal: AbortSignal,
) {
  return book
    .clientIds()
    .filter((id) => id.startsWith(clientId) && !kept.includes(id))
    .map((id) => supervise(farewell({ place, clientId: id, take, book, tools }), tools, signal, { onEnd: 'done' }))
}
