import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { formatDateTime, siteTimeZone } from '../i18n/time.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Table } from '../parts/table.tsx'
import { useMay } from '../shell/gateway.ts'
import { type Account, clockLength, equationOf } from './account.ts'
import { cellText, cellWords, totalText } from './cell-words.ts'
import type { Column } from './columns.ts'
import { CameraGaps, playHref } from './gaps.tsx'
import type { Cell, Line } from './lines.ts'
import { columnName } from './strip.tsx'
import { Defect, Equation } from './summary.tsx'
import { words } from './words.ts'

interface CellDialogProps {
  readonly line: Line
  /** null: the whole period. */
  readonly column: Column | null
  readonly range: UtcRange
  readonly nowUtcMs: UtcMs
  readonly cell: Cell
  /** The same column of a camera of the line. */
  readonly cellOf: (member: Line) => Cell
  readonly choose: (lineId: string) => void
  readonly onClose: () => void
}

/** What is behind one cell: the account, the reasons, each gap with a way to Playback; of a place also its cameras. */
export function CellDialog({ line, column, range, nowUtcMs, cell, cellOf, choose, onClose }: CellDialogProps) {
  const mayReview = useMay('review')
  const { account, kind } = cell
  const toUtcMs = Math.min(range.toUtcMs, nowUtcMs)
  const when = column === null ? words().total : columnName(column)
  const isExpected = account.expectedSeconds > 0
  return (
    <Dialog title={`${line.name} · ${when}`} onClose={onClose}>
      <div class="cell-details">
        <p class="muted">
          {words().until(formatDateTime(range.fromUtcMs), formatDateTime(toUtcMs))}
          {range.toUtcMs > nowUtcMs ? words().soFar : ''}
        </p>
        <p class="cell-said">
          <span class={`cell cell-${kind} legend-sample`} aria-hidden="true">
            {cellText(cell)}
          </span>
          <strong>{cellWords(cell)}</strong>
        </p>
        <Defect account={account} />
        {kind === 'off' ? <p>{words().notExpected}</p> : null}
        {kind === 'unknown' ? <p class="notice">{words().noData}</p> : null}
        {isExpected || kind === 'planned' ? <Equation account={account} /> : null}
        <Reasons account={account} />
        {line.cameraId === null ? (
          <Members line={line} cellOf={cellOf} choose={choose} />
        ) : (
          <CameraGaps
            cameraId={line.cameraId}
            range={{ fromUtcMs: range.fromUtcMs, toUtcMs }}
            hasGaps={equationOf(account).gapsTotal > 0}
            hasPlans={account.plannedOffSeconds > 0}
          />
        )}
        {line.cameraId !== null && mayReview && kind === 'complete' ? (
          <p>
            <a href={playHref(line.cameraId, range.fromUtcMs, siteTimeZone.value)}>{words().play}</a>
          </p>
        ) : null}
      </div>
    </Dialog>
  )
}

function Reasons({ account }: { account: Account }) {
  const { gaps } = equationOf(account)
  if (gaps.length === 0) return null
  return (
    <section aria-label={words().reasons}>
      <Table label={words().reasons}>
        <thead>
          <tr>
            <th scope="col">{words().reason}</th>
            <th scope="col">{words().length}</th>
            <th scope="col">{words().todo}</th>
          </tr>
        </thead>
        <tbody>
          {gaps.map(([reason, seconds]) => (
            <tr key={reason} data-reason={reason}>
              <th scope="row">{t().reasons[reason].what}</th>
              <td class="nowrap">{clockLength(seconds)}</td>
              <td class="muted">{t().reasons[reason].todo}</td>
            </tr>
          ))}
        </tbody>
      </Table>
    </section>
  )
}

function Members({ line, cellOf, choose }: Pick<CellDialogProps, 'line' | 'cellOf' | 'choose'>) {
  const cameras = line.members.flatMap((member) => (member.cameraId === null ? member.members : [member]))
  return (
    <Table label={words().byCamera}>
      <thead>
        <tr>
          <th scope="col">{words().camera}</th>
          <th scope="col">{words().what}</th>
          <th scope="col">
            <span class="visually-hidden">{words().details}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {cameras.map((member) => {
          const cell = cellOf(member)
          return (
            <tr key={member.id}>
              <th scope="row">
                {member.name}
                <div class="muted">{member.place}</div>
              </th>
              <td>
                <span class={`cell cell-${cell.kind} legend-sample`} title={cellWords(cell)}>
                  {totalText(cell)}
                </span>
              </td>
              <td>
                <div class="row-actions">
                  <button
                    type="button"
                    class="button button-small"
                    aria-label={`${words().details}: ${member.name}`}
                    onClick={() => choose(member.id)}
                  >
                    {words().details}
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
