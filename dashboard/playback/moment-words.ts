import type { Span } from '../../gateway/contract/camera.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import type { GapReason } from '../../gateway/domain/words.ts'
import { t } from '../i18n/language.ts'
import type { Track } from './lane-data.ts'
import { type Known, knownAt } from './why.ts'
import { words } from './words.ts'

export const reasonWord = (reason: GapReason | undefined): string =>
  reason === undefined ? t().unknown : t().reasons[reason].what

export const gapWord = (span: Span): string => reasonWord(span.reason)

/** What is known of a moment, in words. */
export function knownWord(known: Known): string {
  if (known.kind === 'gap') return words().gapIs(reasonWord(known.reason))
  if (known.kind === 'planned-off') return words().plannedOff(known.reason)
  return words().known[known.kind]
}

/** The same of a camera at a moment. */
export const wordAt = (track: Track | undefined, utcMs: UtcMs): string =>
  track === undefined ? words().known.unknown : knownWord(knownAt(track.spans, track.ground, utcMs))
