import { useState } from 'preact/hooks'
import type { Screen, ScreenLink } from '../../gateway/contract/wall.ts'
import { minutes, type UtcMs } from '../../gateway/domain/units.ts'
import { formatAgo, formatDateTime } from '../i18n/time.ts'
import { StatusDot, type Tone } from '../parts/badges.tsx'
import { ConfirmDialog } from '../parts/confirm.tsx'
import { PlusIcon } from '../parts/icons.tsx'
import { Empty, Loaded, problemText } from '../parts/states.tsx'
import { Table } from '../parts/table.tsx'
import { useAction, useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { words } from './access-words.ts'
import { AddScreenDialog, LinkDialog } from './screen-dialogs.tsx'

/** A screen tells of itself at least every 20 s by its sockets, and the gateway writes it down once a minute. */
const onlineForMs = minutes(2)

export type ScreenState = keyof ReturnType<typeof words>['states']
const tones: Record<ScreenState, Tone> = { waiting: 'unknown', online: 'live', away: 'warn', revoked: 'off' }

export function screenState({ revokedUtcMs, seenUtcMs }: Screen, nowUtcMs: UtcMs): ScreenState {
  if (revokedUtcMs !== null) return 'revoked'
  if (seenUtcMs === null) return 'waiting'
  return nowUtcMs - seenUtcMs < onlineForMs ? 'online' : 'away'
}

type Step =
  | { readonly kind: 'add' }
  | { readonly kind: 'link'; readonly link: ScreenLink }
  | { readonly kind: 'revoke'; readonly screen: Screen }

/** The walls that nobody sits at. */
export function Screens() {
  const { api } = useGateway()
  const load = useLoad((signal) => api.screens(signal), [])
  const [step, setStep] = useState<Step | null>(null)
  const close = (): void => {
    setStep(null)
    load.reload()
  }
  const newLink = useAction(async ({ id }: Screen) => setStep({ kind: 'link', link: await api.linkScreen(id) }))
  return (
    <section class="section" aria-labelledby="screens-title">
      <div class="section-head">
        <h2 id="screens-title">
          {words().screens}
          <span class="head-about">{words().screensAbout}</span>
        </h2>
        <button type="button" class="button" onClick={() => setStep({ kind: 'add' })}>
          <PlusIcon size={18} /> {words().add}
        </button>
      </div>
      {newLink.problem === null ? null : (
        <p class="refusal" role="alert">
          {problemText(newLink.problem)}
        </p>
      )}
      <Loaded what={words().screens} of={load}>
        {(screens) =>
          screens.length === 0 ? (
            <Empty title={words().empty} next={words().emptyNext} />
          ) : (
            <ScreenTable
              screens={screens}
              busy={newLink.busy}
              link={newLink.start}
              revoke={(screen) => setStep({ kind: 'revoke', screen })}
            />
          )
        }
      </Loaded>
      {step?.kind === 'add' ? (
        <AddScreenDialog onClose={close} onAdded={(link) => setStep({ kind: 'link', link })} />
      ) : null}
      {step?.kind === 'link' ? <LinkDialog link={step.link} onClose={close} /> : null}
      {step?.kind === 'revoke' ? (
        <ConfirmDialog
          title={words().revokeTitle}
          text={words().revokeText(step.screen.name)}
          word={words().revoke}
          run={async () => void (await api.revokeScreen(step.screen.id))}
          onClose={close}
        />
      ) : null}
    </section>
  )
}

interface TableProps {
  readonly screens: readonly Screen[]
  readonly busy: boolean
  readonly link: (screen: Screen) => void
  readonly revoke: (screen: Screen) => void
}

function ScreenTable({ screens, busy, link, revoke }: TableProps) {
  const { nowUtcMs } = useGateway()
  return (
    <Table label={words().screens}>
      <thead>
        <tr>
          <th scope="col">{words().name}</th>
          <th scope="col">{words().state}</th>
          <th scope="col">{words().seen}</th>
          <th scope="col">{words().where}</th>
          <th scope="col">{words().areas}</th>
          <th scope="col">{words().created}</th>
          <th scope="col">
            <span class="visually-hidden">{words().actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {screens.map((screen) => {
          const state = screenState(screen, nowUtcMs.value)
          const { seenUtcMs, revokedUtcMs, revokedBy, areaIds } = screen
          return (
            <tr key={screen.id} class={state === 'revoked' ? 'row-off' : undefined}>
              <th scope="row">{screen.name}</th>
              <td>
                <StatusDot tone={tones[state]}>{words().states[state]}</StatusDot>
                {revokedUtcMs === null ? null : (
                  <div class="muted">{words().by(revokedBy ?? '', formatDateTime(revokedUtcMs))}</div>
                )}
              </td>
              <td class="nowrap">{seenUtcMs === null ? '—' : formatAgo(seenUtcMs, nowUtcMs.value)}</td>
              <td class="address">{screen.address ?? '—'}</td>
              <td class="nowrap">{areaIds === null ? words().all : words().scope(areaIds.length)}</td>
              <td class="nowrap">{words().by(screen.createdBy, formatDateTime(screen.createdUtcMs))}</td>
              <td>
                {state === 'revoked' ? null : (
                  <div class="row-actions">
                    <button
                      type="button"
                      class="button button-small"
                      disabled={busy}
                      aria-label={`${words().newLink}: ${screen.name}`}
                      onClick={() => link(screen)}
                    >
                      {words().newLink}
                    </button>
                    <button
                      type="button"
                      class="button button-small"
                      aria-label={`${words().revoke}: ${screen.name}`}
                      onClick={() => revoke(screen)}
                    >
                      {words().revoke}
                    </button>
                  </div>
                )}
              </td>
            </tr>
          )
        })}
      </tbody>
    </Table>
  )
}
