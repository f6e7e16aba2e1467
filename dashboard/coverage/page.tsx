import { useComputed } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { CoverageRow } from '../../gateway/contract/footage.ts'
import { minutes, type UtcMs } from '../../gateway/domain/units.ts'
import { formatDateTime, siteTimeZone } from '../i18n/time.ts'
import { Empty, Loaded, PageHead } from '../parts/states.tsx'
import { loadOf, useLoad } from '../parts/use-load.ts'
import { useGateway, useRouter, useSession } from '../shell/gateway.ts'
import { type Address, readAddress, writeAddress } from './address.ts'
import { bucketOf, columnsOf, type Period, periods, wholeOf } from './columns.ts'
import { CoverageActions } from './actions.tsx'
import { CellDialog } from './details.tsx'
import { Legend } from './legend.tsx'
import { findLine, linesOf, sumLine } from './lines.ts'
import { Strip } from './strip.tsx'
import { Summary } from './summary.tsx'
import { words } from './words.ts'
import './coverage.css'
import './print.css'

/** `/coverage?period=month|week|day&open=LINE,LINE&line=LINE&from=UTC`: how complete the recordings of each camera are, and why not. */
export function CoveragePage() {
  const { api, stores, reload, nowUtcMs } = useGateway()
  const { location } = useRouter()
  const { period } = readAddress(location.value.query)
  // A day's numbers change slowly; an hour's are worth a look each minute.
  const look = useComputed(() => Math.floor(nowUtcMs.value / minutes(1)))
  const inputs = [period, period === 'day' ? look.value : Math.floor(look.value / 5)]
  const load = useLoad(async (signal) => {
    const now = nowUtcMs.peek()
    const columns = columnsOf(period, now, siteTimeZone.peek())
    const { fromUtcMs, toUtcMs } = wholeOf(columns, now)
    const query = { fromUtcMs, toUtcMs: Math.ceil(toUtcMs), bucket: bucketOf(period), by: 'camera' } as const
    return { period, now, columns, rows: await api.coverage(query, signal) }
  }, inputs)
  return (
    <div class="page coverage">
      <PageHead title={words().title} about={words().about} />
      <Loaded what={words().title} of={loadOf(stores.cameras, reload.cameras)}>
        {(cameras) => (
          <Loaded what={words().title} of={load}>
            {(found) =>
              cameras.length === 0 && found.rows.length === 0 ? (
                <Empty title={words().none} next={words().noneNext} />
              ) : (
                <Found {...found} />
              )
            }
          </Loaded>
        )}
      </Loaded>
    </div>
  )
}

interface FoundProps {
  readonly period: Period
  readonly now: UtcMs
  readonly columns: ReturnType<typeof columnsOf>
  readonly rows: readonly CoverageRow[]
}

function Found({ now, columns, rows }: FoundProps) {
  const { stores } = useGateway()
  const router = useRouter()
  const session = useSession()
  const cameras = stores.cameras.value.value ?? []
  // A camera's state changes all the time, and says nothing here.
  const known = JSON.stringify(cameras.map(({ id, name, areaId, addedUtcMs }) => ({ id, name, areaId, addedUtcMs })))
  const places = stores.places.value
  const { removed, all } = words()
  const lines = useMemo(
    () => linesOf({ rows, columns, cameras, places, nowUtcMs: now, removed }),
    [rows, columns, known, places, removed],
  )
  const sum = useMemo(() => sumLine(lines, columns, all), [lines, columns, all])
  const address = readAddress(router.location.value.query)
  const go = (change: Partial<Address>): void => {
    const now = readAddress(router.location.peek().query)
    router.navigate(writeAddress({ ...now, ...change }), { replace: true })
  }
  const opened = new Set(address.open)
  const toggle = (id: string): void => {
    const { open } = readAddress(router.location.peek().query)
    go({ open: open.includes(id) ? open.filter((one) => one !== id) : [...open, id] })
  }
  // Thousands of cells: drawn again only when they change, not when the details of one are shown.
  const strip = useMemo(
    () => (
      <Strip
        lines={lines}
        sum={sum}
        columns={columns}
        opened={opened}
        toggle={toggle}
        choose={(id, fromUtcMs) => go({ line: id, fromUtcMs })}
      />
    ),
    [lines, sum, columns, address.open.join(',')],
  )
  const groups = lines.filter((line) => line.members.length > 0).map(({ id }) => id)
  const line = address.line === sum.id ? sum : findLine(lines, address.line ?? '')
  const column = columns.find(({ fromUtcMs }) => fromUtcMs === address.fromUtcMs)
  return (
    <>
      <p class="print-only">{words().printed(session.zoneName, formatDateTime(now), session.name)}</p>
      <div class="coverage-bar">
        <fieldset class="switch">
          <legend class="visually-hidden">{words().period}</legend>
          {periods.map((one) => (
            <button
              type="button"
              key={one}
              aria-pressed={address.period === one}
              onClick={() => go({ period: one, line: null, fromUtcMs: null })}
            >
              {words().periods[one]}
            </button>
          ))}
        </fieldset>
        {groups.length === 0 ? null : (
          <button
            type="button"
            class="button button-plain"
            onClick={() => go({ open: opened.size < groups.length ? groups : [] })}
          >
            {opened.size < groups.length ? words().openAll : words().closeAll}
          </button>
        )}
        <CoverageActions lines={lines} columns={columns} />
      </div>
      <Summary account={sum.total.account} percent={sum.total.percent} />
      <Legend hasDefect={sum.total.kind === 'defect'} />
      {strip}
      {line === undefined ? null : (
        <CellDialog
          line={line}
          column={column ?? null}
          range={column ?? wholeOf(columns, now)}
          nowUtcMs={now}
          cell={(column === undefined ? undefined : line.cells[columns.indexOf(column)]) ?? line.total}
          cellOf={(member) =>
            (column === undefined ? undefined : member.cells[columns.indexOf(column)]) ?? member.total
          }
          choose={(id) => go({ line: id })}
          onClose={() => go({ line: null, fromUtcMs: null })}
        />
      )}
    </>
  )
}
