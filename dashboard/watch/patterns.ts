import type { Millis } from '../../gateway/domain/units.ts'

/** What can be heard: a critical alert, a warning, and that the gateway is away. */
export const patterns = ['critical', 'warning', 'lost'] as const
export type Pattern = (typeof patterns)[number]

/** One tone; `atMs` counts from the start of its pattern. */
export interface Note {
  readonly atMs: Millis
  readonly lengthMs: Millis
  readonly hz: number
  /** 0 to 1. */
  readonly loudness: number
  readonly wave: 'sine' | 'square' | 'triangle'
}

const run = (wave: Note['wave'], loudness: number, lengthMs: Millis, everyMs: Millis, tones: readonly number[]) =>
  tones.map((hz, index): Note => ({ atMs: index * everyMs, lengthMs, hz, loudness, wave }))

/** Told apart by rhythm, pitch and colour of tone alone: fast and to and fro; two soft steps up; three long steps down. */
export const notesOf: Readonly<Record<Pattern, readonly Note[]>> = {
  critical: run('square', 0.22, 150, 180, [932, 698, 932, 698, 932, 698]),
  warning: run('sine', 0.5, 260, 300, [523, 784]),
  lost: run('triangle', 0.6, 420, 520, [392, 294, 196]),
}

export const lengthOf = (pattern: Pattern): Millis =>
  Math.max(...notesOf[pattern].map(({ atMs, lengthMs }) => atMs + lengthMs))
