/**
 * Watches the bytes of one MQTT connection: each packet begins with a type byte and its remaining length, 1 to 4 bytes of 7 bits.
 * @returns a function that takes the next bytes and says whether every packet so far is at most `maxBytes` long
 */
export function packetMeter(maxBytes: number): (chunk: Uint8Array) => boolean {
  let left = 0
  let length = 0
  let lengthBytes = 0
  let part: 'type' | 'length' | 'body' = 'type'

  return (chunk) => {
    let at = 0
    while (at < chunk.byteLength) {
      if (part === 'body') {
        const step = Math.min(left, chunk.byteLength - at)
        left -= step
        at += step
      } else if (part === 'type') {
        part = 'length'
        length = 0
        lengthBytes = 0
        at++
        continue
      } else {
        const byte = chunk[at++] ?? 0
        length += (byte & 0x7f) * 128 ** lengthBytes++
        if (length > maxBytes || lengthBytes > 4) return false
        if ((byte & 0x80) !== 0) continue
        left = length
        part = 'body'
      }
      if (left === 0) part = 'type'
    }
    return true
  }
}
