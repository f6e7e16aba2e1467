import { useComputed } from '@preact/signals'
import type { Sensor } from '../../gateway/contract/sensor.ts'
import { placeBeside } from '../api/places.ts'
import { t } from '../i18n/language.ts'
import { formatAgo, formatTime } from '../i18n/time.ts'
import { LiveValue, SensorStatus } from '../parts/sensor-values.tsx'
import { Table } from '../parts/table.tsx'
import { useGateway, useZone } from '../shell/gateway.ts'
import { ClockOffset } from './detail.tsx'
import { Spark } from './spark.tsx'

/** One row a sensor: value, trend and age. */
export function SensorList({ sensors }: { sensors: readonly Sensor[] }) {
  const words = t().sensors
  return (
    <Table label={words.list} class="sensor-table">
      <thead>
        <tr>
          <th scope="col">{words.column.sensor}</th>
          <th scope="col">{words.column.status}</th>
          <th scope="col">{words.column.value}</th>
          <th scope="col" class="wide-only">
            {words.column.trend}
          </th>
          <th scope="col">{words.column.updated}</th>
        </tr>
      </thead>
      <tbody>
        {sensors.map((sensor) => (
          <Row key={sensor.id} sensor={sensor} />
        ))}
      </tbody>
    </Table>
  )
}

function Row({ sensor }: { sensor: Sensor }) {
  const { places } = useZone()
  const words = t().sensors
  const first = sensor.metrics.find((metric) => metric.type === 'number') ?? sensor.metrics[0]
  return (
    <tr data-sensor={sensor.id}>
      <th scope="row">
        <a class="row-link" href={`/sensors?sensor=${sensor.id}`}>
          {sensor.name}
        </a>
        <div class="muted">{placeBeside(sensor.name, places.value.get(sensor.areaId))}</div>
      </th>
      <td>
        <SensorStatus sensor={sensor} brokerTold />
        <ClockOffset clockOffsetMs={sensor.clockOffsetMs} />
      </td>
      <td>
        <ul class="values">
          {sensor.metrics.map((metric) => (
            <li key={metric.key}>
              <LiveValue sensor={sensor} metric={metric} />
            </li>
          ))}
        </ul>
      </td>
      <td class="wide-only">{first === undefined ? null : <Spark sensorId={sensor.id} metric={first.key} />}</td>
      <td class="nowrap" data-label={words.column.updated}>
        {first === undefined ? null : <Age sensor={sensor} />}
      </td>
    </tr>
  )
}

function Age({ sensor }: { sensor: Sensor }) {
  const { nowUtcMs } = useGateway()
  const { latestOf } = useZone()
  const newest = newestOf(sensor, latestOf)
  // Drawn again when the words change, not with each second.
  const words = useComputed(() => formatAgo(newestOf(sensor, latestOf), nowUtcMs.value)).value
  if (newest === 0) return <span class="muted">—</span>
  return <time title={formatTime(newest, nowUtcMs.peek())}>{words}</time>
}

const newestOf = (sensor: Sensor, latestOf: ReturnType<typeof useZone>['latestOf']): number =>
  Math.max(0, ...sensor.metrics.map((metric) => latestOf(sensor.id, metric.key).value?.utcMs ?? 0))
