import type { Alert } from '../../gateway/contract/alert.ts'
import { placeBeside } from '../api/places.ts'
import { t } from '../i18n/language.ts'
import { formatValue } from '../i18n/numbers.ts'
import { formatDateTime, formatDuration, formatTime } from '../i18n/time.ts'
import { alertTitle, metricOf } from '../parts/alert-words.ts'
import { SeverityMark } from '../parts/badges.tsx'
import { FootageLink, playbackHref } from '../parts/footage-link.tsx'
import { Table } from '../parts/table.tsx'
import { useGateway, useMay, useZone } from '../shell/gateway.ts'
import { AlertPicture } from './picture.tsx'

interface AlertListProps {
  readonly alerts: readonly Alert[]
  /** Opens the dialog; not given for closed ones. */
  readonly ask?: (alert: Alert) => void
}

export function AlertList({ alerts, ask }: AlertListProps) {
  const column = t().alerts.column
  return (
    <Table label={t().alerts.list} class="alert-table">
      <thead>
        <tr>
          <th scope="col">{column.severity}</th>
          <th scope="col">{column.what}</th>
          <th scope="col" class="number">
            {column.value}
          </th>
          <th scope="col" class="number">
            {column.worst}
          </th>
          <th scope="col">{column.since}</th>
          <th scope="col">{column.state}</th>
          <th scope="col">
            <span class="visually-hidden">{column.action}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <AlertRow key={alert.id} alert={alert} ask={ask} />
        ))}
      </tbody>
    </Table>
  )
}

function AlertRow({ alert, ask }: { alert: Alert; ask: ((alert: Alert) => void) | undefined }) {
  const { places, sensors } = useZone()
  const sensor = sensors.value.value?.find((one) => one.id === alert.sensorId)
  const metric = metricOf(alert, sensor?.metrics)
  const words = t().alerts
  const title = alertTitle(alert)
  const isOwn = alert.areaId === null && alert.sensorId === null && alert.cameraId === null
  const place = alert.areaId === null ? undefined : places.value.get(alert.areaId)
  const where = isOwn ? words.gatewayItself : placeBeside(`${title} ${sensor?.name ?? ''}`, place)
  // Silence has no value: the last one before it would look like its cause.
  const shown = (value: number | null): string =>
    value === null || alert.condition === 'silent' ? '—' : formatValue(metric, value)
  const sign = alert.condition === 'below' ? '<' : '>'
  return (
    <tr class={ask !== undefined && alert.acknowledgedUtcMs === null ? `row-${alert.severity}` : undefined}>
      <td>
        <SeverityMark severity={alert.severity} />
      </td>
      <th scope="row">
        {title}
        <div class="muted">{[sensor?.name, where].filter(Boolean).join(' · ')}</div>
        <AlertPicture alert={alert} />
      </th>
      <td class="number" data-label={words.column.value}>
        {shown(alert.value)}
        {alert.threshold === null || alert.condition === 'silent' || metric.type === 'binary' ? null : (
          <div class="muted">{words.limit(sign, formatValue(metric, alert.threshold))}</div>
        )}
      </td>
      <td class="number" data-label={words.column.worst}>
        {shown(alert.worstValue)}
      </td>
      <td>
        <Since alert={alert} />
      </td>
      <td>
        <State alert={alert} />
      </td>
      <td>
        <Actions alert={alert} ask={ask} />
      </td>
    </tr>
  )
}

function Since({ alert }: { alert: Alert }) {
  const { nowUtcMs } = useGateway()
  const end = alert.clearedUtcMs ?? nowUtcMs.value
  const length = formatDuration(end - alert.raisedUtcMs)
  return (
    <>
      <time class="nowrap" title={formatDateTime(alert.raisedUtcMs)}>
        {formatTime(alert.raisedUtcMs, nowUtcMs.value)}
      </time>
      <div class="muted nowrap">
        {alert.clearedUtcMs === null ? t().alerts.lasting(length) : t().alerts.lasted(length)}
      </div>
    </>
  )
}

function State({ alert }: { alert: Alert }) {
  const { nowUtcMs } = useGateway()
  const words = t().alerts
  const at = (utcMs: number): string => formatTime(utcMs, nowUtcMs.value)
  return (
    <>
      <div>{alert.clearedUtcMs === null ? words.active : words.cleared(at(alert.clearedUtcMs))}</div>
      <div class={alert.acknowledgedUtcMs === null ? '' : 'muted'}>
        {alert.acknowledgedUtcMs === null
          ? words.unseen
          : words.seen(alert.acknowledgedBy ?? '—', at(alert.acknowledgedUtcMs))}
      </div>
      {alert.note === null || alert.note === '' ? null : <div class="note">{alert.note}</div>}
    </>
  )
}

function Actions({ alert, ask }: { alert: Alert; ask: ((alert: Alert) => void) | undefined }) {
  const mayAcknowledge = useMay('acknowledge')
  const mayReview = useMay('review')
  const words = t().alerts
  return (
    <div class="row-actions">
      {alert.sensorId === null ? null : <a href={`/sensors?sensor=${alert.sensorId}`}>{words.toSensor}</a>}
      {!mayReview ? null : alert.cameraId === null ? (
        alert.areaId === null ? null : (
          <FootageLink areaId={alert.areaId} utcMs={alert.raisedUtcMs} />
        )
      ) : (
        <a href={playbackHref(alert.cameraId, alert.raisedUtcMs)}>{words.toFootage}</a>
      )}
      {ask === undefined || !mayAcknowledge || alert.acknowledgedUtcMs !== null ? null : (
        <button
          type="button"
          class="button button-small"
          aria-label={`${words.acknowledge}: ${alertTitle(alert)}`}
          onClick={() => ask(alert)}
        >
          {words.acknowledge}
        </button>
      )}
    </div>
  )
}
