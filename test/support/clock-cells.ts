/** The clock in the pictures of clock-rtsp.py: one row of square cells over the whole width, black 0 and white 1. Pure: it also runs in the page. */
export const cellCount = 40
const timeBits = 32
const period = 2 ** timeBits

/** A level this near the middle of black and white is no answer. */
const leastContrast = 60

/** @returns the cells of a moment, as clock-rtsp.py draws them */
export function cellsOf(utcMs: number): boolean[] {
  const time = utcMs % period
  const bits = time.toString(2).padStart(timeBits, '0') + checksumOf(time).toString(2).padStart(8, '0')
  return Array.from(bits, (bit) => bit === '1')
}

/**
 * @param levels brightness of each cell, 0..255
 * @param nearUtcMs a moment less than three weeks from the shown one
 * @returns the shown UTC milliseconds, or undefined when the cells are blurred or their checksum is wrong
 */
export function readCells(levels: readonly number[], nearUtcMs: number): number | undefined {
  if (levels.length !== cellCount) return undefined
  const [darkest, brightest] = [Math.min(...levels), Math.max(...levels)]
  const middle = (darkest + brightest) / 2
  if (brightest - darkest < 2 * leastContrast) return undefined
  if (levels.some((level) => Math.abs(level - middle) < leastContrast / 2)) return undefined
  const bits = levels.map((level) => (level > middle ? '1' : '0')).join('')
  const time = Number.parseInt(bits.slice(0, timeBits), 2)
  if (checksumOf(time) !== Number.parseInt(bits.slice(timeBits), 2)) return undefined
  const around = nearUtcMs - (nearUtcMs % period) + time
  const candidates = [around - period, around, around + period]
  return candidates.reduce((best, each) => (Math.abs(each - nearUtcMs) < Math.abs(best - nearUtcMs) ? each : best))
}

function checksumOf(time: number): number {
  const byte = (shift: number) => Math.floor(time / 2 ** shift) % 256
  return (byte(24) + 3 * byte(16) + 5 * byte(8) + 7 * byte(0) + 90) % 256
}
