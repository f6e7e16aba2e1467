import { useState } from 'preact/hooks'
import type { Discovery } from '../../gateway/contract/lists.ts'
import type { SensorCandidate } from '../../gateway/contract/sensor.ts'
import { t } from '../i18n/language.ts'
import { formatValue } from '../i18n/numbers.ts'
import { formatAgo } from '../i18n/time.ts'
import { Empty, Loaded } from '../parts/states.tsx'
import type { Load } from '../parts/use-load.ts'
import { Table } from '../parts/table.tsx'
import { useGateway } from '../shell/gateway.ts'
import { ApproveSensorDialog } from './sensor-form.tsx'

/** Sensors that were heard and wait for an area, with what they say now. */
export function FoundSensors({ found }: { found: Load<Discovery> }) {
  const { reload } = useGateway()
  const [approved, setApproved] = useState<SensorCandidate | null>(null)
  const words = t().devices
  return (
    <section class="section" aria-labelledby="found-sensors">
      <h2 id="found-sensors">{words.found}</h2>
      <Loaded what={words.found} of={found}>
        {({ sensors }) => {
          const fresh = sensors.filter((sensor) => sensor.sensorId === null)
          if (fresh.length === 0) return <Empty title={words.noFoundSensors} next={words.noFoundSensorsNext} />
          return <Candidates sensors={fresh} approve={setApproved} />
        }}
      </Loaded>
      {approved === null ? null : (
        <ApproveSensorDialog
          candidate={approved}
          onClose={(done) => {
            setApproved(null)
            if (!done) return
            found.reload()
            void reload.sensors()
          }}
        />
      )}
    </section>
  )
}

interface CandidatesProps {
  readonly sensors: readonly SensorCandidate[]
  readonly approve: (sensor: SensorCandidate) => void
}

function Candidates({ sensors, approve }: CandidatesProps) {
  const { nowUtcMs } = useGateway()
  const words = t().devices
  return (
    <Table label={words.found}>
      <thead>
        <tr>
          <th scope="col">{words.column.sensor}</th>
          <th scope="col">{words.column.source}</th>
          <th scope="col">{words.column.latest}</th>
          <th scope="col">{words.lastSeen}</th>
          <th scope="col">
            <span class="visually-hidden">{words.column.action}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sensors.map((sensor) => (
          <tr key={sensor.candidateId}>
            <th scope="row">
              {sensor.name}
              <div class="muted address">{sensor.topic}</div>
            </th>
            <td class="nowrap">{t().sensors.source[sensor.source]}</td>
            <td>
              <LatestOfCandidate sensor={sensor} />
            </td>
            <td class="nowrap">{formatAgo(sensor.lastSeenUtcMs, nowUtcMs.value)}</td>
            <td>
              <div class="row-actions">
                <button
                  type="button"
                  class="button button-small"
                  aria-label={`${words.approve}: ${sensor.name}`}
                  onClick={() => approve(sensor)}
                >
                  {words.approve}
                </button>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

function LatestOfCandidate({ sensor }: { sensor: SensorCandidate }) {
  return (
    <ul class="values">
      {sensor.metrics.map((metric) => {
        const latest = sensor.latest.find((one) => one.metric === metric.key)
        return (
          <li key={metric.key}>
            <span class="muted">{metric.name}</span> {latest === undefined ? '—' : formatValue(metric, latest.value)}
          </li>
        )
      })}
    </ul>
  )
}
