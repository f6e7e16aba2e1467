import { type AddressInfo, createServer, isIP, type Socket } from 'node:net'
import { Aedes, type Client } from 'aedes'
import { Failure } from '../domain/failure.ts'
import type { Packet } from '../domain/reading.ts'
import type { Tools } from '../lib/supervise.ts'
import type { BrokerAccounts } from './accounts.ts'
import { ackWriter, boundPackets } from './device-socket.ts'
import { door } from './door.ts'
import { emitter } from './emitter.ts'
import { guestList } from './guest-list.ts'
import { refusals, type Refusals } from './refusals.ts'
import { retainedBounds } from './retained.ts'

export interface EmbeddedOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** May do everything. Without a password and without accounts anybody on this machine may. */
  readonly user?: string
  readonly password?: string
  readonly accounts?: Pick<BrokerAccounts, 'enter' | 'areAny' | 'connected' | 'onChange'>
  /** Awaited before the PUBACK: a message is acknowledged when this has resolved, and refused (the connection ends) when it rejects. */
  readonly take: (packet: Packet) => Promise<void>
  readonly tools: Tools
}

export interface EmbeddedBroker {
  /** @throws Failure conflict (`port-taken`) */
  listen(): Promise<{ host: string; port: number }>
  /** The real address, after `listen`. */
  readonly address: { host: string; port: number } | undefined
  readonly clients: number
  readonly refused: Refusals['counts']
  /** The gateway's own messages; they do not pass `take`. */
  publish(topic: string, payload: string | Uint8Array, options?: { retain?: boolean }): Promise<void>
  /** Listens unless it does already, until `signal` aborts; resolves when every connection has ended. */
  run(signal: AbortSignal): Promise<void>
}

/** A subscriber that reads nothing holds up every publisher: it is cut off after this long. */
const slowSubscriberMs = 5_000
const mostConnections = 2_048
/** What is being kept when the broker closes is acknowledged within this time, or sent again. */
const lastAcksMs = 2_000
/** Return codes of a refused CONNECT (MQTT 3.1.1, 3.2.2.3). */
const returnCodes = { 'client-id': 2, 'login-paused': 3, login: 4 } as const

