import type { Span } from '../../gateway/contract/camera.ts'
import type { PlannedOff } from '../../gateway/contract/footage.ts'
import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { formatDateTime, formatDuration, siteTimeZone } from '../i18n/time.ts'
import { Loaded } from '../parts/states.tsx'
import { Table } from '../parts/table.tsx'
import { useLoad } from '../parts/use-load.ts'
import { toRfc3339 } from '../i18n/zone-time.ts'
import { useGateway, useMay } from '../shell/gateway.ts'
import { words } from './words.ts'

const most = 20

/** Playback of one camera at a moment, written with the site's offset, as it stands in a case file. */
export const playHref = (cameraId: string, utcMs: UtcMs, timeZone: string): string =>
  `/playback?camera=${encodeURIComponent(cameraId)}&t=${encodeURIComponent(toRfc3339(utcMs, timeZone)).replaceAll('%3A', ':')}`

/** The gaps inside a range, cut to it, in order. */
export const gapsIn = (spans: readonly Span[], { fromUtcMs, toUtcMs }: UtcRange): Span[] =>
  spans
    .filter(({ kind, startUtcMs, endUtcMs }) => kind === 'gap' && endUtcMs > fromUtcMs && startUtcMs < toUtcMs)
    .map((span) => ({
      ...span,
      startUtcMs: Math.max(span.startUtcMs, fromUtcMs),
      endUtcMs: Math.min(span.endUtcMs, toUtcMs),
    }))

interface CameraGapsProps {
  readonly cameraId: string
  readonly range: UtcRange
  readonly hasGaps: boolean
  readonly hasPlans: boolean
}

/** Each gap of a camera with its reason and a way to look at it, and what was planned. */
export function CameraGaps({ cameraId, range, hasGaps, hasPlans }: CameraGapsProps) {
  const { api } = useGateway()
  const load = useLoad(
    async (signal) => {
      const [spans, plans] = await Promise.all([
        hasGaps ? api.spans(cameraId, range, signal) : [],
        hasPlans ? api.plannedOff(cameraId, signal) : [],
      ])
      return { gaps: gapsIn(spans, range), plans: plansIn(plans, range) }
    },
    [cameraId, range.fromUtcMs, hasGaps, hasPlans],
  )
  if (!hasGaps && !hasPlans) return null
  return (
    <Loaded what={words().gaps} of={load}>
      {({ gaps, plans }) => (
        <>
          {plans.length === 0 ? null : (
            <section>
              <h3>{words().plans}</h3>
              <ul>
                {plans.map((plan) => (
                  <li key={plan.id}>
                    {words().planFrom(formatDateTime(plan.fromUtcMs), formatDateTime(plan.toUtcMs), plan.reason)}
                  </li>
                ))}
              </ul>
            </section>
          )}
          {gaps.length === 0 ? null : <Gaps cameraId={cameraId} gaps={gaps} />}
        </>
      )}
    </Loaded>
  )
}

const plansIn = (plans: readonly PlannedOff[], { fromUtcMs, toUtcMs }: UtcRange): PlannedOff[] =>
  plans.filter((plan) => plan.toUtcMs > fromUtcMs && plan.fromUtcMs < toUtcMs && plan.fromUtcMs < plan.toUtcMs)

function Gaps({ cameraId, gaps }: { cameraId: string; gaps: readonly Span[] }) {
  const mayReview = useMay('review')
  const zone = siteTimeZone.value
  const [first] = gaps
  return (
    <section class="cell-gaps">
      <div class="section-head">
        <h3>
          {words().gaps} <span class="head-about">{gaps.length}</span>
        </h3>
        {mayReview && first !== undefined ? (
          <a class="button" href={playHref(cameraId, first.startUtcMs, zone)}>
            {words().firstGap}
          </a>
        ) : null}
      </div>
      {gaps.length > most ? <p class="muted">{words().moreGaps(most)}</p> : null}
      <Table label={words().gaps}>
        <tbody>
          {gaps.slice(0, most).map((gap) => (
            <tr key={gap.startUtcMs}>
              <th scope="row">{gap.reason === undefined ? t().unknown : t().reasons[gap.reason].what}</th>
              <td>
                {mayReview ? (
                  <a
                    href={playHref(cameraId, gap.startUtcMs, zone)}
                    aria-label={words().gapPlay(formatDateTime(gap.startUtcMs))}
                  >
                    {formatDateTime(gap.startUtcMs)}
                  </a>
                ) : (
                  formatDateTime(gap.startUtcMs)
                )}
              </td>
              <td class="nowrap">{formatDuration(gap.endUtcMs - gap.startUtcMs)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  )
}
