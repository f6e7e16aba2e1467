import type { Span } from '../../gateway/contract/camera.ts'
import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { formatDateTime, formatDuration } from '../i18n/time.ts'
import { Table } from '../parts/table.tsx'
import type { Track } from './lane-data.ts'
import { gapWord } from './moment-words.ts'
import { gapTone } from './paint.ts'
import { recordedMs } from './spans.ts'
import { words } from './words.ts'

const most = 50

interface GapListProps {
  readonly tracks: readonly Track[]
  readonly range: UtcRange
  readonly play: (utcMs: UtcMs) => void
}

/** The gaps of the period shown, in words; the timeline's colours say the same. */
export function GapList({ tracks, range, play }: GapListProps) {
  const gaps = tracks
    .flatMap(({ camera, spans }) => gapsIn(spans, range).map((gap) => ({ camera, gap })))
    .sort((a, b) => b.gap.startUtcMs - a.gap.startUtcMs)
  if (gaps.length === 0) return <p class="muted">{words().noGaps}</p>
  return (
    <>
      {gaps.length > most ? <p class="muted">{words().manyGaps(most)}</p> : null}
      <Table label={words().gaps}>
        <thead>
          <tr>
            <th>{words().gapReason}</th>
            {tracks.length > 1 ? <th>{words().gapCamera}</th> : null}
            <th>{words().gapFrom}</th>
            <th>{words().gapTo}</th>
            <th>{words().gapLength}</th>
            <th class="wide-only">{words().gapTodo}</th>
            <th>
              <span class="visually-hidden">{words().afterGap}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {gaps.slice(0, most).map(({ camera, gap }) => (
            <tr key={`${camera.id} ${gap.startUtcMs}`} data-reason={gap.reason}>
              <th scope="row">
                <span class={`gap-mark gap-${gapTone(gap.reason)}`} aria-hidden="true" /> {gapWord(gap)}
              </th>
              {tracks.length > 1 ? <td>{camera.name}</td> : null}
              <td data-label={words().gapFrom}>{formatDateTime(gap.startUtcMs)}</td>
              <td data-label={words().gapTo}>{formatDateTime(gap.endUtcMs)}</td>
              <td>{formatDuration(gap.endUtcMs - gap.startUtcMs)}</td>
              <td class="muted wide-only">{gap.reason === undefined ? '' : t().reasons[gap.reason].todo}</td>
              <td class="row-actions">
                <button type="button" class="button button-small button-plain" onClick={() => play(gap.endUtcMs)}>
                  {words().afterGap}
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}

const gapsIn = (spans: readonly Span[], { fromUtcMs, toUtcMs }: UtcRange): Span[] =>
  spans.filter((span) => span.kind === 'gap' && span.endUtcMs > fromUtcMs && span.startUtcMs < toUtcMs)

/** Recorded share of what should have been recorded, in hundredths of a percent, rounded down: 99.99 % is not complete. */
export function completeness(tracks: readonly Track[], range: UtcRange): string | null {
  let [filmedMs, missingMs] = [0, 0]
  for (const { spans } of tracks) {
    filmedMs += recordedMs(spans, range)
    const gaps = gapsIn(spans, range).map((gap) => ({ ...gap, kind: 'recorded' as const }))
    missingMs += recordedMs(gaps, range)
  }
  if (filmedMs + missingMs === 0) return null
  return (Math.floor((filmedMs / (filmedMs + missingMs)) * 10_000) / 100).toFixed(2)
}
