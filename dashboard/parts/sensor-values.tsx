import type { Alert } from '../../gateway/contract/alert.ts'
import type { Metric, Sensor } from '../../gateway/contract/sensor.ts'
import { t } from '../i18n/language.ts'
import { formatValue } from '../i18n/numbers.ts'
import { useZone } from '../shell/gateway.ts'
import { StatusDot, type Tone } from './badges.tsx'

const tones: Record<Sensor['status'], Tone> = { online: 'calm', silent: 'warn', unknown: 'unknown' }

export function SensorStatus({ status }: { status: Sensor['status'] }) {
  return <StatusDot tone={tones[status]}>{t().sensorStatus[status]}</StatusDot>
}

const alertOf = (alerts: readonly Alert[] | null, sensorId: string, metric: string): Alert | undefined =>
  alerts?.find((alert) => alert.sensorId === sensorId && alert.metric === metric && alert.clearedUtcMs === null)

/** A value whose unit does not tell what it is: none, or another metric of the sensor has the same. */
const needsName = ({ metrics }: Sensor, metric: Metric): boolean =>
  metric.type === 'number' &&
  (metric.unit === null || metrics.some((other) => other.key !== metric.key && other.unit === metric.unit))

interface LiveValueProps {
  readonly sensor: Sensor
  readonly metric: Metric
  /** Stands under a heading that names the metric. */
  readonly headed?: boolean
}

/** The newest value; coloured only while an alert on it is open, dimmed when the sensor is silent. */
export function LiveValue({ sensor, metric, headed = false }: LiveValueProps) {
  const { latestOf, openAlerts } = useZone()
  const latest = latestOf(sensor.id, metric.key).value
  const alert = alertOf(openAlerts.value, sensor.id, metric.key)
  const tone = alert === undefined ? '' : alert.severity === 'critical' ? ' is-crit' : ' is-warn'
  if (latest === null) return <span class="muted">{t().sensors.never}</span>
  return (
    <span class={`value${tone}${sensor.status === 'online' ? '' : ' is-old'}`} title={metric.name}>
      {headed || !needsName(sensor, metric) ? null : <span class="value-name">{metric.name} </span>}
      {alert === undefined ? null : <span aria-hidden="true">{alert.severity === 'critical' ? '! ' : '▲ '}</span>}
      {formatValue(metric, latest.value)}
      {latest.quality === 'ok' ? null : <span class="muted"> ({t().quality[latest.quality]})</span>}
    </span>
  )
}
