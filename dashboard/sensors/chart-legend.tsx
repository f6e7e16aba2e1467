import type { Signal } from '@preact/signals'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { nameWithPlace, placeName } from '../api/places.ts'
import { formatValue } from '../i18n/numbers.ts'
import { formatDuration } from '../i18n/time.ts'
import { CloseIcon } from '../parts/icons.tsx'
import { Table } from '../parts/table.tsx'
import { useZone } from '../shell/gateway.ts'
import type { Hole, Line } from './chart-lines.ts'
import { nameOf } from './chart-names.ts'
import { summary } from './series.ts'
import { valueOf } from './stage.tsx'
import { words } from './words.ts'

interface LegendProps {
  readonly lines: readonly Line[]
  readonly holes: readonly Hole[]
  readonly cursor: Signal<UtcMs | null>
  readonly remove: (key: string) => void
}

/** Which curve is which, its value under the pointer, and what it did in the whole period. */
export function ChartLegend({ lines, holes, cursor, remove }: LegendProps) {
  const { places } = useZone()
  const { column } = words()
  return (
    <Table label={column.series} class="legend-table">
      <thead>
        <tr>
          <th scope="col">{column.series}</th>
          <th scope="col" class="number screen-only">
            {column.at}
          </th>
          <th scope="col" class="number">
            {column.low}
          </th>
          <th scope="col" class="number">
            {column.high}
          </th>
          <th scope="col" class="number">
            {column.mean}
          </th>
          <th scope="col">{column.holes}</th>
          <th scope="col" class="screen-only">
            <span class="visually-hidden">{column.action}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => {
          const told = summary(line.history.buckets)
          const own = holes.filter(({ key, lost }) => key === line.key && lost === null)
          const missingMs = own.reduce((sum, hole) => sum + hole.toUtcMs - hole.fromUtcMs, 0)
          const say = (value: number | undefined): string =>
            value === undefined ? '—' : formatValue(line.metric, value)
          const isNumber = line.metric.type === 'number'
          return (
            <tr key={line.key} data-series={line.key}>
              <th scope="row">
                <Swatch hue={line.hue} />
                <a class="row-link" href={`/sensors?sensor=${line.sensor.id}`}>
                  {nameOf(line)}
                </a>
                <div class="muted">{placeName(places.value.get(line.sensor.areaId))}</div>
              </th>
              <td class="number screen-only" data-label={column.at}>
                <AtPointer line={line} cursor={cursor} />
              </td>
              <td class="number" data-label={column.low}>
                {say(told?.min)}
              </td>
              <td class="number" data-label={column.high}>
                {say(told?.max)}
              </td>
              <td class="number" data-label={column.mean}>
                {isNumber ? say(told?.mean) : '—'}
              </td>
              <td data-label={column.holes}>{words().holeCount(own.length, formatDuration(missingMs))}</td>
              <td class="screen-only">
                <div class="row-actions">
                  <button
                    type="button"
                    class="icon-button"
                    aria-label={words().remove(nameWithPlace(nameOf(line), places.value.get(line.sensor.areaId)))}
                    onClick={() => remove(line.key)}
                  >
                    <CloseIcon size={16} />
                  </button>
                </div>
              </td>
            </tr>
          )
        })}
      </tbody>
    </Table>
  )
}

/** A piece of the curve: its colour and its dashes, so that colour does not stand alone. */
export function Swatch({ hue }: { hue: number }) {
  return (
    <svg class={`swatch hue-${hue}`} width={26} height={10} aria-hidden="true">
      <path d="M1 5h24" />
    </svg>
  )
}

function AtPointer({ line, cursor }: { line: Line; cursor: Signal<UtcMs | null> }) {
  const utcMs = cursor.value
  return <>{utcMs === null ? '' : (valueOf(line, utcMs) ?? '—')}</>
}
