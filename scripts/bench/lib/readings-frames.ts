/**
 * MQTT 3.1.1 as a load generator needs it: a few kinds of packets, written by hand and in place (MQTT 3.1.1, chapter 3). A general codec would
 * cost more than the broker that is measured.
 */

/** Numbers are written with as many digits, so that every message of a device has the same length. */
export const firstNumber = 1_000_000
export const lastNumber = 9_999_999
const numberDigits = 7
const timeDigits = 13

/** What begins every packet: kind and flags. */
export const connackKind = 0x20
export const pubackKind = 0x40
const publishQos1 = 0x32
const duplicateFlag = 0x08

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function remainingLength(length: number): Buffer {
  const bytes: number[] = []
  let rest = length
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low | 0x80 : low)
  } while (rest > 0)
  return Buffer.from(bytes)
}

const packet = (kind: number, body: Buffer) => Buffer.concat([Buffer.from([kind]), remainingLength(body.length), body])

export interface Login {
  readonly user: string
  readonly password: string
}

/** A clean session without keep-alive. */
export function connectFrame(clientId: string, login?: Login): Buffer {
  const flags = login === undefined ? 0x02 : 0xc2
  const head = Buffer.concat([text('MQTT'), Buffer.from([4, flags, 0, 0])])
  const credentials = login === undefined ? [] : [text(login.user), text(login.password)]
  return packet(0x10, Buffer.concat([head, text(clientId), ...credentials]))
}

/** Any message with QoS 1, also one that no client would send. */
export function publishPacket(
  topic: Uint8Array,
  payload: Uint8Array,
  { id, retain = false }: { id: number; retain?: boolean },
): Buffer {
  const lengths = Buffer.alloc(4)
  lengths.writeUInt16BE(topic.length)
  lengths.writeUInt16BE(id, 2)
  const body = Buffer.concat([lengths.subarray(0, 2), topic, lengths.subarray(2), payload])
  return packet(publishQos1 | (retain ? 1 : 0), body)
}

export interface PublishFrame {
  readonly length: number
  /**
   * Writes one whole packet.
   * @param utcMs the device's time; 0 with a frame that tells none
   */
  write(into: Buffer, at: number, number: number, packetId: number, utcMs: number, isAgain: boolean): void
}

/** QoS 1, `{"value":1000000}`, with `tellsTime` also `"ts"` in milliseconds. */
export function publishFrame(topic: string, tellsTime: boolean): PublishFrame {
  const payload = `{"value":${'0'.repeat(numberDigits)}${tellsTime ? `,"ts":${'0'.repeat(timeDigits)}` : ''}}`
  const model = packet(publishQos1, Buffer.concat([text(topic), Buffer.alloc(2), Buffer.from(payload)]))
  const payloadAt = model.length - payload.length
  const numberAt = payloadAt + payload.indexOf('0')
  const timeAt = payloadAt + payload.lastIndexOf(':') + 1
  return {
    length: model.length,
    write(into, at, number, packetId, utcMs, isAgain) {
      model.copy(into, at)
      if (isAgain) into[at] = publishQos1 | duplicateFlag
      into.writeUInt16BE(packetId, at + payloadAt - 2)
      writeDigits(into, at + numberAt, numberDigits, number)
      if (tellsTime) writeDigits(into, at + timeAt, timeDigits, utcMs)
    },
  }
}

function writeDigits(into: Buffer, at: number, digits: number, value: number) {
  let rest = value
  for (let place = at + digits - 1; place >= at; place--) {
    const tens = Math.floor(rest / 10)
    into[place] = 0x30 + (rest - tens * 10)
    rest = tens
  }
}

/**
 * Reads what a broker answers to a publisher: CONNACK and PUBACK, four bytes each. `low` is the packet id, or session flag and return code.
 * @returns a function that takes the bytes as they come
 */
export function answerReader(onAnswer: (kind: number, low: number) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    for (; at + 4 <= bytes.length; at += 4) onAnswer(bytes.readUInt8(at), bytes.readUInt16BE(at + 2))
    rest = bytes.subarray(at)
  }
}
