import { useState } from 'preact/hooks'
import type { Approval, SensorCandidate } from '../../gateway/contract/sensor.ts'
import { Dialog } from '../parts/dialog.tsx'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway, useZone } from '../shell/gateway.ts'
import { ApproveEntry, type Entry } from './approve-entry.tsx'
import { AreaField } from './area-field.tsx'
import { words } from './inbox-words.ts'
import { suggestArea } from './suggest-area.ts'

interface DialogProps {
  readonly candidates: readonly SensorCandidate[]
  readonly onClose: (changed: boolean) => void
}

/** What is sent: names without blanks around them, and the rules that are ticked. */
export const approvalOf = (entries: readonly Entry[]): Approval => ({
  entries: entries.map(({ candidateId, areaId, name, rules }) => ({
    candidateId,
    areaId,
    name: name.trim(),
    rules: rules.filter(({ on }) => on).map(({ rule }) => rule),
  })),
})

/** Places one or several devices, each with its name, area and rules: all of them or none. */
export function ApproveDialog({ candidates, onClose }: DialogProps) {
  const { api } = useGateway()
  const { places } = useZone()
  const [entries, setEntries] = useState<readonly Entry[]>(() =>
    candidates.map((candidate) => {
      const areaId = suggestArea(candidate, places.peek())
      const { candidateId, name } = candidate
      return { candidateId, name, areaId: areaId ?? '', suggested: areaId, rules: [] }
    }),
  )
  const save = useAction(async () => {
    await api.approveSensors(approvalOf(entries))
    onClose(true)
  })
  const change = (candidateId: string, next: (entry: Entry) => Entry): void =>
    setEntries((before) => before.map((entry) => (entry.candidateId === candidateId ? next(entry) : entry)))
  const rules = entries.flatMap((entry) => entry.rules.filter(({ on }) => on)).length
  return (
    <Dialog title={words().approveTitle(candidates.length)} onClose={() => onClose(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          save.start()
        }}
      >
        {candidates.length < 2 ? null : (
          <AreaField
            label={words().allTo}
            forCamera={false}
            noneWord={words().each}
            onChange={(areaId) =>
              setEntries((before) => before.map((entry) => (areaId === '' ? entry : { ...entry, areaId, rules: [] })))
            }
          />
        )}
        {candidates.map((candidate) => {
          const entry = entries.find(({ candidateId }) => candidateId === candidate.candidateId)
          return entry === undefined ? null : (
            <ApproveEntry
              key={candidate.candidateId}
              candidate={candidate}
              entry={entry}
              alone={candidates.length === 1}
              change={(next) => change(candidate.candidateId, next)}
            />
          )
        })}
        <FormEnd action={save} onCancel={() => onClose(false)} word={words().approveWord(entries.length, rules)} />
      </form>
    </Dialog>
  )
}
