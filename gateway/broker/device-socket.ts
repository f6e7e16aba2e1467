import type { Socket } from 'node:net'
import { packetMeter } from '../domain/packet-meter.ts'

/** A packet that says it is longer ends its connection before it fills the memory. */
const maxPacketBytes = 4 * 1024 * 1024
/** Who publishes and reads none of its acknowledgements is cut off when this much of them waits. */
const mostUnreadBytes = 1024 * 1024
const puback = 0x40

/** The broker would collect a packet of any announced length; this looks at the lengths as the bytes pass by. */
export function boundPackets(socket: Socket, tooLong: () => void): void {
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

/** The bytes of a PUBACK for each id, in this order (MQTT 3.1.1, 3.4; MQTT 5 may leave out the reason of a success). */
export function pubacks(ids: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(ids.length * 4)
  let at = 0
  for (const id of ids) {
    bytes[at++] = puback
    bytes[at++] = 2
    bytes[at++] = id >> 8
    bytes[at++] = id & 0xff
  }
  return bytes
}

/** Acknowledges to one device. What is kept by the same commit leaves in one write. */
export function ackWriter(socket: Pick<Socket, 'write' | 'destroy' | 'destroyed' | 'writableLength'>) {
  let ids: number[] = []
  const flush = () => {
    const bytes = pubacks(ids)
    ids = []
    if (socket.destroyed) return
    socket.write(bytes)
    if (socket.writableLength > mostUnreadBytes) socket.destroy()
  }
  return (messageId: number): void => {
    // After everything that this turn keeps, and before anything that is read.
    if (ids.push(messageId) === 1) queueMicrotask(flush)
  }
}
