import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import { Failure, toFailure } from '../domain/failure.ts'
import type { Packet } from '../domain/reading.ts'
import { every } from '../lib/clock.ts'
import { redact } from '../lib/log.ts'
import type { Task, Tools } from '../lib/supervise.ts'

export interface ClientOptions {
  /** mqtt, mqtts, ws or wss. */
  readonly url: string
  readonly user?: string
  readonly password?: string
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
  readonly tools: Tools
}

/** The client of a broker outside the gateway. Runs under `supervise`, which owns the retry. */
export interface BrokerClient extends Task {
  readonly connected: boolean
  /** Subscribes to what is new in `topics()` and leaves what is gone. */
  refresh(): Promise<void>
  /** @throws Failure away (`broker-away`) when not connected */
  publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<void>
}

/** How long a broker may take to hear that the gateway goes. */
const goodbyeMs = 2_000
const refusedLogin = new Set([4, 5, 134, 135])

export function brokerClient(options: ClientOptions): BrokerClient {
  const { url, user, password, clientId, topics, take, stateTopic, onConnected, tools } = options
  const { clock, log } = tools
  const place = redact(url)
  let client: MqttClient | undefined
  let subscribed = new Set<string>()
  let told: boolean | undefined
  const isConnected = () => client?.connected ?? false
  const away = (cause?: unknown) =>
    new Failure('away', 'broker-away', 'the MQTT broker does not answer', { broker: place }, { cause })

  function tell(connected: boolean) {
    if (told === connected) return
    told = connected
    onConnected?.(connected)
  }

  async function refresh(): Promise<void> {
    const current = client
    if (!current?.connected) return
    const wanted = new Set(topics())
    const added = [...wanted].filter((topic) => !subscribed.has(topic))
    const gone = [...subscribed].filter((topic) => !wanted.has(topic))
    subscribed = wanted
    try {
      if (added.length > 0) {
        const granted = await current.subscribeAsync(added, { qos: 1 })
        for (const { topic, qos } of granted)
          if (qos > 2) log.warn({ code: 'topic-refused', topic }, 'the broker refuses a subscription')
      }
      if (gone.length > 0) await current.unsubscribeAsync(gone)
    } catch (cause) {
      // Whatever the broker has of it is unknown now: the next connect begins anew.
      subscribed = new Set()
      if (current.connected) throw cause
    }
  }

  async function runOnce(signal: AbortSignal): Promise<void> {
    const settings: IClientOptions = {
      clientId,
      username: user,
      password,
      clean: false,
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      keepalive: 30,
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: stateTopic, payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    }
    const ended = new AbortController()
    const own = connect(url, settings)
    client = own
    subscribed = new Set()
    let finish: (cause?: Error) => void = () => {}
    const end = new Promise<void>((resolve, reject) => {
      finish = (cause) => (cause ? reject(cause) : resolve())
      own.on('error', (cause: Error & { code?: unknown }) => {
        const refused = typeof cause.code === 'number' && refusedLogin.has(cause.code)
        reject(
          refused
            ? new Failure('denied', 'broker-denied', 'the MQTT broker refuses user or password', { broker: place })
            : away(cause),
        )
      })
      own.on('close', () => reject(away()))
      own.on('connect', () => {
        tell(true)
        refresh().catch(reject)
        own.publish(stateTopic, '{"online":true}', { qos: 1, retain: true }, (error) => {
          if (error) log.debug({ reason: error.message }, 'the birth message was not delivered')
        })
      })
      signal.addEventListener('abort', () => resolve(), { once: true, signal: ended.signal })
      if (signal.aborted) resolve()
    })
    own.handleMessage = (packet, done) => void keep(toPacket(packet, clock.now()), done, finish)
    const watch = every(clock, 10_000, AbortSignal.any([signal, ended.signal]), () => refresh().catch(finish))
    let isSaid = false
    try {
      await end
      // Going on purpose: the broker sends no will, so it is said, if the broker still listens.
      if (own.connected) isSaid = await goodbye(own)
    } finally {
      ended.abort()
      client = undefined
      await Promise.all([watch, own.endAsync(!isSaid)])
      if (!signal.aborted) tell(false)
    }
  }

  /** Acknowledges when the message is kept. Otherwise there is no answer: the broker delivers it again to the next attempt. */
  async function keep(packet: Packet, acknowledge: () => void, fail: (cause: Error) => void) {
    try {
      await take(packet)
    } catch (cause) {
      return fail(toFailure(cause))
    }
    acknowledge()
  }

  async function goodbye(current: MqttClient): Promise<boolean> {
    const said = current.publishAsync(stateTopic, '{"online":false}', { qos: 1, retain: true })
    const outcome = await Promise.race([said.catch((cause: Error) => cause), clock.sleep(goodbyeMs)])
    return outcome !== 'slept' && !(outcome instanceof Error)
  }

  return {
    name: 'mqtt-client',
    runOnce,
    refresh,
    get connected() {
      return isConnected()
    },
    async publish(topic, payload, { retain = false } = {}) {
      if (!client?.connected) throw away()
      await client.publishAsync(topic, payload, { qos: 1, retain })
    },
  }
}

function toPacket({ topic, payload, qos, retain }: IPublishPacket, receivedUtcMs: number): Packet {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  return { topic, payload: bytes, qos, retain, receivedUtcMs }
}
