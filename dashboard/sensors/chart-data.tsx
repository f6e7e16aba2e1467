import { useMemo, useState } from 'preact/hooks'
import type { UtcRange } from '../../gateway/domain/units.ts'
import { formatNumber, formatValue, withUnit } from '../i18n/numbers.ts'
import { formatDateTime, formatDuration, siteTimeZone } from '../i18n/time.ts'
import { Table } from '../parts/table.tsx'
import type { Line } from './chart-lines.ts'
import { nameOf } from './chart-names.ts'
import { type Cell, rowsOf } from './chart-table.ts'
import { isPaper, usePaper } from './paper.ts'
import { words } from './words.ts'

const mostRows = 49

/** The same numbers as a table: for who cannot see the curves, and on paper. */
export function ChartData({ lines, range }: { lines: readonly Line[]; range: UtcRange }) {
  const [opened, setOpen] = useState(false)
  const isOpen = usePaper() || opened
  return (
    <details
      class="chart-section chart-data"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open && !isPaper())}
    >
      <summary>
        <h2>{words().table}</h2>
      </summary>
      {isOpen ? <Rows lines={lines} range={range} /> : null}
    </details>
  )
}

function Rows({ lines, range }: { lines: readonly Line[]; range: UtcRange }) {
  const { stepMs, rows } = useMemo(
    () =>
      rowsOf(
        lines.map(({ history }) => history),
        range,
        mostRows,
        siteTimeZone.peek(),
      ),
    [lines, range],
  )
  return (
    <>
      <p class="muted">{words().tableAbout(formatDuration(stepMs))}</p>
      <Table label={words().table} class="data-table">
        <thead>
          <tr>
            <th scope="col">{words().tableTime}</th>
            {lines.map((line) => (
              <th scope="col" class="number" key={line.key}>
                {withUnit(nameOf(line), line.metric.unit === null ? null : `(${line.metric.unit})`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ fromUtcMs, cells }) => (
            <tr key={fromUtcMs}>
              <th scope="row" class="nowrap">
                {formatDateTime(fromUtcMs)}
              </th>
              {cells.map((cell, index) => (
                <td class="number" key={lines[index]?.key} data-label={lines[index] && nameOf(lines[index])}>
                  {cellText(lines[index], cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </>
  )
}

function cellText(line: Line | undefined, cell: Cell): string {
  if (line === undefined || cell === null) return words().tableNone
  const { mean, min, max } = cell
  if (line.metric.type === 'binary') return formatValue(line.metric, max)
  const rounded = [mean, min, max].map(formatNumber)
  return min === max ? (rounded[0] ?? '') : `${rounded[0]} (${words().range(rounded[1] ?? '', rounded[2] ?? '')})`
}
