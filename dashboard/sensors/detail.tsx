import { useState } from 'preact/hooks'
import type { Rule } from '../../gateway/contract/alert.ts'
import type { Metric, Sensor } from '../../gateway/contract/sensor.ts'
import { days, hours, type Millis } from '../../gateway/domain/units.ts'
import { placeName } from '../api/places.ts'
import { t } from '../i18n/language.ts'
import { formatNumber, withUnit } from '../i18n/numbers.ts'
import { formatTime } from '../i18n/time.ts'
import { Empty, Loaded, PageHead } from '../parts/states.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway, useMay, useZone } from '../shell/gateway.ts'
import { Chart } from './chart.tsx'
import { FootageLink } from '../parts/footage-link.tsx'
import { LiveValue, SensorStatus } from '../parts/sensor-values.tsx'
import { summary } from './series.ts'

type RangeName = 'hour' | 'sixHours' | 'day' | 'week'
const lengths: Record<RangeName, Millis> = { hour: hours(1), sixHours: hours(6), day: days(1), week: days(7) }
const rangeNames: readonly RangeName[] = ['hour', 'sixHours', 'day', 'week']

/** One sensor: what it says now, and a chart for each of its metrics. */
export function SensorDetail({ sensor }: { sensor: Sensor }) {
  const { api } = useGateway()
  const { places, rulesVersion } = useZone()
  const [range, setRange] = useState<RangeName>('hour')
  const rules = useLoad((signal) => api.rules(signal), [rulesVersion.value])
  const words = t().sensors
  return (
    <>
      <a class="back" href="/sensors">
        ← {words.backToList}
      </a>
      <PageHead
        title={sensor.name}
        about={`${placeName(places.value.get(sensor.areaId))} · ${words.source[sensor.source]}`}
      >
        <SensorStatus status={sensor.status} />
        <fieldset class="switch">
          <legend class="visually-hidden">{words.range}</legend>
          {rangeNames.map((name) => (
            <button type="button" key={name} aria-pressed={name === range} onClick={() => setRange(name)}>
              {words.ranges[name]}
            </button>
          ))}
        </fieldset>
      </PageHead>
      {sensor.metrics.map((metric) => (
        <MetricPanel key={metric.key} sensor={sensor} metric={metric} range={range} rules={rules.value ?? none} />
      ))}
    </>
  )
}

const none: readonly Rule[] = []

interface PanelProps {
  readonly sensor: Sensor
  readonly metric: Metric
  readonly range: RangeName
  readonly rules: readonly Rule[]
}

function MetricPanel({ sensor, metric, range, rules }: PanelProps) {
  const { api, nowUtcMs } = useGateway()
  const mayReview = useMay('review')
  const minute = Math.floor(nowUtcMs.value / 60_000)
  const load = useLoad(
    async (signal) => {
      const toUtcMs = nowUtcMs.peek()
      const wanted = { fromUtcMs: toUtcMs - lengths[range], toUtcMs }
      return { wanted, history: await api.history(sensor.id, metric.key, wanted, 900, signal) }
    },
    [sensor.id, metric.key, range, minute],
  )
  const own = rules.filter((rule) => rule.enabled && rule.sensorId === sensor.id && rule.metric === metric.key)
  const words = t().sensors
  return (
    <section class="panel metric" aria-label={metric.name}>
      <header class="section-head">
        <h2>{metric.name}</h2>
        <span class="metric-now">
          <LiveValue sensor={sensor} metric={metric} headed />
        </span>
      </header>
      <Loaded what={words.history} of={load}>
        {({ history, wanted }) => {
          const told = summary(history.buckets)
          if (told === null) return <Empty title={words.noReadings} next={words.noReadingsNext} />
          const say = (value: number): string => withUnit(formatNumber(value), metric.unit)
          return (
            <>
              <Chart
                history={history}
                range={wanted}
                rules={own}
                label={`${words.chart(metric.name, words.ranges[range])}: ${words.chartSummary(say(told.min), say(told.max), say(told.mean))}`}
                theme={document.documentElement.dataset.theme ?? 'light'}
              />
              <footer class="section-head muted">
                <span>
                  {words.chartSummary(say(told.min), say(told.max), say(told.mean))} ·{' '}
                  {words.asOf(formatTime(wanted.toUtcMs, nowUtcMs.peek()))}
                </span>
                {mayReview ? <FootageLink areaId={sensor.areaId} utcMs={wanted.toUtcMs - lengths[range] / 2} /> : null}
              </footer>
            </>
          )
        }}
      </Loaded>
    </section>
  )
}
