import type { Config } from '../contract/config.ts'
import type { Packet } from '../domain/reading.ts'
import type { Tools } from '../lib/supervise.ts'
import type { BrokerAccounts } from './accounts.ts'
import { embeddedBroker } from './embedded.ts'
import { outsideBroker } from './outside.ts'
import type { Refusals } from './refusals.ts'
import type { SessionBook } from './session-book.ts'
import { outsideVoice, type VoiceOptions } from './voice.ts'

export interface BrokerOptions {
  readonly gatewayId: string
  /** MQTT filters that must be subscribed to on a broker of its own. */
  readonly topics: () => readonly string[]
  readonly take: (packet: Packet) => Promise<void>
  /** Told when messages begin to come, and when they cannot come any more. */
  readonly onConnected: (connected: boolean) => void
  /** Of the embedded broker. */
  readonly accounts: BrokerAccounts
  /** Of the broker outside. */
  readonly book: SessionBook
  readonly tools: Tools
}

/** The zone's broker, whichever it is: the configured one through a client, or the embedded one. */
export interface Broker {
  readonly connected: boolean
  /** What the embedded broker refused so far, by reason; undefined with one of its own. */
  readonly refused: Refusals['counts'] | undefined
  /** The embedded broker's address; undefined with one of its own. @throws Failure conflict (`port-taken`) */
  listen(): Promise<{ host: string; port: number } | undefined>
  /** Subscribes to what is new in `topics()`. */
  refresh(): Promise<void>
  /** @throws Failure away (`broker-away`) */
  publish(topic: string, payload: string | Uint8Array, options?: { retain?: boolean }): Promise<void>
  /**
   * Speaks under a name and with a will of its own, until `signal` aborts. At the embedded broker there is no connection for that: it ends
   * together with the gateway, and so do all who could hear the will; what the voice should hear passes `take`.
   */
  voice(options: VoiceOptions, signal: AbortSignal): Promise<void>
  run(signal: AbortSignal): Promise<void>
}

export function openBroker(config: Config['mqtt'], options: BrokerOptions): Broker {
  const { url, listen, user, password, tls, version, connections } = config
  const { gatewayId, accounts, onConnected, tools } = options
  const stateTopic = `zone-gateway/${gatewayId}/state`
  if (url !== undefined) {
    const place = { url, user, password, tls, version }
    const clientId = `zone-gateway-${gatewayId}`
    const outside = outsideBroker({ ...options, place, connections, clientId, stateTopic })
    return {
      get connected() {
        return outside.connected
      },
      refused: undefined,
      listen: async () => undefined,
      refresh: outside.refresh,
      publish: outside.publish,
      voice: (voice, signal) => outsideVoice(voice, { place, clientId, tools }, signal),
      run: outside.run,
    }
  }
  const login = { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) }
  const broker = embeddedBroker({ ...listen, ...login, accounts, take: options.take, tools })
  return {
    get connected() {
      return broker.address !== undefined
    },
    refused: broker.refused,
    async listen() {
      const address = await broker.listen()
      onConnected(true)
      await broker.publish(stateTopic, JSON.stringify({ online: true }), { retain: true })
      return address
    },
    refresh: async () => {},
    publish: broker.publish,
    async voice({ will, onUp, onDown }, signal) {
      const { topic, payload } = will()
      await onUp(broker.publish)
      if (!signal.aborted)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
      onDown()
      await broker
        .publish(topic, payload)
        .catch((cause: Error) =>
          tools.log.debug({ reason: cause.message }, 'the broker is closed before the last words'),
        )
    },
    run: (signal) => broker.run(signal),
  }
}
