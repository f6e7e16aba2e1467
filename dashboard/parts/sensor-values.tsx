import { useComputed } from '@preact/signals'
import type { Alert } from '../../gateway/contract/alert.ts'
import type { Metric, Sensor } from '../../gateway/contract/sensor.ts'
import { t } from '../i18n/language.ts'
import { formatValue } from '../i18n/numbers.ts'
import { useGateway, useZone } from '../shell/gateway.ts'
import { StatusDot, type Tone } from './badges.tsx'
import { type ValueState, valueState } from './value-state.ts'

const tones: Record<Sensor['status'], Tone> = { online: 'calm', silent: 'warn', unknown: 'unknown' }

interface StatusProps {
  readonly sensor: Pick<Sensor, 'status' | 'why' | 'source'>
  /** That the broker is away is told above, once for all. */
  readonly brokerTold?: boolean
}

/** Its state, and why it is not online. Nobody expects a message of a sensor that people read. */
export function SensorStatus({ sensor, brokerTold = false }: StatusProps) {
  const { status, why, source } = sensor
  if (source === 'manual') return <StatusDot tone="off">{t().quality.manual}</StatusDot>
  return (
    <>
      <StatusDot tone={tones[status]}>{t().sensorStatus[status]}</StatusDot>
      {why === null || (brokerTold && why === 'broker-away') ? null : (
        <div class="muted status-why">{t().silences[why]}</div>
      )}
    </>
  )
}

const alertOf = (alerts: readonly Alert[] | null, sensorId: string, metric: string): Alert | undefined =>
  alerts?.find((alert) => alert.sensorId === sensorId && alert.metric === metric && alert.clearedUtcMs === null)

/** A value whose unit does not tell what it is: none, or another metric of the sensor has the same. */
const needsName = ({ metrics }: Sensor, metric: Metric): boolean =>
  metric.type === 'number' &&
  (metric.unit === null || metrics.some((other) => other.key !== metric.key && other.unit === metric.unit))

/** A shape of its own for each state that is not fine, beside its word. */
const marks: Record<Exclude<ValueState, 'ok' | 'never' | 'unknown'>, string> = {
  suspect: '≈',
  late: '↶',
  manual: '✎',
}

interface LiveValueProps {
  readonly sensor: Sensor
  readonly metric: Metric
  /** Stands under a heading that names the metric. */
  readonly headed?: boolean
}

/** The newest value; coloured only while an alert on it is open. What is not known any more says so, and what it was last. */
export function LiveValue({ sensor, metric, headed = false }: LiveValueProps) {
  const { nowUtcMs } = useGateway()
  const { latestOf, openAlerts } = useZone()
  const latest = latestOf(sensor.id, metric.key).value
  // Drawn again when the state changes, not with each second.
  const state = useComputed(() => valueState(sensor, latestOf(sensor.id, metric.key).value, nowUtcMs.value)).value
  const alert = alertOf(openAlerts.value, sensor.id, metric.key)
  const tone = alert === undefined ? '' : alert.severity === 'critical' ? ' is-crit' : ' is-warn'
  const name = headed || !needsName(sensor, metric) ? null : <span class="value-name">{metric.name} </span>
  if (latest === null || state === 'never') {
    return (
      <span class="muted">
        {name}
        {t().sensors.never}
      </span>
    )
  }
  const said = formatValue(metric, latest.value)
  if (state === 'unknown') {
    return (
      <span class="value is-unknown" title={metric.name} data-state="unknown">
        {name}
        <span aria-hidden="true">? </span>
        {t().unknown} <span class="value-last">{t().sensors.last(said)}</span>
      </span>
    )
  }
  return (
    <span class={`value${tone}`} title={metric.name} data-state={state}>
      {name}
      {alert === undefined ? null : <span aria-hidden="true">{alert.severity === 'critical' ? '! ' : '▲ '}</span>}
      {said}
      {state === 'ok' ? null : (
        <span class={`value-quality is-${state}`} title={t().qualityHints[state]}>
          {' '}
          <span aria-hidden="true">{marks[state]}</span> {t().quality[state]}
        </span>
      )}
    </span>
  )
}
