import { useComputed, useSignal } from '@preact/signals'
import { useMemo, useState } from 'preact/hooks'
import type { Rule } from '../../gateway/contract/alert.ts'
import type { Sensor } from '../../gateway/contract/sensor.ts'
import { minutes, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import { nameWithPlace } from '../api/places.ts'
import { formatDateTime, siteTimeZone } from '../i18n/time.ts'
import { t } from '../i18n/language.ts'
import { Empty, Loaded, PageHead } from '../parts/states.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway, useRouter, useSession, useZone } from '../shell/gateway.ts'
import { type ChartAddress, type ChartView, keyText, readChartAddress, writeChartAddress } from './chart-address.ts'
import { ChartBar } from './chart-bar.tsx'
import { ChartData } from './chart-data.tsx'
import { ChartLegend } from './chart-legend.tsx'
import { axesOf, holesOf, limitsOf, type Line } from './chart-lines.ts'
import { nameOf } from './chart-names.ts'
import { ChartNotes, HoleList } from './chart-notes.tsx'
import { pannedRange, zoomedRange } from './chart-range.ts'
import { SeriesChoice } from './series-choice.tsx'
import { Stage } from './stage.tsx'
import { type Histories, useHistories } from './use-histories.ts'
import { usePlotWidth } from './use-plot-width.ts'
import { words } from './words.ts'
import './chart.css'
import './print.css'

const none: readonly Rule[] = []
const noLosses: readonly never[] = []

/** `/sensors/chart?series=a/temp&series=b/temp&span=day` or `&from&to`: several readings over one time. */
export function ChartPage({ sensors }: { sensors: readonly Sensor[] }) {
  const router = useRouter()
  const { api, nowUtcMs } = useGateway()
  const { rulesVersion, places } = useZone()
  const session = useSession()
  const address = readChartAddress(router.location.value.query)
  const [held, setHeld] = useState(false)
  const cursor = useSignal<UtcMs | null>(null)
  const known = address.series.flatMap((key) => {
    const sensor = sensors.find(({ id }) => id === key.sensorId)
    const metric = sensor?.metrics.find((one) => one.key === key.metric)
    return sensor === undefined || metric === undefined ? [] : [{ key, sensor, metric }]
  })
  const missing = address.series.filter((key) => !known.some((one) => keyText(one.key) === keyText(key)))
  const series = known.map(({ key }) => key)
  const { host, widthPx } = usePlotWidth(Math.max(1, axesOf(known.map(({ metric }) => metric)).length))
  const load = useHistories(series, address.view, widthPx, held)
  const rules = useLoad((signal) => api.rules(signal), [rulesVersion.value])
  const minute = useComputed(() => Math.floor(nowUtcMs.value / minutes(1)))
  const ledger = useLoad((signal) => api.ledger(signal), [minute.value])

  const go = (change: Partial<ChartAddress>, replace = false): void => {
    const before = readChartAddress(router.location.peek().query)
    router.navigate(writeChartAddress({ ...before, ...change }, siteTimeZone.peek()), { replace })
  }
  const fixed = (range: UtcRange): ChartView => ({ kind: 'fixed', range })
  const shownRange = (): UtcRange | undefined =>
    address.view.kind === 'fixed' ? address.view.range : load.value?.range
  const zoom = (factor: number, anchorUtcMs: UtcMs | null): void => {
    const range = shownRange()
    if (range === undefined) return
    const middle = (range.fromUtcMs + range.toUtcMs) / 2
    go({ view: fixed(zoomedRange(range, factor, anchorUtcMs ?? middle, nowUtcMs.peek())) })
  }
  const pan = (direction: 1 | -1): void => {
    const range = shownRange()
    if (range !== undefined) go({ view: fixed(pannedRange(range, direction, nowUtcMs.peek())) })
  }
  const limits = useMemo(() => limitsOf(rules.value ?? none, series), [rules.value, series.map(keyText).join(' ')])
  const [only] = known
  const title =
    only === undefined || known.length > 1
      ? words().curves(known.length)
      : nameWithPlace(nameOf(only), places.value.get(only.sensor.areaId))
  return (
    <>
      <a class="back" href="/sensors">
        ← {t().sensors.backToList}
      </a>
      <PageHead title={title} about={words().chartAbout}>
        <SeriesChoice sensors={sensors} chosen={known} choose={(keys) => go({ series: keys }, true)} />
      </PageHead>
      <p class="print-only">{words().printed(session.zoneName, formatDateTime(nowUtcMs.peek()), session.name)}</p>
      {missing.map((key) => (
        <p class="notice" key={keyText(key)}>
          {words().gone(keyText(key))}
        </p>
      ))}
      <ChartBar
        view={address.view}
        range={shownRange() ?? null}
        series={known.map(({ key, sensor }) => ({ ...key, areaId: sensor.areaId }))}
        choose={(view) => go({ view })}
        zoom={(factor) => zoom(factor, null)}
        pan={pan}
      />
      <div class="panel chart-panel" ref={host}>
        {known.length === 0 ? (
          <Empty title={words().none} next={words().noneNext} />
        ) : (
          <Loaded what={t().sensors.history} of={load}>
            {(found) =>
              found.of.size === 0 ? (
                <div class="chart-wait" />
              ) : (
                <Shown
                  found={found}
                  known={known}
                  limits={limits}
                  losses={ledger.value?.losses ?? noLosses}
                  noLedger={ledger.problem !== null}
                  cursor={cursor}
                  go={(range) => go({ view: fixed(range) })}
                  zoom={zoom}
                  pan={pan}
                  hold={setHeld}
                  remove={(key) => go({ series: series.filter((one) => keyText(one) !== key) }, true)}
                />
              )
            }
          </Loaded>
        )}
      </div>
    </>
  )
}

interface ShownProps extends Pick<Parameters<typeof Stage>[0], 'limits' | 'cursor' | 'go' | 'zoom' | 'pan' | 'hold'> {
  readonly found: Histories
  readonly known: readonly Pick<Line, 'sensor' | 'metric'>[]
  readonly losses: Parameters<typeof holesOf>[1]
  readonly noLedger: boolean
  readonly remove: (key: string) => void
}

/** The chart with all that explains it. */
function Shown({ found, known, limits, losses, noLedger, cursor, remove, ...hands }: ShownProps) {
  const { nowUtcMs } = useGateway()
  const { range, of } = found
  const signature = known.map(({ sensor, metric }) => `${sensor.id}/${metric.key} ${metric.name} ${metric.unit}`).join()
  const lines = useMemo(
    () =>
      known.flatMap(({ sensor, metric }, index): Line[] => {
        const key = keyText({ sensorId: sensor.id, metric: metric.key })
        const history = of.get(key)
        return history === undefined ? [] : [{ key, sensor, metric, history, hue: index + 1 }]
      }),
    [of, signature],
  )
  const holes = useMemo(() => holesOf(lines, losses, range, nowUtcMs.peek()), [lines, losses, range])
  const period = words().period(formatDateTime(range.fromUtcMs), formatDateTime(range.toUtcMs))
  return (
    <>
      <p class="chart-period">
        <strong>{period}</strong> <span class="muted screen-only">{words().plotHintShort}</span>
      </p>
      <Stage
        lines={lines}
        range={range}
        limits={limits}
        holes={holes}
        label={words().plot(lines.map(nameOf).join(', '), period)}
        heightPx={360}
        cursor={cursor}
        {...hands}
      />
      <ChartLegend lines={lines} holes={holes} cursor={cursor} remove={remove} />
      <HoleList lines={lines} holes={holes} noLedger={noLedger} />
      <ChartNotes lines={lines} limits={limits} />
      <ChartData lines={lines} range={range} />
    </>
  )
}
