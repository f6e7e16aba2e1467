import { days, hours, type Millis, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import { toRfc3339 } from '../i18n/zone-time.ts'

/** One metric of one sensor. */
export interface SeriesKey {
  readonly sensorId: string
  readonly metric: string
}

export const mostSeries = 8

/** `sensor/metric`, as the gateway names it too; an id has no slash, a metric may. */
export const keyText = ({ sensorId, metric }: SeriesKey): string => `${sensorId}/${metric}`

function readKey(text: string): SeriesKey | undefined {
  const at = text.indexOf('/')
  return at < 1 || at === text.length - 1 ? undefined : { sensorId: text.slice(0, at), metric: text.slice(at + 1) }
}

export const spans = {
  hour: hours(1),
  sixHours: hours(6),
  day: days(1),
  week: days(7),
  month: days(30),
  year: days(365),
} as const satisfies Record<string, Millis>
export type SpanName = keyof typeof spans
export const spanNames = Object.keys(spans) as readonly SpanName[]
const isSpan = (name: string | null): name is SpanName => name !== null && Object.hasOwn(spans, name)

/** The last hour and so on, which follows the clock; or a period that stays. */
export type ChartView =
  | { readonly kind: 'live'; readonly span: SpanName }
  | { readonly kind: 'fixed'; readonly range: UtcRange }

export interface ChartAddress {
  readonly series: readonly SeriesKey[]
  readonly view: ChartView
}

/** Reads `?series=a/temp&series=b/temp` with `&span=day`, or `&from=RFC3339&to=RFC3339`. What makes no sense is as if it were not there. */
export function readChartAddress(query: URLSearchParams): ChartAddress {
  const series = [...new Set(query.getAll('series'))].flatMap((text) => readKey(text) ?? []).slice(0, mostSeries)
  const [fromUtcMs, toUtcMs] = [moment(query.get('from')), moment(query.get('to'))]
  if (fromUtcMs !== undefined && toUtcMs !== undefined && fromUtcMs < toUtcMs)
    return { series, view: { kind: 'fixed', range: { fromUtcMs, toUtcMs } } }
  const span = query.get('span')
  return { series, view: { kind: 'live', span: isSpan(span) ? span : 'day' } }
}

/** A `+` that arrived as a space is understood. */
function moment(text: string | null): UtcMs | undefined {
  const utcMs = Date.parse((text ?? '').replace(/ (\d\d:\d\d)$/, '+$1'))
  return Number.isNaN(utcMs) ? undefined : utcMs
}

/** The address that says the same; times show the site's own clock, so that it can stand in a case file. */
export function writeChartAddress({ series, view }: ChartAddress, timeZone: string): string {
  const parts = series.map((key) => `series=${escaped(keyText(key))}`)
  if (view.kind === 'live') parts.push(`span=${view.span}`)
  else {
    const at = (utcMs: UtcMs): string => escaped(toRfc3339(utcMs, timeZone))
    parts.push(`from=${at(view.range.fromUtcMs)}`, `to=${at(view.range.toUtcMs)}`)
  }
  return `/sensors/chart?${parts.join('&')}`
}

/** Slashes and colons may stand in a query as they are. */
const escaped = (value: string): string => encodeURIComponent(value).replaceAll('%2F', '/').replaceAll('%3A', ':')
