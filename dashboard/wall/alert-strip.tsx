import type { Alert } from '../../gateway/contract/alert.ts'
import { placeBeside } from '../api/places.ts'
import { t } from '../i18n/language.ts'
import { formatAgo, formatTime } from '../i18n/time.ts'
import { alertTitle, alertValue } from '../parts/alert-words.ts'
import { SeverityMark } from '../parts/badges.tsx'
import { playbackHref } from '../parts/footage-link.tsx'
import { problemText } from '../parts/states.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway, useMay } from '../shell/gateway.ts'
import { words } from './words.ts'

const most = 6

/**
 * The most urgent open alerts beside the pictures; each can be acknowledged without leaving the wall. `screen`: nobody sits there, and
 * nothing leads away.
 */
export function AlertStrip({ mode }: { mode: 'desk' | 'screen' }) {
  const { stores } = useGateway()
  const open = stores.openAlerts.value ?? []
  return (
    <aside class="wall-alerts" aria-label={words().alerts}>
      <header>
        <h2>{words().alerts}</h2>
        {mode === 'desk' ? (
          <a href="/alerts">{open.length > most ? words().moreAlerts(open.length - most) : words().seeAll}</a>
        ) : open.length > most ? (
          <span class="muted">{words().moreAlerts(open.length - most)}</span>
        ) : null}
      </header>
      {open.length === 0 ? <p class="muted">{words().noAlerts}</p> : null}
      <ul aria-live="polite">
        {open.slice(0, most).map((alert) => (
          <AlertCard key={alert.id} alert={alert} />
        ))}
      </ul>
    </aside>
  )
}

/** One alert, to be acknowledged where it stands. */
export function AlertCard({ alert }: { alert: Alert }) {
  const { api, stores, nowUtcMs } = useGateway()
  const mayAcknowledge = useMay('acknowledge')
  const mayReview = useMay('review')
  const lookHref = mayReview && alert.cameraId !== null ? playbackHref(alert.cameraId, alert.raisedUtcMs) : null
  const acknowledge = useAction(async () => stores.setAlert(await api.acknowledge(alert.id, '')))
  const title = alertTitle(alert)
  const place = alert.areaId === null ? '' : placeBeside(title, stores.places.value.get(alert.areaId))
  const sensor = stores.sensors.value.value?.find((one) => one.id === alert.sensorId)
  const cleared = alert.clearedUtcMs === null ? '' : t().alerts.cleared(formatTime(alert.clearedUtcMs, nowUtcMs.value))
  const value = alertValue(alert, sensor?.metrics)
  return (
    <li
      class={`wall-alert wall-alert-${alert.severity}${alert.clearedUtcMs === null ? '' : ' is-cleared'}`}
      data-alert={alert.id}
    >
      <div class="wall-alert-head">
        <SeverityMark severity={alert.severity} />
        <time class="muted" title={formatTime(alert.raisedUtcMs, nowUtcMs.value)}>
          {formatAgo(alert.raisedUtcMs, nowUtcMs.value)}
        </time>
      </div>
      <p class="wall-alert-name">{title}</p>
      {value === '' && place === '' && cleared === '' ? null : (
        <p>
          {value === '' ? null : <strong class="wall-alert-value">{value}</strong>} <span class="muted">{place}</span>{' '}
          <span class="muted nowrap">{cleared}</span>
        </p>
      )}
      {alert.acknowledgedUtcMs === null && !mayAcknowledge && lookHref === null ? null : (
        <div class="wall-alert-actions">
          {alert.acknowledgedUtcMs !== null ? (
            <span class="muted">{words().acknowledged(alert.acknowledgedBy ?? '')}</span>
          ) : mayAcknowledge ? (
            <button
              type="button"
              class="button button-small"
              disabled={acknowledge.busy}
              onClick={() => acknowledge.start()}
            >
              {words().acknowledge}
            </button>
          ) : null}
          {lookHref === null ? null : <a href={lookHref}>{words().look}</a>}
        </div>
      )}
      {acknowledge.problem === null ? null : <p role="alert">{problemText(acknowledge.problem)}</p>}
    </li>
  )
}
