import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import {
  answerReader,
  connackKind,
  connectFrame,
  pubackKind,
  publishPacket,
} from '../../scripts/bench/lib/readings-frames.ts'
import { waitFor } from '../support/wait.ts'

export interface RawPublisher extends AsyncDisposable {
  /** Messages that the broker acknowledged, and connections that it ended. */
  readonly counts: { acknowledged: number; cutOff: number }
  /** Publishes with QoS 1, a few at a time; one for which the broker ends the connection is not sent again. */
  publish(messages: Iterable<{ topic: Uint8Array; payload: Uint8Array; retain?: boolean }>): Promise<void>
}

const window = 50

/** A device that says anything: bytes that no client library would let through. */
export async function openRawPublisher(port: number): Promise<RawPublisher> {
  const counts = { acknowledged: 0, cutOff: 0 }
  let socket: Socket | undefined
  let inFlight = 0
  let isReady = false
  let isClosed = false

  async function open(): Promise<Socket> {
    const own = connect({ host: '127.0.0.1', port, noDelay: true })
    const read = answerReader((kind) => {
      if (kind === connackKind) isReady = true
      if (kind !== pubackKind) return
      counts.acknowledged++
      inFlight--
    })
    own.on('data', read)
    own.on('error', () => own.destroy())
    own.on('close', () => {
      if (!isClosed) counts.cutOff++
      inFlight = 0
      isReady = false
      socket = undefined
    })
    await once(own, 'connect')
    own.write(connectFrame('raw'))
    await waitFor(() => isReady || own.destroyed, { everyMs: 2, message: 'the broker to answer' })
    socket = own
    return own
  }

  return {
    counts,
    async publish(messages) {
      let id = 0
      for (const { topic, payload, retain = false } of messages) {
        await waitFor(() => inFlight < window, { timeoutMs: 60_000, everyMs: 1, message: 'acknowledgements' })
        const to = socket ?? (await open())
        id = id === 65_535 ? 1 : id + 1
        inFlight++
        to.write(publishPacket(topic, payload, { id, retain }))
      }
      await waitFor(() => inFlight === 0, { timeoutMs: 60_000, message: 'the last acknowledgements' })
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      if (socket === undefined) return
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
    },
  }
}
