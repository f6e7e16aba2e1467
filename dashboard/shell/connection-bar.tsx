import { t } from '../i18n/language.ts'
import { formatDuration, formatTime } from '../i18n/time.ts'
import { useGateway } from './gateway.ts'

/** Stands above the page while the gateway is away: since when, what goes on, and a way to try now. */
export function ConnectionBar() {
  const { connection, nowUtcMs, clockOffsetMs, retryNow } = useGateway()
  const now = connection.value
  if (now.kind !== 'lost') return null
  const since = now.sinceUtcMs + clockOffsetMs.value
  return (
    <div class="connection" role="alert" aria-live="off">
      <strong>{t().connection.lost(formatTime(since, nowUtcMs.value), formatDuration(nowUtcMs.value - since))}</strong>
      <span>{t().connection.calm}</span>
      <button type="button" class="button button-small" onClick={retryNow}>
        {t().connection.retry}
      </button>
    </div>
  )
}
