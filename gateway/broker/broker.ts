import type { Config } from '../contract/config.ts'
import type { Packet } from '../domain/reading.ts'
import { supervise, type Tools } from '../lib/supervise.ts'
import { brokerClient } from './client.ts'
import { embeddedBroker } from './embedded.ts'

export interface BrokerOptions {
  readonly gatewayId: string
  /** MQTT filters that must be subscribed to on a broker of its own. */
  readonly topics: () => readonly string[]
  readonly take: (packet: Packet) => Promise<void>
  /** Told when messages begin to come, and when they cannot come any more. */
  readonly onConnected: (connected: boolean) => void
  readonly tools: Tools
}

/** The zone's broker, whichever it is: the configured one through a client, or the embedded one. */
export interface Broker {
  readonly connected: boolean
  /** The embedded broker's address; undefined with one of its own. @throws Failure conflict (`port-taken`) */
  listen(): Promise<{ host: string; port: number } | undefined>
  /** Subscribes to what is new in `topics()`. */
  refresh(): Promise<void>
  publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<void>
  run(signal: AbortSignal): Promise<void>
}

export function openBroker({ url, listen, user, password }: Config['mqtt'], options: BrokerOptions): Broker {
  const { gatewayId, topics, take, onConnected, tools } = options
  const login = { ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) }
  const stateTopic = `zone-gateway/${gatewayId}/state`
  if (url !== undefined) {
    const client = brokerClient({
      url,
      ...login,
      clientId: `zone-gateway-${gatewayId}`,
      topics,
      take,
      stateTopic,
      onConnected,
      tools,
    })
    return {
      get connected() {
        return client.connected
      },
      listen: async () => undefined,
      refresh: () => client.refresh(),
      publish: (topic, payload, how) => client.publish(topic, payload, how),
      run: (signal) => supervise(client, tools, signal),
    }
  }
  const broker = embeddedBroker({ ...listen, ...login, take, tools })
  return {
    get connected() {
      return broker.address !== undefined
    },
    async listen() {
      const address = await broker.listen()
      onConnected(true)
      await broker.publish(stateTopic, JSON.stringify({ online: true }), { retain: true })
      return address
    },
    refresh: async () => {},
    publish: (topic, payload, how) => broker.publish(topic, payload, how),
    run: (signal) => broker.run(signal),
  }
}
