import { useComputed } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { ReadingLedger } from '../../gateway/contract/sensor.ts'
import { t, wordOf } from '../i18n/language.ts'
import { formatCount } from '../i18n/numbers.ts'
import { formatAgo, formatDateTime } from '../i18n/time.ts'
import { StatusDot } from '../parts/badges.tsx'
import { Empty, Loaded, PageHead } from '../parts/states.tsx'
import { Table } from '../parts/table.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway, useMay, useZone } from '../shell/gateway.ts'
import { byGravity, isPlain, storesOf, type Sums, sumsOf } from './ledger.ts'
import { LossList, QuarantineList } from './ledger-lists.tsx'
import { words } from './ledger-words.ts'
import { sensorName } from './sensor-name.ts'

/** `/sensors/ledger`: where every reading went. Asked again each ten seconds. */
export function LedgerPage() {
  const { api, nowUtcMs } = useGateway()
  const mayConfigure = useMay('configure')
  const look = useComputed(() => Math.floor(nowUtcMs.value / 10_000)).value
  const load = useLoad((signal) => api.ledger(signal), [look])
  return (
    <>
      <a class="back" href="/sensors">
        ← {t().sensors.backToList}
      </a>
      <PageHead title={words().title} about={words().about} />
      <Loaded what={words().title} of={load}>
        {(ledger) => (
          <>
            <Stores ledger={ledger} />
            <Accounts ledger={ledger} />
            <LossList losses={ledger.losses} />
          </>
        )}
      </Loaded>
      {mayConfigure ? <QuarantineList look={look} /> : null}
    </>
  )
}

/** What each store took, and how far it is behind. */
function Stores({ ledger }: { ledger: ReadingLedger }) {
  const { nowUtcMs } = useGateway()
  const stores = storesOf(ledger)
  if (stores.length === 0) return <Empty title={words().none} next={words().noneNext} />
  return (
    <section class="section" aria-labelledby="ledger-stores">
      <h2 id="ledger-stores">
        {words().stores}
        <span class="head-about">{words().since(formatDateTime(ledger.sinceUtcMs))}</span>
      </h2>
      <ul class="ledger-stores">
        {stores.map((store) => {
          const sums = sumsOf(ledger.accounts.filter((one) => one.store === store))
          const backlog = ledger.backlogs.find((one) => one.store === store)
          const health = backlog?.health ?? 'ok'
          return (
            <li key={store} class="panel ledger-store" data-store={store}>
              <div class="section-head">
                <h3>{wordOf(words().storeNames, store) ?? store}</h3>
                <StatusDot tone={health === 'ok' ? 'calm' : 'crit'}>
                  {health === 'ok' ? words().fine : (wordOf(t().problems, health) ?? health)}
                </StatusDot>
              </div>
              <Equation sums={sums} />
              <p class="muted">
                {backlog === undefined || backlog.readings === 0 || backlog.oldestUtcMs === null
                  ? words().nothing
                  : `${words().waiting} ${formatCount(backlog.readings)} · ${words().oldest} ${formatAgo(backlog.oldestUtcMs, nowUtcMs.peek())}`}
              </p>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** `收到 120 = 已存 118 + 隔离 1 + 丢失 0 + 等待 1`; what does not add up stands out. */
function Equation({ sums }: { sums: Sums }) {
  const terms = [
    ['=', words().stored, sums.stored, false],
    ['+', words().quarantined, sums.quarantined, sums.quarantined > 0],
    ['+', words().lostTerm, sums.lost, sums.lost > 0],
    ['+', words().waitingTerm, sums.waiting, false],
  ] as const
  return (
    <p class="ledger-equation">
      <span>
        <span class="muted">{words().received}</span> <strong>{formatCount(sums.received)}</strong>
      </span>
      {terms.map(([sign, name, count, isBad]) => (
        <span key={name} class={isBad ? 'is-bad' : undefined}>
          {sign} <span class="muted">{name}</span> <strong>{formatCount(count)}</strong>
        </span>
      ))}
      {sums.difference === 0 ? null : (
        <span class="is-defect">
          ! {words().difference} <strong>{formatCount(sums.difference)}</strong>
        </span>
      )}
    </p>
  )
}

/** The account of each sensor; those that are as they should be only when asked for. */
function Accounts({ ledger }: { ledger: ReadingLedger }) {
  const { sensors, places } = useZone()
  const [all, setAll] = useState(false)
  const { accounts } = ledger
  const odd = accounts.filter((one) => !isPlain(one))
  const shown = (all ? accounts : odd).toSorted(byGravity)
  const fine =
    new Set(accounts.map(({ sensorId }) => sensorId)).size - new Set(odd.map(({ sensorId }) => sensorId)).size
  const { difference } = sumsOf(accounts)
  return (
    <section class="section" aria-labelledby="ledger-accounts">
      <div class="section-head">
        <h2 id="ledger-accounts">{words().accounts}</h2>
        <label class="check">
          <input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />{' '}
          {words().showAll}
        </label>
      </div>
      {difference === 0 ? null : <p class="refusal">{words().unequal(difference)}</p>}
      {all || fine === 0 ? null : <p class="muted">{words().allFine(fine)}</p>}
      {shown.length === 0 ? null : (
        <Table label={words().accounts}>
          <thead>
            <tr>
              <th scope="col">{words().sensor}</th>
              <th scope="col">{words().store}</th>
              {columns.map((column) => (
                <th scope="col" class="number" key={column}>
                  {columnWords(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={`${one.sensorId} ${one.store}`} data-account={one.sensorId}>
                <th scope="row">{sensorName(sensors.value.value, places.value, one.sensorId)}</th>
                <td>{wordOf(words().storeNames, one.store) ?? one.store}</td>
                {columns.map((column) => (
                  <td
                    class={`number${isOdd(column, one) ? ' is-odd' : ''}`}
                    key={column}
                    data-label={columnWords(column)}
                  >
                    {formatCount(one[column])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

const columns = ['received', 'stored', 'quarantined', 'lost', 'waiting', 'difference'] as const
type Column = (typeof columns)[number]
const columnWords = (column: Column): string =>
  column === 'lost' ? words().lostTerm : column === 'waiting' ? words().waitingTerm : words()[column]
const isOdd = (column: Column, account: Sums): boolean =>
  (column === 'lost' || column === 'difference' || column === 'quarantined') && account[column] !== 0
