import { useEffect, useRef } from 'preact/hooks'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { clockParts, siteTimeZone } from '../i18n/time.ts'
import { ChevronIcon } from '../parts/icons.tsx'
import { cellText, cellWords, totalText } from './cell-words.ts'
import type { Column } from './columns.ts'
import type { Cell, Line } from './lines.ts'
import { moveOn, onlyStop } from './moves.ts'
import { words } from './words.ts'

interface StripProps {
  readonly lines: readonly Line[]
  readonly sum: Line
  readonly columns: readonly Column[]
  readonly opened: ReadonlySet<string>
  readonly toggle: (lineId: string) => void
  /** `fromUtcMs` null: the total of the line. */
  readonly choose: (lineId: string, fromUtcMs: UtcMs | null) => void
}

/** `11-24` or, where a column is an hour, `11-24 14:00`. */
export function columnName({ fromUtcMs, toUtcMs }: Column): string {
  const { date, time } = clockParts(fromUtcMs, siteTimeZone.value)
  const isHour = toUtcMs - fromUtcMs <= 3_600_000
  return isHour ? `${date.slice(5)} ${time.slice(0, 5)}` : date.slice(5)
}

/** A line a place or camera, a cell a day or hour. One stop of the tab key for all cells; the arrow keys move between them. */
export function Strip(props: StripProps) {
  const { lines, sum, columns, opened, choose } = props
  const table = useRef<HTMLTableElement>(null)
  useEffect(() => {
    if (table.current !== null) onlyStop(table.current)
  })
  const chosen = (target: EventTarget | null): boolean => {
    const cell = target instanceof Element ? target.closest<HTMLElement>('td[data-line]') : null
    if (cell === null) return false
    const { line = '', from } = cell.dataset
    choose(line, from === undefined ? null : Number(from))
    return true
  }
  const names = columns.map(columnName)
  const row = (line: Line, isMember: boolean) => (
    <Row key={`${isMember} ${line.id}`} {...props} line={line} isMember={isMember} names={names} />
  )
  return (
    <div class="panel strip-scroll">
      <table
        class="strip"
        role="grid"
        aria-label={words().grid}
        ref={table}
        onClick={(event) => chosen(event.target)}
        onKeyDown={(event) => {
          const isPress = event.key === 'Enter' || event.key === ' '
          if (isPress ? event.target instanceof HTMLTableCellElement && chosen(event.target) : moveOn(event))
            event.preventDefault()
        }}
      >
        <thead>
          <tr>
            <th scope="col" class="strip-name">
              {words().place}
            </th>
            <th scope="col" class="strip-total">
              {words().total}
            </th>
            {columns.map((column, n) => (
              <th key={column.fromUtcMs} scope="col" class={column.over === '' || n === 0 ? '' : 'strip-new'}>
                <span class="strip-over">{column.over}</span>
                {column.short}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {row(sum, false)}
          {lines.flatMap((line) => [
            row(line, false),
            ...(opened.has(line.id) ? line.members.map((member) => row(member, true)) : []),
          ])}
        </tbody>
      </table>
    </div>
  )
}

interface RowProps extends StripProps {
  readonly line: Line
  readonly isMember: boolean
  readonly names: readonly string[]
}

function Row({ line, sum, columns, names, isMember, opened, toggle }: RowProps) {
  const isSum = line === sum
  const isOpen = opened.has(line.id)
  const about = line.cameraId === null ? words().members(line.members.length) : line.place
  const says = (cell: Cell, when: string) => words().cell(line.name, when, cellWords(cell))
  return (
    <tr class={isSum ? 'strip-sum' : isMember ? 'strip-member' : undefined}>
      <th scope="row" class="strip-name">
        {line.cameraId === null && !isSum ? (
          <button type="button" class="strip-toggle" aria-expanded={isOpen} onClick={() => toggle(line.id)}>
            <ChevronIcon size={16} />
            <span>{line.name}</span>
            <span class="muted">{about}</span>
          </button>
        ) : (
          <span class="strip-label">
            <span>{line.name}</span>
            {isSum || about === '' ? null : <span class="muted">{about}</span>}
          </span>
        )}
      </th>
      <td
        class={`cell cell-${line.total.kind} strip-total`}
        tabIndex={-1}
        data-line={line.id}
        aria-label={says(line.total, words().total)}
        title={says(line.total, words().total)}
      >
        {totalText(line.total)}
      </td>
      {line.cells.map((cell, n) => {
        const said = says(cell, names[n] ?? '')
        return (
          <td
            key={n}
            class={`cell cell-${cell.kind}`}
            tabIndex={-1}
            data-line={line.id}
            data-from={columns[n]?.fromUtcMs}
            aria-label={said}
            title={said}
          >
            {cellText(cell)}
          </td>
        )
      })}
    </tr>
  )
}
