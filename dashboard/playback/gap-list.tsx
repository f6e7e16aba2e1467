import type { Span } from '../../gateway/contract/camera.ts'
import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { formatDateTime, formatDuration } from '../i18n/time.ts'
import { gapTone } from './draw.ts'
import { recordedMs } from './spans.ts'
import { reasonWord } from './timeline.tsx'
import { words } from './words.ts'

const most = 50

/** The gaps of the period shown, in words; the timeline's colours say the same. */
export function GapList({
  spans,
  range,
  play,
}: {
  spans: readonly Span[]
  range: UtcRange
  play: (utcMs: UtcMs) => void
}) {
  const inside = spans.filter((span) => span.endUtcMs > range.fromUtcMs && span.startUtcMs < range.toUtcMs)
  const gaps = inside.filter((span) => span.kind === 'gap').toReversed()
  const filmedMs = recordedMs(inside, range)
  const expectedMs =
    filmedMs +
    recordedMs(
      gaps.map((gap) => ({ ...gap, kind: 'recorded' })),
      range,
    )
  // Rounded down: 99.99 % is not complete.
  const percent = expectedMs === 0 ? null : (Math.floor((filmedMs / expectedMs) * 10_000) / 100).toFixed(2)
  return (
    <section class="section" aria-label={words().gaps}>
      <div class="section-head">
        <h2>{words().gaps}</h2>
        <p class="muted">
          {words().gapsIn(formatDateTime(range.fromUtcMs), formatDateTime(range.toUtcMs))}
          {percent === null ? null : <span title={words().coverageHint}> · {words().coverage(percent)}</span>}
        </p>
      </div>
      {gaps.length === 0 ? <p class="muted">{words().noGaps}</p> : null}
      {gaps.length > most ? <p class="muted">{words().manyGaps(most)}</p> : null}
      {gaps.length === 0 ? null : (
        <div class="gap-table panel">
          <table class="table">
            <thead>
              <tr>
                <th>{words().gapReason}</th>
                <th>{words().gapFrom}</th>
                <th>{words().gapTo}</th>
                <th>{words().gapLength}</th>
                <th>{words().gapTodo}</th>
                <th>
                  <span class="visually-hidden">{words().afterGap}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {gaps.slice(0, most).map((gap) => (
                <tr key={gap.startUtcMs} data-reason={gap.reason}>
                  <td>
                    <span class={`gap-mark gap-${gapTone(gap.reason)}`} aria-hidden="true" /> {reasonWord(gap)}
                  </td>
                  <td>{formatDateTime(gap.startUtcMs)}</td>
                  <td>{formatDateTime(gap.endUtcMs)}</td>
                  <td>{formatDuration(gap.endUtcMs - gap.startUtcMs)}</td>
                  <td class="muted">{gap.reason === undefined ? '' : t().reasons[gap.reason].todo}</td>
                  <td>
                    <button type="button" class="button button-small button-plain" onClick={() => play(gap.endUtcMs)}>
                      {words().afterGap}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}