/** An MQTT 3.1.1 broker inside the gateway: what it acknowledges is durable. Retained messages live in memory only. */
export function embeddedBroker(options: EmbeddedOptions): EmbeddedBroker {
  const { host, port, accounts, take, tools } = options
  const { clock, log } = tools
  const sockets = new Set<Socket>()
  const guests = guestList(accounts)
  const acknowledge = new WeakMap<object, (messageId: number) => void>()
  const retained = retainedBounds()
  const refused = refusals(tools)
  const entrance = door({ ...options, isLoopback: isLoopback(host), clock })
  let address: { host: string; port: number } | undefined
  const now = { taking: 0, isClosing: false }

  async function keep(packet: Packet, done: (isKept: boolean) => void) {
    // While it closes nothing further is taken, so that what was taken can be acknowledged.
    if (now.isClosing) return
    now.taking++
    try {
      await take(packet)
    } catch (cause) {
      refused.note('not-kept', { topic: packet.topic }, cause)
      return done(false)
    } finally {
      now.taking--
    }
    done(true)
  }

  const aedes = new Aedes({
    mq: emitter(),
    drainTimeout: slowSubscriberMs,
    authenticate(client, name = '', secret, done) {
      const from = addressOf(client)
      const refuse = (why: keyof typeof returnCodes) => {
        refused.note(why, { user: name, client: client.id, address: from })
        done(Object.assign(new Error('refused'), { returnCode: returnCodes[why] }), false)
      }
      const guest = entrance.enter(client.id, from, name, secret ?? Buffer.alloc(0))
      if (typeof guest === 'string') return refuse(guest)
      if (!guests.admit(client, guest)) return refuse('client-id')
      done(null, true)
    },
    // At most once, whatever is asked: for a subscriber that is away the broker would keep every message in memory, without
    // a bound. Changed in place, because that is what the broker stores.
    authorizeSubscribe(client, subscription, done) {
      const guest = guests.of(client)
      if (guest?.mayHear(subscription.topic)) return done(null, Object.assign(subscription, { qos: 0 }))
      refused.note('subscribe-right', { user: guest?.user ?? '', client: client.id, topic: subscription.topic })
      done(null, null)
    },
    authorizePublish(client, packet, done) {
      const { topic, payload, qos } = packet
      const guest = guests.of(client)
      const refuse = (why: 'own-topic' | 'publish-right') => {
        refused.note(why, { user: guest?.user ?? '', client: client?.id ?? '', topic })
        done(new Error(why))
      }
      if (topic.startsWith('$') || topic.startsWith('zone-gateway/')) return refuse('own-topic')
      if (!guest?.mayPublish(topic)) return refuse('publish-right')
      if (packet.retain && !retained.take(topic, payload.length)) {
        packet.retain = false
        refused.note('retained-full', { user: guest.user, topic })
      }
      // `retain` stays false: a message is fresh when its publisher sends it, whatever the broker does with it later.
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
      void keep({ topic, payload: bytes, qos, retain: false, receivedUtcMs: clock.now() }, (isKept) => {
        if (!isKept) return done(new Error('not kept'))
        // Acknowledged here, together with all that the same commit kept. To the broker it is a message of QoS 0 from now on, as
        // every subscriber gets it.
        if (qos === 1 && packet.messageId !== undefined && client) acknowledge.get(client.conn)?.(packet.messageId)
        if (qos === 1) packet.qos = 0
        done(null)
      })
    },
  })
  aedes.on('clientError', (client, error) =>
    log.debug({ client: client.id, reason: error.message }, 'MQTT client error'),
  )
  aedes.on('connectionError', (_client, error) => log.debug({ reason: error.message }, 'MQTT connection refused'))
  aedes.on('client', guests.came)
  aedes.on('clientDisconnect', guests.left)

  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    acknowledge.set(socket, ackWriter(socket))
    boundPackets(socket, () => {
      refused.note('packet-too-long', { address: socket.remoteAddress ?? '' })
      socket.destroy()
    })
    aedes.handle(socket)
  })
  server.maxConnections = mostConnections

  async function listen() {
    if (address) return address
    await aedes.listen()
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) => reject(listenFailure(cause, host, port)))
      server.listen(port, host, resolve)
    })
    server.removeAllListeners('error')
    server.on('error', (err) => log.error({ err }, 'the MQTT listener failed'))
    const bound = server.address() as AddressInfo
    address = { host: bound.address, port: bound.port }
    return address
  }

  async function close() {
    now.isClosing = true
    const untilMs = clock.monotonic() + lastAcksMs
    while (now.taking > 0 && clock.monotonic() < untilMs) await clock.sleep(2)
    await new Promise<void>((resolve) => aedes.close(() => resolve()))
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
    address = undefined
  }

  return {
    listen,
    get address() {
      return address
    },
    get clients() {
      return aedes.connectedClients
    },
    refused: refused.counts,
    publish: (topic, payload, { retain = false } = {}) =>
      new Promise((resolve, reject) => {
        const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain, dup: false } as const
        aedes.publish(packet, (error) => (error ? reject(error) : resolve()))
      }),
    async run(signal) {
      try {
        if (signal.aborted) return
        await listen()
        if (!signal.aborted)
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      } finally {
        await close()
      }
    },
  }
}

function listenFailure(cause: NodeJS.ErrnoException, host: string, port: number): Failure {
  return cause.code === 'EADDRINUSE'
    ? new Failure('conflict', 'port-taken', `port ${port} on ${host} is in use by another program`, { host, port })
    : new Failure('away', 'port-unusable', `cannot listen on ${host} port ${port}`, { host, port }, { cause })
}

const addressOf = ({ conn }: Client) => ('remoteAddress' in conn ? (conn.remoteAddress ?? '') : '')
const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
