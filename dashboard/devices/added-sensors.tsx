import { useState } from 'preact/hooks'
import type { Sensor } from '../../gateway/contract/sensor.ts'
import { placeName } from '../api/places.ts'
import { t } from '../i18n/language.ts'
import { Badge } from '../parts/badges.tsx'
import { ConfirmDialog } from '../parts/confirm.tsx'
import { LiveValue, SensorStatus } from '../parts/sensor-values.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { loadOf } from '../parts/use-load.ts'
import { Table } from '../parts/table.tsx'
import { useGateway, useZone } from '../shell/gateway.ts'
import { words as inboxWords } from './inbox-words.ts'
import { EditSensorDialog } from './sensor-form.tsx'

export function AddedSensors() {
  const { reload } = useGateway()
  const { sensors } = useZone()
  const words = t().devices
  return (
    <section class="section" aria-labelledby="added-sensors">
      <h2 id="added-sensors">
        {words.added}
        <span class="head-about">{sensors.value.value?.length ?? ''}</span>
      </h2>
      <Loaded what={words.sensors} of={loadOf(sensors, reload.sensors)}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={words.noSensors} next={words.noSensorsNext} />
          ) : (
            <Table label={words.sensors}>
              <thead>
                <tr>
                  <th scope="col">{words.column.sensor}</th>
                  <th scope="col">{words.column.area}</th>
                  <th scope="col">{words.column.state}</th>
                  <th scope="col">{words.column.latest}</th>
                  <th scope="col">
                    <span class="visually-hidden">{words.column.action}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {list.map((sensor) => (
                  <SensorRow key={sensor.id} sensor={sensor} />
                ))}
              </tbody>
            </Table>
          )
        }
      </Loaded>
    </section>
  )
}

function SensorRow({ sensor }: { sensor: Sensor }) {
  const { api, reload } = useGateway()
  const { places } = useZone()
  const [open, setOpen] = useState<'edit' | 'remove' | null>(null)
  const words = t().actions
  return (
    <tr>
      <th scope="row">
        <a class="row-link" href={`/sensors?sensor=${sensor.id}`}>
          {sensor.name}
        </a>
        {sensor.metrics.some(({ guessed }) => guessed) ? (
          <Badge tone="unknown" title={inboxWords().guessHint}>{`? ${inboxWords().guess}`}</Badge>
        ) : null}
        <div class="muted address">{sensor.candidateId}</div>
      </th>
      <td>{placeName(places.value.get(sensor.areaId))}</td>
      <td>
        <SensorStatus sensor={sensor} />
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
      <td>
        <div class="row-actions">
          <button
            type="button"
            class="button button-small"
            aria-label={`${words.edit}: ${sensor.name}`}
            onClick={() => setOpen('edit')}
          >
            {words.edit}
          </button>
          <button
            type="button"
            class="button button-small"
            aria-label={`${words.remove}: ${sensor.name}`}
            onClick={() => setOpen('remove')}
          >
            {words.remove}
          </button>
        </div>
        {open === 'edit' ? (
          <EditSensorDialog
            sensor={sensor}
            onClose={(done) => {
              setOpen(null)
              if (done) void reload.sensors()
            }}
          />
        ) : null}
        {open === 'remove' ? (
          <ConfirmDialog
            title={t().sensorForm.removeTitle}
            text={t().sensorForm.removeText(sensor.name)}
            word={words.remove}
            run={async () => {
              await api.removeSensor(sensor.id)
              await reload.sensors()
            }}
            onClose={() => setOpen(null)}
          />
        ) : null}
      </td>
    </tr>
  )
}
