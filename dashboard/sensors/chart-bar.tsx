import { useState } from 'preact/hooks'
import type { UtcRange } from '../../gateway/domain/units.ts'
import { clockParts, formatDateTime, siteTimeZone } from '../i18n/time.ts'
import { spokenMoment } from '../i18n/zone-time.ts'
import { DownloadIcon, PlusIcon } from '../parts/icons.tsx'
import { useGateway } from '../shell/gateway.ts'
import { type ChartView, keyText, type SeriesKey, spanNames } from './chart-address.ts'
import { mostChartMs } from './chart-range.ts'
import { VideoLink } from './video-link.tsx'
import { words } from './words.ts'

interface BarProps {
  readonly view: ChartView
  /** What is shown now; null before anything is. */
  readonly range: UtcRange | null
  readonly series: readonly (SeriesKey & { readonly areaId: string })[]
  readonly choose: (view: ChartView) => void
  readonly zoom: (factor: number) => void
  readonly pan: (direction: 1 | -1) => void
}

/** Which time is shown, and what can be taken along of it. Everything a drag does can be done here too. */
export function ChartBar({ view, range, series, choose, zoom, pan }: BarProps) {
  const { api } = useGateway()
  const [own, setOwn] = useState(false)
  return (
    <div class="chart-bar">
      <fieldset class="switch">
        <legend class="visually-hidden">{words().span}</legend>
        {spanNames.map((span) => (
          <button
            type="button"
            key={span}
            aria-pressed={view.kind === 'live' && view.span === span}
            title={words().liveHint}
            onClick={() => {
              setOwn(false)
              choose({ kind: 'live', span })
            }}
          >
            {words().spans[span]}
          </button>
        ))}
        <button type="button" aria-pressed={view.kind === 'fixed'} aria-expanded={own} onClick={() => setOwn(!own)}>
          {words().own}
        </button>
      </fieldset>
      <div class="chart-moves" role="group" aria-label={words().span}>
        <button
          type="button"
          class="button"
          aria-label={words().earlier}
          title={words().earlier}
          onClick={() => pan(-1)}
        >
          ◀
        </button>
        <button type="button" class="button" aria-label={words().later} title={words().later} onClick={() => pan(1)}>
          ▶
        </button>
        <button
          type="button"
          class="button"
          aria-label={words().zoomIn}
          title={words().zoomIn}
          onClick={() => zoom(0.5)}
        >
          <PlusIcon size={16} />
        </button>
        <button
          type="button"
          class="button"
          aria-label={words().zoomOut}
          title={words().zoomOut}
          onClick={() => zoom(2)}
        >
          −
        </button>
      </div>
      <div class="chart-actions">
        {range === null ? null : <VideoLink class="button" range={range} series={series} />}
        {range === null || series.length === 0 ? null : (
          <a class="button" href={api.readingsHref(series.map(keyText), range)} download>
            <DownloadIcon size={18} /> {words().csv}
          </a>
        )}
        <button type="button" class="button" onClick={() => window.print()}>
          {words().print}
        </button>
      </div>
      {own && range !== null ? (
        <OwnPeriod
          key={`${range.toUtcMs - range.fromUtcMs}`}
          range={range}
          choose={(chosen) => choose({ kind: 'fixed', range: chosen })}
        />
      ) : null}
    </div>
  )
}

/** What was typed as a period of the site's clock, or the sentence that says what is wrong with it. */
export function typedRange(from: string, to: string, nowUtcMs: number, zone: string): UtcRange | string {
  const today = clockParts(nowUtcMs, zone).date
  const fromUtcMs = spokenMoment(from, today, nowUtcMs, zone)
  const toUtcMs = spokenMoment(to, today, nowUtcMs, zone)
  if (fromUtcMs === undefined) return words().wrongFrom
  if (toUtcMs === undefined) return words().wrongTo
  if (toUtcMs <= fromUtcMs) return words().backwards
  return toUtcMs - fromUtcMs > mostChartMs ? words().tooLong : { fromUtcMs, toUtcMs }
}

function OwnPeriod({ range, choose }: { range: UtcRange; choose: (range: UtcRange) => void }) {
  const { nowUtcMs } = useGateway()
  const [typed, setTyped] = useState(() => ({
    from: formatDateTime(range.fromUtcMs),
    to: formatDateTime(range.toUtcMs),
  }))
  const [problem, setProblem] = useState<string | null>(null)
  return (
    <form
      class="own-period"
      onSubmit={(event) => {
        event.preventDefault()
        const found = typedRange(typed.from, typed.to, nowUtcMs.peek(), siteTimeZone.peek())
        setProblem(typeof found === 'string' ? found : null)
        if (typeof found !== 'string') choose(found)
      }}
    >
      {(['from', 'to'] as const).map((end) => (
        <label key={end} class="field">
          <span>
            {words()[end]} <span class="field-hint">{end === 'from' ? words().momentHint : ''}</span>
          </span>
          <input
            name={end}
            required
            autocomplete="off"
            value={typed[end]}
            onInput={(event) => setTyped({ ...typed, [end]: event.currentTarget.value })}
          />
        </label>
      ))}
      <button type="submit" class="button button-main">
        {words().show}
      </button>
      {problem === null ? null : (
        <p class="refusal" role="alert">
          {problem}
        </p>
      )}
    </form>
  )
}
