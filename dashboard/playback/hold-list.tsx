import { useState } from 'preact/hooks'
import type { Hold } from '../../gateway/contract/footage.ts'
import type { Camera } from '../../gateway/contract/camera.ts'
import { formatDateTime } from '../i18n/time.ts'
import { Table } from '../parts/table.tsx'
import { useMay, useSession } from '../shell/gateway.ts'
import type { Desk } from './desk.ts'
import { ExtendDialog, ReleaseDialog } from './hold-dialog.tsx'
import { keepWords } from './keep-words.ts'
import { words } from './words.ts'

interface HoldListProps {
  readonly desk: Desk
  readonly holds: readonly Hold[]
  readonly cameras: readonly Camera[]
}

/** What is held of the cameras shown, with its owner and end; who may let it go finds how. */
export function HoldList({ desk, holds, cameras }: HoldListProps) {
  const session = useSession()
  const mayHold = useMay('hold')
  const [step, setStep] = useState<{ kind: 'release' | 'extend'; hold: Hold } | null>(null)
  if (holds.length === 0) return <p class="muted">{keepWords().noHolds}</p>
  const nameOf = (id: string): string => cameras.find((one) => one.id === id)?.name ?? id
  const close = (): void => setStep(null)
  const done = (): void => {
    desk.holdsVersion.value += 1
    close()
  }
  return (
    <>
      <Table label={keepWords().holds}>
        <thead>
          <tr>
            <th>{keepWords().holdWhat}</th>
            <th>{keepWords().holdSpan}</th>
            <th>{keepWords().cameras}</th>
            <th>{keepWords().holdOwner}</th>
            <th>{keepWords().holdUntil}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {holds.map((hold) => {
            const isMine = hold.owner === session.user
            return (
              <tr key={hold.id} data-hold={hold.id}>
                <th scope="row">{hold.reason}</th>
                <td data-label={keepWords().holdSpan}>
                  {formatDateTime(hold.fromUtcMs)} – {formatDateTime(hold.toUtcMs)}
                </td>
                <td>{words().listed(hold.cameraIds.map(nameOf))}</td>
                <td data-label={keepWords().holdOwner}>{hold.ownerName}</td>
                <td data-label={keepWords().holdUntil}>
                  {hold.untilUtcMs === null ? keepWords().noEnd : formatDateTime(hold.untilUtcMs)}
                </td>
                <td class="row-actions">
                  <button
                    type="button"
                    class="button button-small button-plain"
                    onClick={() => {
                      desk.showRange(hold)
                      desk.go(hold.fromUtcMs)
                    }}
                  >
                    {keepWords().show}
                  </button>
                  {mayHold ? (
                    <button type="button" class="button button-small" onClick={() => setStep({ kind: 'extend', hold })}>
                      {keepWords().extend}
                    </button>
                  ) : null}
                  {mayHold && (isMine || session.role === 'admin') ? (
                    <button
                      type="button"
                      class="button button-small button-danger"
                      onClick={() => setStep({ kind: 'release', hold })}
                    >
                      {keepWords().release}
                    </button>
                  ) : mayHold ? (
                    <span class="muted">{keepWords().othersHold}</span>
                  ) : null}
                </td>
              </tr>
            )
          })}
        </tbody>
      </Table>
      {step?.kind === 'release' ? <ReleaseDialog hold={step.hold} done={done} close={close} /> : null}
      {step?.kind === 'extend' ? <ExtendDialog hold={step.hold} done={done} close={close} /> : null}
    </>
  )
}
