import { useState } from 'preact/hooks'
import type { Hold } from '../../gateway/contract/footage.ts'
import { formatDateTime, siteTimeZone } from '../i18n/time.ts'
import { StatusDot } from '../parts/badges.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { Table } from '../parts/table.tsx'
import { useLoad } from '../parts/use-load.ts'
import { ExtendDialog, ReleaseDialog } from '../playback/hold-dialog.tsx'
import { toRfc3339 } from '../i18n/zone-time.ts'
import { useGateway, useMay, useSession, useZone } from '../shell/gateway.ts'
import { words } from './words.ts'
import './storage.css'

/** Cameras that Playback shows at once. */
const most = 4

/** Every hold of the zone; who may let it go, or keep it longer, finds how. */
export function Holds() {
  const { api } = useGateway()
  const [withReleased, setWithReleased] = useState(false)
  const load = useLoad((signal) => api.holds(withReleased ? 'all' : 'active', signal), [withReleased])
  return (
    <section class="section" aria-labelledby="holds-title">
      <div class="section-head">
        <h2 id="holds-title">
          {words().holds}
          <span class="head-about">{words().holdsAbout}</span>
        </h2>
        <label class="check">
          <input
            type="checkbox"
            checked={withReleased}
            onChange={(event) => setWithReleased(event.currentTarget.checked)}
          />
          {words().withReleased}
        </label>
      </div>
      <Loaded what={words().holds} of={load}>
        {(holds) =>
          holds.length === 0 ? (
            <Empty title={words().noHolds} next={words().noHoldsNext} />
          ) : (
            <HoldTable holds={holds} onChange={load.reload} />
          )
        }
      </Loaded>
    </section>
  )
}

function HoldTable({ holds, onChange }: { holds: readonly Hold[]; onChange: () => void }) {
  const mayHold = useMay('hold')
  const [step, setStep] = useState<{ kind: 'release' | 'extend'; hold: Hold } | null>(null)
  const close = (): void => setStep(null)
  const done = (): void => {
    close()
    onChange()
  }
  return (
    <>
      <Table label={words().holds}>
        <thead>
          <tr>
            <th scope="col">{words().reason}</th>
            <th scope="col">{words().span}</th>
            <th scope="col">{words().who}</th>
            <th scope="col">{words().until}</th>
            <th scope="col">{words().state}</th>
            <th scope="col">
              <span class="visually-hidden">{words().actions}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {holds.map((hold) => (
            <HoldRow key={hold.id} hold={hold} mayHold={mayHold} choose={(kind) => setStep({ kind, hold })} />
          ))}
        </tbody>
      </Table>
      {step?.kind === 'release' ? <ReleaseDialog hold={step.hold} done={done} close={close} /> : null}
      {step?.kind === 'extend' ? <ExtendDialog hold={step.hold} done={done} close={close} /> : null}
    </>
  )
}

interface HoldRowProps {
  readonly hold: Hold
  readonly mayHold: boolean
  readonly choose: (kind: 'release' | 'extend') => void
}

function HoldRow({ hold, mayHold, choose }: HoldRowProps) {
  const { cameras } = useZone()
  const session = useSession()
  const nameOf = (id: string): string => cameras.value.value?.find((one) => one.id === id)?.name ?? id
  const names = hold.cameraIds.map(nameOf)
  const listed = names.length > 3 ? words().more(names[0] ?? '', names.length) : words().listOf(names)
  const mayRelease = mayHold && hold.active && (hold.owner === session.user || session.role === 'admin')
  return (
    <tr class={hold.active ? undefined : 'row-off'} data-hold={hold.id}>
      <th scope="row">
        {hold.reason}
        <div class="muted" title={words().listOf(names)}>
          {listed}
        </div>
      </th>
      <td data-label={words().span}>{words().spanOf(formatDateTime(hold.fromUtcMs), formatDateTime(hold.toUtcMs))}</td>
      <td data-label={words().who}>
        {hold.ownerName}
        <div class="muted">{formatDateTime(hold.createdUtcMs)}</div>
      </td>
      <td data-label={words().until}>{hold.untilUtcMs === null ? words().noEnd : formatDateTime(hold.untilUtcMs)}</td>
      <td>
        <HoldState hold={hold} />
      </td>
      <td>
        <div class="row-actions">
          <a href={footageHref(hold, siteTimeZone.value)} aria-label={`${words().show}: ${hold.reason}`}>
            {words().show}
          </a>
          {mayHold && hold.active ? (
            <button
              type="button"
              class="button button-small"
              aria-label={`${words().extend}: ${hold.reason}`}
              onClick={() => choose('extend')}
            >
              {words().extend}
            </button>
          ) : null}
          {mayRelease ? (
            <button
              type="button"
              class="button button-small button-danger"
              aria-label={`${words().release}: ${hold.reason}`}
              onClick={() => choose('release')}
            >
              {words().release}
            </button>
          ) : null}
        </div>
        {mayHold && hold.active && !mayRelease ? <div class="muted hold-others">{words().othersHold}</div> : null}
      </td>
    </tr>
  )
}

/** The held footage itself, from its beginning, of as many cameras as Playback shows at once. */
export function footageHref({ cameraIds, fromUtcMs }: Pick<Hold, 'cameraIds' | 'fromUtcMs'>, timeZone: string): string {
  const cameras = cameraIds.slice(0, most).map(encodeURIComponent).join(',')
  return `/playback?camera=${cameras}&t=${encodeURIComponent(toRfc3339(fromUtcMs, timeZone)).replaceAll('%3A', ':')}`
}

function HoldState({ hold }: { hold: Hold }) {
  const { active, releasedUtcMs, releasedBy, releaseReason } = hold
  if (active) return <StatusDot tone="calm">{words().active}</StatusDot>
  if (releasedUtcMs === null) return <StatusDot tone="off">{words().lapsed}</StatusDot>
  return (
    <>
      {words().released(releasedBy ?? '—', formatDateTime(releasedUtcMs))}
      <div class="muted">{releaseReason}</div>
    </>
  )
}
