import type { AuditEntry } from '../../gateway/contract/access.ts'
import { t, wordOf } from '../i18n/language.ts'
import { formatDateTime } from '../i18n/time.ts'
import { StatusDot } from '../parts/badges.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { useLoad } from '../parts/use-load.ts'
import { Table } from '../parts/table.tsx'
import { useGateway, useZone } from '../shell/gateway.ts'

const plain = (value: unknown): string =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
    ? value.join(t().system.listSeparator)
    : JSON.stringify(value)

/** Facts as `name: value`; moments in the site's time. */
export function factsText(facts: AuditEntry['facts']): string {
  return Object.entries(facts)
    .map(([name, value]) => {
      const words = t().system
      const isMoment = name.endsWith('UtcMs') && typeof value === 'number'
      const bare = isMoment ? name.slice(0, -5) : name
      const said = typeof value === 'string' ? (wordOf(words.factValues, value) ?? value) : plain(value)
      return `${wordOf(words.factNames, bare) ?? bare}: ${isMoment ? formatDateTime(value) : said}`
    })
    .join(' · ')
}

export function AuditTrail() {
  const { api } = useGateway()
  const load = useLoad((signal) => api.audit(signal), [])
  const words = t().system
  return (
    <section class="section" aria-labelledby="audit-title">
      <h2 id="audit-title">
        {words.audit}
        <span class="head-about">{words.auditAbout}</span>
      </h2>
      <Loaded what={words.audit} of={load}>
        {(entries) => (entries.length === 0 ? <Empty title={words.noAudit} /> : <Entries entries={entries} />)}
      </Loaded>
    </section>
  )
}

function Entries({ entries }: { entries: readonly AuditEntry[] }) {
  const { cameras, sensors } = useZone()
  const words = t().system
  const { column } = words
  // Who reads the trail knows devices by their names; one that is gone keeps its id.
  const nameOf = (id: string | null): string => {
    const known = [...(cameras.value.value ?? []), ...(sensors.value.value ?? [])].find((one) => one.id === id)
    return known?.name ?? id ?? '—'
  }
  return (
    <Table label={words.audit} class="audit-table">
      <thead>
        <tr>
          <th scope="col">{column.time}</th>
          <th scope="col">{column.who}</th>
          <th scope="col">{column.action}</th>
          <th scope="col">{column.object}</th>
          <th scope="col">{column.outcome}</th>
          <th scope="col">{column.facts}</th>
          <th scope="col">{column.from}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.id}>
            <td class="nowrap">{formatDateTime(entry.utcMs)}</td>
            <td class="nowrap">
              {entry.user ?? words.nobody}
              {entry.role === null ? null : <span class="muted"> {t().roles[entry.role]}</span>}
            </td>
            <td class="nowrap">{wordOf(words.actions, entry.action) ?? entry.action}</td>
            <td class="address">{nameOf(entry.object)}</td>
            <td>
              <StatusDot tone={entry.outcome === 'done' ? 'calm' : 'warn'}>{words.outcome[entry.outcome]}</StatusDot>
            </td>
            <td class="muted">{factsText(entry.facts)}</td>
            <td class="address">{entry.address ?? '—'}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
