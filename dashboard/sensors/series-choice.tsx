import { useId, useState } from 'preact/hooks'
import type { Metric, Sensor } from '../../gateway/contract/sensor.ts'
import { placeName } from '../api/places.ts'
import { PlusIcon } from '../parts/icons.tsx'
import { useZone } from '../shell/gateway.ts'
import { keyText, mostSeries, type SeriesKey } from './chart-address.ts'
import { hasAxisFor } from './chart-lines.ts'
import { words } from './words.ts'

interface Chosen {
  readonly key: SeriesKey
  readonly sensor: Sensor
  readonly metric: Metric
}
interface ChoiceProps {
  readonly sensors: readonly Sensor[]
  readonly chosen: readonly Chosen[]
  readonly choose: (keys: readonly SeriesKey[]) => void
}

/** Which readings stand in the chart: all of the zone by place, what has no room says why. */
export function SeriesChoice({ sensors, chosen, choose }: ChoiceProps) {
  const { places } = useZone()
  const [search, setSearch] = useState('')
  const id = useId()
  const keys = new Set(chosen.map(({ key }) => keyText(key)))
  const wanted = search.trim().toLowerCase()
  const found = sensors.flatMap((sensor) => {
    const place = placeName(places.value.get(sensor.areaId))
    return sensor.metrics.flatMap((metric) => {
      const key = { sensorId: sensor.id, metric: metric.key }
      const said = `${place} ${sensor.name} ${metric.name}`
      return said.toLowerCase().includes(wanted) ? [{ key, sensor, metric, place }] : []
    })
  })
  const toggle = (key: SeriesKey, on: boolean): void => {
    const others = chosen.map((one) => one.key).filter((one) => keyText(one) !== keyText(key))
    choose(on ? [...others, key] : others)
  }
  const full = chosen.length >= mostSeries
  return (
    <>
      <button type="button" class="button button-main" popovertarget={id} title={words().addHint}>
        <PlusIcon size={18} /> {words().add}
      </button>
      <div id={id} class="menu series-menu" popover="auto" role="group" aria-label={words().addHint}>
        <input
          type="search"
          aria-label={words().search}
          placeholder={words().search}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        {full ? <p class="muted">{words().tooMany}</p> : null}
        {found.length === 0 ? <p class="muted">{words().noMatch}</p> : null}
        <ul>
          {found.map(({ key, sensor, metric, place }) => {
            const isIn = keys.has(keyText(key))
            const other =
              !isIn &&
              !hasAxisFor(
                chosen.map((one) => one.metric),
                metric,
              )
            return (
              <li key={keyText(key)}>
                <label class="check" title={other ? words().otherUnit : undefined}>
                  <input
                    type="checkbox"
                    checked={isIn}
                    disabled={!isIn && (full || other)}
                    onChange={(event) => toggle(key, event.currentTarget.checked)}
                  />
                  <span>
                    {sensor.name} · {metric.name} {metric.unit === null ? '' : <span class="muted">{metric.unit}</span>}
                    <span class="muted series-place">
                      {place}
                      {other ? ` · ${words().otherUnit}` : ''}
                    </span>
                  </span>
                </label>
              </li>
            )
          })}
        </ul>
      </div>
    </>
  )
}
