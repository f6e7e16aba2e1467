import { createHash, timingSafeEqual } from 'node:crypto'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { Failure } from '../domain/failure.ts'
import { packetMeter } from '../domain/packet-meter.ts'
import type { Packet } from '../domain/reading.ts'
import type { Tools } from '../lib/supervise.ts'

export interface EmbeddedOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** With a password every client must log in; without one anybody who reaches the port may publish. */
  readonly user?: string
  readonly password?: string
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
  /** The gateway's own messages; they do not pass `take`. */
  publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<void>
  /** Listens unless it does already, until `signal` aborts; resolves when every connection has ended. */
  run(signal: AbortSignal): Promise<void>
}

/** A packet that says it is longer ends its connection before it fills the memory. */
const maxPacketBytes = 4 * 1024 * 1024
/** Retained messages are kept in memory; one more than this is passed on, but not kept. */
const mostRetained = 4_096
const mostRetainedBytes = 16 * 1024 * 1024
/** A subscriber that reads nothing holds up every publisher: it is cut off after this long. */
const slowSubscriberMs = 5_000
const mostConnections = 2_048
const badLogin = 4

const digest = (text: string | Buffer) => createHash('sha256').update(text).digest()

/** An MQTT 3.1.1 broker inside the gateway: what it acknowledges is durable. Retained messages live in memory only. */
export function embeddedBroker(options: EmbeddedOptions): EmbeddedBroker {
  const { host, port, user, password, take, tools } = options
  const { clock, log } = tools
  const sockets = new Set<Socket>()
  let address: { host: string; port: number } | undefined
  const wanted = password === undefined ? undefined : digest(`${user ?? ''}\n${password}`)

  /** Lets the broker acknowledge when the message is kept; else it ends the connection, and the device sends again. */
  async function keep(packet: Packet, done: (error?: Error | null) => void) {
    try {
      await take(packet)
    } catch (cause) {
      log.error({ code: 'take-failed', topic: packet.topic, err: cause }, 'a message is not kept and not acknowledged')
      return done(new Error('not kept'))
    }
    done(null)
  }

  const retained = retainedBounds()
  const aedes = new Aedes({
    drainTimeout: slowSubscriberMs,
    authenticate(_client, name, secret, done) {
      const given = digest(Buffer.concat([Buffer.from(`${name ?? ''}\n`), secret ?? Buffer.alloc(0)]))
      if (!wanted || timingSafeEqual(given, wanted)) return done(null, true)
      done(Object.assign(new Error('bad user name or password'), { returnCode: badLogin }), false)
    },
    // At most once, whatever is asked: for a subscriber that is away the broker would keep every message in memory, without
    // a bound. Changed in place, because that is what the broker stores.
    authorizeSubscribe: (_client, subscription, done) => done(null, Object.assign(subscription, { qos: 0 })),
    authorizePublish(_client, packet, done) {
      const { topic, payload, qos } = packet
      if (topic.startsWith('$')) return done(new Error('topics with $ belong to the broker'))
      if (topic.startsWith('zone-gateway/')) return done(new Error('topics of the gateway are its own'))
      if (packet.retain && !retained.take(topic, payload.length)) {
        packet.retain = false
        if (retained.refused++ === 0)
          log.warn(
            { code: 'retained-full', topic },
            'no room for further retained messages; they are passed on, not kept',
          )
      }
      // `retain` stays false: a message is fresh when its publisher sends it, whatever the broker does with it later.
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
      void keep({ topic, payload: bytes, qos, retain: false, receivedUtcMs: clock.now() }, done)
    },
  })
  aedes.on('clientError', (client, error) =>
    log.debug({ client: client.id, reason: error.message }, 'MQTT client error'),
  )
  aedes.on('connectionError', (_client, error) => log.debug({ reason: error.message }, 'MQTT connection refused'))

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    boundPackets(socket, () => {
      log.warn({ code: 'packet-too-long', address: socket.remoteAddress }, 'an MQTT client was cut off')
      socket.destroy()
    })
    aedes.handle(socket)
  })

  server.maxConnections = mostConnections

  async function listen() {
    if (address) return address
    await aedes.listen()
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          cause.code === 'EADDRINUSE'
            ? new Failure('conflict', 'port-taken', `port ${port} on ${host} is in use by another program`, {
                host,
                port,
              })
            : new Failure('away', 'port-unusable', `cannot listen on ${host} port ${port}`, { host, port }, { cause }),
        ),
      )
      server.listen(port, host, resolve)
    })
    server.removeAllListeners('error')
    server.on('error', (err) => log.error({ err }, 'the MQTT listener failed'))
    const bound = server.address() as AddressInfo
    address = { host: bound.address, port: bound.port }
    return address
  }

  async function close() {
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

/** How many retained messages there are, and how long they are. */
function retainedBounds() {
  const sizes = new Map<string, number>()
  let bytes = 0
  return {
    refused: 0,
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

/** The broker would collect a packet of any announced length; this looks at the lengths as the bytes pass by. */
function boundPackets(socket: Socket, tooLong: () => void) {
  const meter = packetMeter(maxPacketBytes)
  const read = socket.read.bind(socket)
  socket.read = (size?: number) => {
    const chunk: unknown = read(size)
    if (chunk instanceof Uint8Array && !meter(chunk)) {
      tooLong()
      return null
    }
    return chunk
  }
}
