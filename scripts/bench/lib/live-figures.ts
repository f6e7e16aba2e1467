import { ageStepMs, type FrameCounts } from '../../../test/support/live-page/types.ts'

/** @param part 0..1 @returns NaN of nothing */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
export const median = (values: readonly number[]): number => quantile(values, 0.5)
export const p95 = (values: readonly number[]): number => quantile(values, 0.95)

/** Of a count per step of age: the upper edge of the step in which the part lies. */
export function quantileOfSteps(steps: readonly number[], part: number): number {
  const all = steps.reduce((sum, count) => sum + count, 0)
  if (all === 0) return Number.NaN
  let below = 0
  const at = steps.findIndex((count) => (below += count) >= all * part)
  return (at + 1) * ageStepMs
}

export const sumOfSteps = (many: readonly (readonly number[])[]): number[] =>
  (many[0] ?? []).map((_, step) => many.reduce((sum, steps) => sum + (steps[step] ?? 0), 0))

export const rounded = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits

/** Prints rows of the same fields as a table. */
export function printTable(rows: readonly Readonly<Record<string, string | number>>[]): void {
  const names = Object.keys(rows[0] ?? {})
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? '')))]
  const widths = names.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)))
  for (const line of cells) {
    const padded = line.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
    console.log(padded.join('  ').trimEnd())
  }
}

export function droppedPercent(counts: readonly FrameCounts[]): number {
  const frames = counts.reduce((sum, each) => sum + each.frames, 0)
  const dropped = counts.reduce((sum, each) => sum + each.dropped, 0)
  return frames === 0 ? 0 : (100 * dropped) / frames
}
