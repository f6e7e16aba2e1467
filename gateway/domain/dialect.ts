import type { MetricType, Packet, QuarantineReason } from './reading.ts'
import type { Millis, UtcMs } from './units.ts'
import type { SensorSource } from './words.ts'

/** One thing that a device says it measures. */
export interface MetricSaid {
  /** Its name among the device's metrics, see `metricKey`. */
  readonly key: string
  readonly name: string
  /** As the device writes it; null when it does not say. */
  readonly unit: string | null
  /** Home Assistant's device class, where the dialect has a word for it; else null. */
  readonly kind: string | null
  readonly type: MetricType
  /** Longer than this without a reading and the device is away (e.g. `expire_after`); null when it does not say. */
  readonly expiresMs: Millis | null
  /** Unit or kind are guessed. */
  readonly guessed: boolean
}

/** What a device says about itself. */
export interface DeviceSaid {
  /** Its name in the dialect: the same after a restart, another one for another device. With the dialect's prefix it is the candidate id. */
  readonly device: string
  readonly name: string
  /** Maker and model; null when it does not say. */
  readonly model: string | null
  readonly metrics: readonly MetricSaid[]
  /** These are all of its metrics; otherwise they are added to what is known. */
  readonly complete: boolean
}

/** One value. */
export interface ReadingSaid {
  readonly device: string
  readonly metric: string
  /** Finite; a binary is 0 or 1. */
  readonly value: number
  /** Said with this value; null when it was not. */
  readonly unit: string | null
  /** The device's own time, where it names a moment: never from a clock without a zone. */
  readonly deviceUtcMs: UtcMs | null
  /** Sent from a store of the device: history, and never an alert of now. */
  readonly historical: boolean
}

/** What was said about whether a device is there: availability, birth, last will, death. */
export interface LivenessSaid {
  readonly device: string
  readonly alive: boolean
}

/** A part of a message, or all of it, that could not be used. */
export interface NotRead {
  readonly reason: QuarantineReason
  /** Whose it is, when that is known. */
  readonly device: string | null
}

/** All that a message says. What is absent it does not speak of. */
export interface Said {
  readonly devices?: readonly DeviceSaid[]
  /** Devices that took their announcement back. */
  readonly gone?: readonly string[]
  readonly readings?: readonly ReadingSaid[]
  readonly liveness?: readonly LivenessSaid[]
  readonly notRead?: readonly NotRead[]
  /** The message is needed after a restart: `keep` it under its topic (in place of the one before), or `forget` what is kept there. */
  readonly memory?: 'keep' | 'forget'
  /** Messages to send, e.g. a request for a birth. The host sends each at most once a minute. */
  readonly asks?: readonly { readonly topic: string; readonly payload: string | Uint8Array }[]
}

/**
 * A way in which devices speak MQTT. It decides by topic, payload and what it remembers, and by nothing else: no clock, no effect outside
 * `state`, the same messages give the same answers. Messages that were kept are given to it again, as `retain`, when the gateway begins.
 */
export interface Dialect<State> {
  readonly source: SensorSource
  /** Before the device's name in candidate ids, with its colon: `ha:`, `homie:`. */
  readonly prefix: string
  /** A new memory. Bounded: whatever is sent to it, it does not grow without end. */
  begin(): State
  /** MQTT filters for all that it wants to hear now. May grow with what it learned. */
  filters(state: State): readonly string[]
  /** Is this topic its own, by what it knows now? Asked once a topic, and again whenever a device was announced or withdrawn. */
  owns(topic: string, state: State): boolean
  /** Reads a message of a topic that it owns, and may change `state`. Never throws for what is in a message. */
  decode(packet: Packet, state: State): Said
}
