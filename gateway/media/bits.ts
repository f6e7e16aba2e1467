/** Reading bit by bit: fixed lengths and Exp-Golomb numbers (ITU-T H.264 section 9.1, H.265 section 9.2). */

export interface BitReader {
  /** @param count 0 to 32 */
  u(count: number): number
  flag(): boolean
  /** Unsigned Exp-Golomb. @throws RangeError above `max` */
  ue(max?: number): number
  /** Signed Exp-Golomb. */
  se(): number
  skip(count: number): void
}

/** @throws RangeError (each of its functions) behind the end of `bytes` */
export function bitReader(bytes: Uint8Array): BitReader {
  let at = 0
  const bit = (): number => {
    const byte = bytes[at >> 3]
    if (byte === undefined) throw new RangeError('read behind the end')
    const value = (byte >> (7 - (at & 7))) & 1
    at++
    return value
  }
  const u = (count: number): number => {
    let value = 0
    for (let n = 0; n < count; n++) value = value * 2 + bit()
    return value
  }
  const ue = (max = 2 ** 32 - 2): number => {
    let zeros = 0
    while (bit() === 0) if (++zeros > 31) throw new RangeError('a number without an end')
    const value = 2 ** zeros - 1 + u(zeros)
    if (value > max) throw new RangeError(`${value} where at most ${max} is allowed`)
    return value
  }
  return {
    u,
    flag: () => bit() === 1,
    ue,
    se() {
      const value = ue()
      return value % 2 === 1 ? (value + 1) / 2 : -value / 2
    },
    skip(count) {
      if (at + count > bytes.length * 8) throw new RangeError('skipped behind the end')
      at += count
    },
  }
}
