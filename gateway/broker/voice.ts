import type { Packet } from '../domain/reading.ts'
import { supervise, type Tools } from '../lib/supervise.ts'
import { connection } from './connection.ts'
import type { Place } from './place.ts'
import { subscribe } from './subscriptions.ts'

export type Say = (topic: string, payload: string | Uint8Array) => Promise<void>

/** Somebody who speaks under a name of its own, with a last will of its own. */
export interface VoiceOptions {
  /** Part of the client id. */
  readonly name: string
  /** Asked before each connection. */
  readonly will: () => { readonly topic: string; readonly payload: Uint8Array }
  readonly filters: readonly string[]
  readonly hear: (packet: Packet) => unknown
  /** A connection stands, and `filters` are subscribed. */
  readonly onUp: (say: Say) => Promise<void>
  readonly onDown: () => void
}

/** A connection to a broker outside, of QoS 0 and without a session; ends with its will, also on purpose. */
export async function outsideVoice(
  { name, will, filters, hear, onUp, onDown }: VoiceOptions,
  { place, clientId, tools }: { readonly place: Place; readonly clientId: string; readonly tools: Tools },
  signal: AbortSignal,
): Promise<void> {
  const runOnce = async (until: AbortSignal) => {
    const { topic, payload } = will()
    try {
      await connection(
        {
          place,
          clientId: `${clientId}-${name}`,
          clean: true,
          will: { topic, payload: Buffer.from(payload), qos: 1, retain: false },
          take: async (packet) => void hear(packet),
          async onUp(link) {
            await subscribe(link.mqtt, filters, 1)
            await onUp((where, what) => link.publish(where, what, { qos: 0, retain: false }))
          },
          onGoing: (link) => link.publish(topic, payload, { qos: 1, retain: false }),
          tools,
        },
        until,
      )
    } finally {
      onDown()
    }
  }
  await supervise({ name: `mqtt-${name}`, runOnce }, tools, signal)
}
