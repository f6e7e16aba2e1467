import { useState } from 'preact/hooks'
import type { Discovery } from '../../gateway/contract/lists.ts'
import type { SensorCandidate } from '../../gateway/contract/sensor.ts'
import { PlusIcon } from '../parts/icons.tsx'
import { Empty, Loaded, problemText } from '../parts/states.tsx'
import { Table } from '../parts/table.tsx'
import { type Load, useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { ApproveDialog } from './approve-dialog.tsx'
import { CandidateRow } from './candidate-row.tsx'
import { words } from './inbox-words.ts'
import { ManualSensorDialog } from './manual-sensor-form.tsx'
import './inbox.css'

/** Devices that were heard and wait for an area; those that are ignored, when asked for. */
export function FoundSensors({ found }: { found: Load<Discovery> }) {
  const { api, reload } = useGateway()
  const [isIgnored, showIgnored] = useState(false)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [approved, setApproved] = useState<readonly SensorCandidate[] | null>(null)
  const [manual, setManual] = useState(false)
  const ignore = useAction(async (ids: readonly string[], ignored: boolean) => {
    await api.ignoreCandidates([...ids], ignored)
    setChosen(new Set())
    found.reload()
  })
  const sensors = found.value?.sensors ?? []
  const waiting = sensors.filter(({ state }) => state === 'waiting')
  const ignored = sensors.filter(({ state }) => state === 'ignored')
  const shown = (isIgnored ? ignored : waiting).toSorted((a, b) => b.firstSeenUtcMs - a.firstSeenUtcMs)
  const marked = shown.filter(({ candidateId }) => chosen.has(candidateId))
  const done = (changed: boolean): void => {
    setApproved(null)
    setManual(false)
    if (!changed) return
    setChosen(new Set())
    found.reload()
    void reload.sensors()
  }
  return (
    <section class="section" aria-labelledby="found-sensors">
      <div class="section-head">
        <h2 id="found-sensors">
          {words().found}
          <span class="head-about">{words().foundAbout}</span>
        </h2>
        <button type="button" class="button" onClick={() => setManual(true)}>
          <PlusIcon size={18} /> {words().addManual}
        </button>
      </div>
      <div class="inbox-bar">
        <fieldset class="switch">
          <legend class="visually-hidden">{words().show}</legend>
          {[false, true].map((one) => (
            <button
              type="button"
              key={String(one)}
              aria-pressed={one === isIgnored}
              onClick={() => {
                showIgnored(one)
                setChosen(new Set())
              }}
            >
              {one ? words().ignored(ignored.length) : words().waiting(waiting.length)}
            </button>
          ))}
        </fieldset>
        {marked.length === 0 || isIgnored ? null : (
          <div class="row-actions">
            <button type="button" class="button button-main" onClick={() => setApproved(marked)}>
              {words().chosen(marked.length)}
            </button>
            <button
              type="button"
              class="button"
              disabled={ignore.busy}
              onClick={() =>
                ignore.start(
                  marked.map(({ candidateId }) => candidateId),
                  true,
                )
              }
            >
              {words().ignoreChosen(marked.length)}
            </button>
          </div>
        )}
      </div>
      {ignore.problem === null ? null : (
        <p class="refusal" role="alert">
          {problemText(ignore.problem)}
        </p>
      )}
      <Loaded what={words().found} of={found}>
        {() =>
          shown.length === 0 ? (
            isIgnored ? (
              <Empty title={words().noneIgnored} />
            ) : (
              <Empty title={words().none} next={words().noneNext} />
            )
          ) : (
            <Candidates
              sensors={shown}
              chosen={chosen}
              choose={setChosen}
              approve={(one) => setApproved([one])}
              ignore={({ candidateId }, on) => ignore.start([candidateId], on)}
            />
          )
        }
      </Loaded>
      <p class="muted">
        <a href="/sensors/ledger">{words().toQuarantine}</a>
      </p>
      {approved === null ? null : <ApproveDialog candidates={approved} onClose={done} />}
      {manual ? <ManualSensorDialog onClose={done} /> : null}
    </section>
  )
}

interface CandidatesProps {
  readonly sensors: readonly SensorCandidate[]
  readonly chosen: ReadonlySet<string>
  readonly choose: (ids: ReadonlySet<string>) => void
  readonly approve: (sensor: SensorCandidate) => void
  readonly ignore: (sensor: SensorCandidate, ignored: boolean) => void
}

function Candidates({ sensors, chosen, choose, approve, ignore }: CandidatesProps) {
  const { column } = words()
  const all = sensors.every(({ candidateId }) => chosen.has(candidateId))
  return (
    <Table label={words().found} class="inbox-table">
      <thead>
        <tr>
          <th scope="col" class="inbox-check">
            <input
              type="checkbox"
              aria-label={words().chooseAll}
              checked={all}
              onChange={() => choose(new Set(all ? [] : sensors.map(({ candidateId }) => candidateId)))}
            />
          </th>
          <th scope="col">{column.sensor}</th>
          <th scope="col">{column.understood}</th>
          <th scope="col">{column.last}</th>
          <th scope="col">
            <span class="visually-hidden">{column.action}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sensors.map((sensor) => (
          <CandidateRow
            key={sensor.candidateId}
            sensor={sensor}
            chosen={chosen.has(sensor.candidateId)}
            choose={(on) => {
              const next = new Set(chosen)
              if (on) next.add(sensor.candidateId)
              else next.delete(sensor.candidateId)
              choose(next)
            }}
            approve={() => approve(sensor)}
            ignore={(on) => ignore(sensor, on)}
          />
        ))}
      </tbody>
    </Table>
  )
}
