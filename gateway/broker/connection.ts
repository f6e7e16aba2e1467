import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { toFailure } from '../domain/failure.ts'
import type { Packet } from '../domain/reading.ts'
import type { Tools } from '../lib/supervise.ts'
import { deferredAcks } from './deferred-acks.ts'
import { brokerAway, connectFailure, connectOptions, type Place } from './place.ts'

export interface ConnectionOptions {
  readonly place: Place
  /** Fixed, so that the broker keeps what came while nobody was connected. */
  readonly clientId: string
  /** true: the broker forgets everything at the end of the connection. */
  readonly clean?: boolean
  readonly will?: IClientOptions['will']
  /** Awaited before a message is acknowledged; when it rejects the attempt ends and the broker delivers again. */
  readonly take: (packet: Packet) => Promise<void>
  /** Called when the broker let us in. When it rejects, the attempt ends. */
  readonly onUp: (link: Link) => Promise<void>
  /** Called before going on purpose; the last words may take `goodbyeMs`. @returns whether the will is not needed any more */
  readonly onGoing?: (link: Link) => Promise<unknown>
  readonly tools: Tools
}

/** An open connection. */
export interface Link {
  readonly mqtt: MqttClient
  /** Messages that came and are not kept yet. */
  readonly waiting: number
  /** Resolves when the broker has it. @throws Failure away (`broker-away`) when the connection ends before */
  publish(topic: string, payload: string | Uint8Array, options: { qos: 0 | 1; retain: boolean }): Promise<void>
}

/** How long a broker may take to hear that the gateway goes. */
const goodbyeMs = 2_000

/**
 * One connection from its beginning to its end. Resolves when `signal` aborts.
 * @throws Failure away (`broker-away`), denied (`broker-denied`, `broker-untrusted`), missing (`tls-file-missing`), and what `take` and `onUp` throw
 */
export async function connection(options: ConnectionOptions, signal: AbortSignal): Promise<void> {
  const { place, clientId, clean = false, will, take, onUp, onGoing, tools } = options
  const ended = new AbortController()
  const mqtt = connect(place.url, { ...connectOptions(place, clientId, clean), ...(will ? { will } : {}) })
  let link: Link | undefined
  let isSaid = false
  let fail: (cause: Error) => void = () => {}
  const acks = deferredAcks(mqtt, take, tools.clock, (cause) => fail(cause))
  const end = new Promise<void>((resolve, reject) => {
    fail = reject
    mqtt.on('error', (cause) => reject(connectFailure(place, cause)))
    mqtt.on('close', () => reject(brokerAway(place)))
    mqtt.on('connect', () => {
      link = {
        mqtt,
        publish: publisher(mqtt, place),
        get waiting() {
          return acks.waiting
        },
      }
      onUp(link).catch((cause: unknown) => reject(toFailure(cause)))
    })
    signal.addEventListener('abort', () => resolve(), { once: true, signal: ended.signal })
    if (signal.aborted) resolve()
  })
  try {
    await end
    // Going on purpose: what was taken is acknowledged, and what the will would say is said, if the broker still listens.
    if (link && mqtt.connected) {
      const said = Promise.all([acks.stop(), onGoing?.(link)]).catch((cause: Error) => cause)
      const outcome = await Promise.race([said, tools.clock.sleep(goodbyeMs)])
      isSaid = outcome !== 'slept' && !(outcome instanceof Error)
    }
  } finally {
    ended.abort()
    await mqtt.endAsync(!isSaid)
  }
}

/** The library leaves a message unanswered for ever when its connection ends. */
function publisher(mqtt: MqttClient, place: Place): Link['publish'] {
  const open = new Set<() => void>()
  mqtt.on('close', () => {
    for (const fail of open) fail()
    open.clear()
  })
  return (topic, payload, options) =>
    new Promise((resolve, reject) => {
      const fail = () => reject(brokerAway(place))
      open.add(fail)
      mqtt.publish(topic, Buffer.from(payload), options, (error) => {
        open.delete(fail)
        if (error) reject(error)
        else resolve()
      })
    })
}
