/**
 * What a small grey plane of a picture says: pure arithmetic on 160 x 90 bytes, full range, rows from the top. Every camera's picture
 * is brought to this size, whatever its shape, so that thresholds mean the same everywhere.
 */
export const planeWidth = 160
export const planeHeight = 90
export const planeBytes = planeWidth * planeHeight

/** Sides of the blocks: 16 x 9 of them for texture, 20 x 11 for change (two rows at the bottom are left out). */
const textureSide = 10
const changeSide = 8
export const textureBlocks = (planeWidth / textureSide) * (planeHeight / textureSide)

/** How light a picture is. A clock in the corner or a lamp covers less than a tenth, so percentiles look past it. */
export interface Brightness {
  readonly mean: number
  /** 10 % of the picture is darker. */
  readonly p10: number
  /** 90 % of the picture is darker. */
  readonly p90: number
}

export function brightnessOf(plane: Uint8Array): Brightness {
  const counts = new Uint32Array(256)
  let sum = 0
  for (const value of plane) {
    counts[value] = (counts[value] ?? 0) + 1
    sum += value
  }
  const percentile = (share: number) => {
    let left = plane.length * share
    for (let value = 0; value < 256; value++) {
      left -= counts[value] ?? 0
      if (left < 0) return value
    }
    return 255
  }
  return { mean: sum / plane.length, p10: percentile(0.1), p90: percentile(0.9) }
}

/**
 * Fine detail by block, in proportion to the brightness: dimmed light leaves it as it is, a hand before the lens or grease on it does not.
 * @returns 16 x 9 numbers, mean difference of a point to its four neighbours in percent of the picture's mean
 */
export function textureOf(plane: Uint8Array, { mean }: Brightness): number[] {
  const across = planeWidth / textureSide
  const sums = Array.from({ length: textureBlocks }, () => 0)
  for (let y = 1; y < planeHeight - 1; y++) {
    const row = Math.floor(y / textureSide) * across
    for (let x = 1; x < planeWidth - 1; x++) {
      const at = y * planeWidth + x
      const beside = (plane[at - 1] ?? 0) + (plane[at + 1] ?? 0)
      const above = (plane[at - planeWidth] ?? 0) + (plane[at + planeWidth] ?? 0)
      const block = row + Math.floor(x / textureSide)
      sums[block] = (sums[block] ?? 0) + Math.abs(4 * (plane[at] ?? 0) - beside - above)
    }
  }
  // The constant keeps the noise of a dark picture from looking like detail.
  const unit = 100 / (textureSide * textureSide * (mean + 16))
  return sums.map((sum) => sum * unit)
}

/** The largest change of any block between two planes, in grey levels: the clock in the corner alone is a change. */
export function changeOf(before: Uint8Array, after: Uint8Array): number {
  let largest = 0
  for (let top = 0; top + changeSide <= planeHeight; top += changeSide)
    for (let left = 0; left + changeSide <= planeWidth; left += changeSide) {
      let sum = 0
      for (let y = top; y < top + changeSide; y++)
        for (let at = y * planeWidth + left, end = at + changeSide; at < end; at++)
          sum += Math.abs((before[at] ?? 0) - (after[at] ?? 0))
      if (sum > largest) largest = sum
    }
  return largest / (changeSide * changeSide)
}
