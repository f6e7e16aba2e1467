import type { IPublishPacket, MqttClient } from 'mqtt'
import { toFailure, type Failure } from '../domain/failure.ts'
import type { Packet } from '../domain/reading.ts'
import type { Clock } from '../lib/clock.ts'
import { pubacks } from './device-socket.ts'

/** Beyond this many messages without an end nothing further is read from the connection. */
const mostWaiting = 4_096

interface Waiting {
  /** null: of QoS 0, nobody waits for an acknowledgement. */
  readonly messageId: number | null
  isKept: boolean
}

export interface DeferredAcks {
  /** Messages that came and are not acknowledged yet. */
  readonly waiting: number
  /** Takes nothing further; resolves when all that was taken is acknowledged. What came meanwhile is delivered again. */
  stop(): Promise<void>
}

/**
 * Lets the messages of one connection wait for their commit together. The client library handles a message when the one before it was
 * acknowledged, so that each would need a commit of its own. Here the next one is handled at once, and the acknowledgements follow when
 * their messages are kept, in the order in which these came (MQTT 3.1.1, 4.6). A message that is not kept is never acknowledged, and none
 * after it: the broker delivers them again to the next connection.
 *
 * @param fail told once when a message could not be kept; the connection must end
 */
export function deferredAcks(
  client: MqttClient,
  take: (packet: Packet) => Promise<void>,
  clock: Pick<Clock, 'now'>,
  fail: (cause: Failure) => void,
): DeferredAcks {
  /** In order of arrival. */
  let queue: Waiting[] = []
  let first = 0
  let held: (() => void) | undefined
  let isFlushing = false
  let onDrained: (() => void) | undefined

  function flush() {
    isFlushing = false
    const ids: number[] = []
    for (let next = queue[first]; next?.isKept; next = queue[++first])
      if (next.messageId !== null) ids.push(next.messageId)
    if (first > mostWaiting) {
      queue = queue.slice(first)
      first = 0
    }
    if (ids.length > 0 && client.connected) client.stream.write(pubacks(ids))
    if (queue.length === first) onDrained?.()
    if (held && queue.length - first < mostWaiting) {
      const goOn = held
      held = undefined
      goOn()
    }
  }

  async function keep(packet: Packet, entry: Waiting, then: (() => void) | undefined) {
    try {
      await take(packet)
    } catch (cause) {
      return fail(toFailure(cause))
    }
    entry.isKept = true
    // QoS 2 is acknowledged by the library, in its own four steps.
    then?.()
    if (!isFlushing) queueMicrotask(flush)
    isFlushing = true
  }

  client.handleMessage = (packet, next) => {
    if (onDrained) return
    const { qos, messageId } = packet
    const entry: Waiting = { messageId: qos === 1 ? (messageId ?? null) : null, isKept: false }
    queue.push(entry)
    void keep(toPacket(packet, clock.now()), entry, qos === 2 ? next : undefined)
    if (qos === 2) return
    // An error here makes the library go on without sending its own acknowledgement.
    const goOn = () => next(acknowledgedLater)
    if (queue.length - first < mostWaiting) goOn()
    else held = goOn
  }
  return {
    get waiting() {
      return queue.length - first
    },
    stop: () =>
      new Promise((resolve) => {
        onDrained = resolve
        if (queue.length === first) resolve()
      }),
  }
}

const acknowledgedLater = new Error('acknowledged when it is kept')

function toPacket({ topic, payload, qos, retain }: IPublishPacket, receivedUtcMs: number): Packet {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  return { topic, payload: bytes, qos, retain, receivedUtcMs }
}
