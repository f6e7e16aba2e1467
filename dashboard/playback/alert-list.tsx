import type { Alert } from '../../gateway/contract/alert.ts'
import type { UtcRange } from '../../gateway/domain/units.ts'
import { formatDateTime } from '../i18n/time.ts'
import { alertTitle, alertValue } from '../parts/alert-words.ts'
import { SeverityMark } from '../parts/badges.tsx'
import { Table } from '../parts/table.tsx'
import { useGateway } from '../shell/gateway.ts'
import type { Desk } from './desk.ts'
import { words } from './words.ts'

const most = 50

/** The alerts that stand on the timeline, the newest first. */
export function AlertList({ desk, alerts, range }: { desk: Desk; alerts: readonly Alert[]; range: UtcRange }) {
  const { stores } = useGateway()
  const sensors = stores.sensors.value.value ?? []
  const inside = alerts.filter(
    (one) => one.raisedUtcMs < range.toUtcMs && (one.clearedUtcMs ?? Infinity) > range.fromUtcMs,
  )
  if (inside.length === 0) return <p class="muted">{words().noAlerts}</p>
  return (
    <Table label={words().alerts}>
      <thead>
        <tr>
          <th>{words().alertWhat}</th>
          <th />
          <th>{words().alertSince}</th>
          <th>{words().alertUntil}</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {inside
          .toReversed()
          .slice(0, most)
          .map((alert) => (
            <tr key={alert.id}>
              <th scope="row">
                {alertTitle(alert)} {alertValue(alert, sensors.find((one) => one.id === alert.sensorId)?.metrics)}
              </th>
              <td>
                <SeverityMark severity={alert.severity} quiet={alert.clearedUtcMs !== null} />
              </td>
              <td data-label={words().alertSince}>{formatDateTime(alert.raisedUtcMs)}</td>
              <td data-label={words().alertUntil}>
                {alert.clearedUtcMs === null ? words().alertLasting : formatDateTime(alert.clearedUtcMs)}
              </td>
              <td class="row-actions">
                <button
                  type="button"
                  class="button button-small button-plain"
                  onClick={() => desk.go(alert.raisedUtcMs)}
                >
                  {words().toAlert}
                </button>
              </td>
            </tr>
          ))}
      </tbody>
    </Table>
  )
}
