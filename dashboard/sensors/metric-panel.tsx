import { useSignal } from '@preact/signals'
import { useMemo, useState } from 'preact/hooks'
import type { Rule } from '../../gateway/contract/alert.ts'
import type { Loss, Metric, Sensor } from '../../gateway/contract/sensor.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { formatNumber, withUnit } from '../i18n/numbers.ts'
import { formatDuration, formatTime, siteTimeZone } from '../i18n/time.ts'
import { Badge } from '../parts/badges.tsx'
import { FootageLink } from '../parts/footage-link.tsx'
import { LiveValue } from '../parts/sensor-values.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { useGateway, useMay, useRouter } from '../shell/gateway.ts'
import { type ChartView, keyText, type SpanName, writeChartAddress } from './chart-address.ts'
import { holesOf, limitsOf, type Line } from './chart-lines.ts'
import { zoomedRange, pannedRange } from './chart-range.ts'
import { words as detailWords } from './detail-words.ts'
import { MetricDialog } from './metric-form.tsx'
import { summary } from './series.ts'
import { Stage } from './stage.tsx'
import { type Histories, useHistories } from './use-histories.ts'
import { usePlotWidth } from './use-plot-width.ts'
import { words as chartWords } from './words.ts'

interface PanelProps {
  readonly sensor: Sensor
  readonly metric: Metric
  readonly span: SpanName
  readonly rules: readonly Rule[]
  readonly losses: readonly Loss[]
}

/** One metric of a sensor: what it says now, what it is, and its curve. */
export function MetricPanel({ sensor, metric, span, rules, losses }: PanelProps) {
  const mayConfigure = useMay('configure')
  const [editing, setEditing] = useState(false)
  const [held, setHeld] = useState(false)
  const { host, widthPx } = usePlotWidth(1)
  const key = { sensorId: sensor.id, metric: metric.key }
  const view: ChartView = { kind: 'live', span }
  const load = useHistories([key], view, widthPx, held)
  const facts = [
    ...(metric.sourceUnit === null || metric.sourceUnit === metric.unit ? [] : [detailWords().from(metric.sourceUnit)]),
    ...(metric.periodMs === null ? [] : [detailWords().every(formatDuration(metric.periodMs))]),
  ]
  return (
    <section class="panel metric" aria-label={metric.name}>
      <header class="metric-head">
        <h2>
          {metric.name}
          {metric.guessed ? (
            <>
              {' '}
              <Badge tone="unknown" title={detailWords().guessedHint}>
                {`? ${detailWords().guessed}`}
              </Badge>
            </>
          ) : null}
          <span class="head-about">{facts.join(' · ')}</span>
        </h2>
        {mayConfigure ? (
          <button
            type="button"
            class="button button-small button-plain"
            aria-label={`${detailWords().correct}: ${metric.name}`}
            onClick={() => setEditing(true)}
          >
            {detailWords().correct}
          </button>
        ) : null}
        <span class="metric-now">
          <LiveValue sensor={sensor} metric={metric} headed />
        </span>
      </header>
      <div ref={host}>
        <Loaded what={t().sensors.history} of={load}>
          {(found) => (
            <Curve
              found={found}
              sensor={sensor}
              metric={metric}
              span={span}
              rules={rules}
              losses={losses}
              hold={setHeld}
            />
          )}
        </Loaded>
      </div>
      {editing ? <MetricDialog sensor={sensor} metric={metric} onClose={() => setEditing(false)} /> : null}
    </section>
  )
}

interface CurveProps extends PanelProps {
  readonly found: Histories
  readonly hold: (held: boolean) => void
}

function Curve({ found, sensor, metric, span, rules, losses, hold }: CurveProps) {
  const { nowUtcMs } = useGateway()
  const router = useRouter()
  const mayReview = useMay('review')
  const cursor = useSignal<UtcMs | null>(null)
  const key = { sensorId: sensor.id, metric: metric.key }
  const { range, of } = found
  const history = of.get(keyText(key))
  const lines = useMemo((): Line[] => {
    return history === undefined ? [] : [{ key: keyText(key), sensor, metric, history, hue: 1 }]
  }, [history, metric.unit, metric.name])
  const limits = useMemo(() => limitsOf(rules, [key]), [rules, sensor.id, metric.key])
  const holes = useMemo(() => holesOf(lines, losses, range, nowUtcMs.peek()), [lines, losses, range])
  const told = history === undefined ? null : summary(history.buckets)
  const address = (view: ChartView): string => writeChartAddress({ series: [key], view }, siteTimeZone.peek())
  if (history === undefined) return <div class="chart-wait" />
  if (told === null) return <Empty title={t().sensors.noReadings} next={t().sensors.noReadingsNext} />
  const say = (value: number): string => withUnit(formatNumber(value), metric.unit)
  const fixed = (shown: typeof range): void => router.navigate(address({ kind: 'fixed', range: shown }))
  const sentence = t().sensors.chartSummary(say(told.min), say(told.max), say(told.mean))
  return (
    <>
      <Stage
        lines={lines}
        range={range}
        limits={limits}
        holes={holes}
        label={`${t().sensors.chart(metric.name, chartWords().spans[span])}: ${sentence}`}
        heightPx={240}
        cursor={cursor}
        go={fixed}
        zoom={(factor, anchorUtcMs) =>
          fixed(zoomedRange(range, factor, anchorUtcMs ?? (range.fromUtcMs + range.toUtcMs) / 2, nowUtcMs.peek()))
        }
        pan={(direction) => fixed(pannedRange(range, direction, nowUtcMs.peek()))}
        hold={hold}
      />
      <footer class="section-head muted">
        <span>
          {sentence} · {t().sensors.asOf(formatTime(range.toUtcMs, nowUtcMs.peek()))}
        </span>
        <span class="metric-links">
          <a href={address({ kind: 'live', span })} title={chartWords().compareHint}>
            {chartWords().compare}
          </a>
          {mayReview ? <FootageLink areaId={sensor.areaId} utcMs={(range.fromUtcMs + range.toUtcMs) / 2} /> : null}
        </span>
      </footer>
    </>
  )
}
