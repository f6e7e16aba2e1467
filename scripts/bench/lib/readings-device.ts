import { connect, type Socket } from 'node:net'
import {
  answerReader,
  connackKind,
  connectFrame,
  firstNumber,
  lastNumber,
  type Login,
  publishFrame,
  pubackKind,
} from './readings-frames.ts'

export interface DeviceOptions {
  readonly name: string
  readonly topic: string
  readonly port: number
  readonly login?: Login
  /** Its messages tell the device's time, each a later one. */
  readonly tellsTime: boolean
  /** So many messages may be unacknowledged. */
  readonly window: number
  /** How many of these new messages may be sent now. */
  readonly mayTake: (wanted: number) => number
  readonly onAcknowledged: (count: number) => void
}

/** What a device said and what was acknowledged of it: `acknowledged` holds whole stretches `[from, to]` of numbers. */
export interface Sent {
  readonly device: string
  readonly sentTo: number
  readonly acknowledged: readonly (readonly [number, number])[]
}

export interface Device {
  readonly inFlight: number
  readonly isConnected: boolean
  /** Sends what it may. */
  pump(): void
  /** Sends nothing new any more; what is unacknowledged is still sent again after a reconnect. */
  end(): void
  close(): void
  sent(): Sent
}

const packetIds = 65_536
const reconnectMs = 150

/** A device that numbers its readings, keeps at it until each is acknowledged, and connects again whenever it must. */
export function openDevice(options: DeviceOptions): Device {
  const { name, topic, port, login, tellsTime, window, mayTake, onAcknowledged } = options
  const frame = publishFrame(topic, tellsTime)
  /** By packet id; 0 is a free one. */
  const numberOf = new Uint32Array(packetIds)
  const timeOf = new Float64Array(packetIds)
  /** By number, from the first one on. */
  let acknowledged = new Uint8Array(65_536)
  let next = firstNumber
  let lastId = 0
  let lastUtcMs = 0
  let inFlight = 0
  let socket: Socket | undefined
  let isConnected = false
  let isEnding = false
  let isClosed = false
  let timer: NodeJS.Timeout | undefined

  function newId(): number {
    do lastId = lastId === packetIds - 1 ? 1 : lastId + 1
    while (numberOf[lastId] !== 0)
    return lastId
  }

  function pump() {
    if (!isConnected || isEnding || socket === undefined) return
    const count = Math.min(mayTake(window - inFlight), lastNumber - next + 1)
    if (count <= 0) return
    const bytes = Buffer.allocUnsafe(count * frame.length)
    if (tellsTime) lastUtcMs = Math.max(lastUtcMs, Date.now() - 1)
    for (let n = 0; n < count; n++) {
      const id = newId()
      numberOf[id] = next
      // Two readings at one moment of a device would be one reading, delivered twice.
      if (tellsTime) timeOf[id] = ++lastUtcMs
      frame.write(bytes, n * frame.length, next++, id, lastUtcMs, false)
    }
    inFlight += count
    socket.write(bytes)
  }

  function sendAgain(to: Socket) {
    const ids = [...numberOf.keys()].filter((id) => numberOf[id] !== 0)
    ids.sort((a, b) => (numberOf[a] ?? 0) - (numberOf[b] ?? 0))
    const bytes = Buffer.allocUnsafe(ids.length * frame.length)
    for (const [n, id] of ids.entries())
      frame.write(bytes, n * frame.length, numberOf[id] ?? 0, id, timeOf[id] ?? 0, true)
    to.write(bytes)
  }

  function note(id: number) {
    const number = numberOf[id] ?? 0
    if (number === 0) throw new Error(`${name}: an acknowledgement of packet ${id}, which was not sent`)
    numberOf[id] = 0
    inFlight--
    const at = number - firstNumber
    if (at >= acknowledged.length) {
      const longer = new Uint8Array(acknowledged.length * 2)
      longer.set(acknowledged)
      acknowledged = longer
    }
    acknowledged[at] = 1
  }

  function open() {
    const own = connect({ host: '127.0.0.1', port, noDelay: true })
    socket = own
    let noted = 0
    const read = answerReader((kind, low) => {
      if (kind === pubackKind) {
        note(low)
        noted++
      } else if (kind === connackKind && (low & 0xff) === 0) {
        isConnected = true
        if (inFlight > 0) sendAgain(own)
      } else throw new Error(`${name}: the broker answered ${kind} ${low}`)
    })
    own.on('connect', () => own.write(connectFrame(name, login)))
    own.on('data', (chunk) => {
      noted = 0
      read(chunk)
      if (noted > 0) onAcknowledged(noted)
      pump()
    })
    // Brokers and gateways are killed meanwhile: `close` follows, and another attempt.
    own.on('error', () => own.destroy())
    own.on('close', () => {
      isConnected = false
      if (!isClosed) timer = setTimeout(open, reconnectMs)
    })
  }
  open()

  return {
    get inFlight() {
      return inFlight
    },
    get isConnected() {
      return isConnected
    },
    pump,
    end: () => (isEnding = true),
    close() {
      isClosed = true
      clearTimeout(timer)
      socket?.destroy()
    },
    sent: () => ({ device: name, sentTo: next - 1, acknowledged: stretches(acknowledged) }),
  }
}

function stretches(acknowledged: Uint8Array): [number, number][] {
  const found: [number, number][] = []
  for (let at = 0; at < acknowledged.length; at++) {
    if (acknowledged[at] === 0) continue
    const from = at
    while (acknowledged[at + 1] === 1) at++
    found.push([firstNumber + from, firstNumber + at])
  }
  return found
}
