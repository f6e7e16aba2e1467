import { useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { NewPlannedOff, PlannedOff } from '../../gateway/contract/footage.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { formatDateTime, siteTimeZone, zoneLabel } from '../i18n/time.ts'
import { StatusDot } from '../parts/badges.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { Loaded, problemText } from '../parts/states.tsx'
import { useAction, useLoad } from '../parts/use-load.ts'
import { useGateway, useZone } from '../shell/gateway.ts'
import { words } from './keeping-words.ts'
import { fieldOf, momentOf, planStateOf, plansInOrder, usualPlan } from './plan.ts'
import './keeping.css'

/** Plans are kept for ever; more than these are of no use here. */
const mostPlans = 12

/** When a camera is off by plan: what there is, a way to end it, and a form for another, also for several cameras. */
export function PlannedOffDialog({ camera, onClose }: { camera: Camera; onClose: () => void }) {
  const { api } = useGateway()
  const load = useLoad((signal) => api.plannedOff(camera.id, signal), [camera.id])
  return (
    <Dialog title={words().planTitle(camera.name)} onClose={onClose}>
      <div class="form">
        <p class="muted">{words().planAbout}</p>
        <Loaded what={words().planList} of={load}>
          {(plans) =>
            plans.length === 0 ? (
              <p class="muted">{words().planNone}</p>
            ) : (
              <Plans plans={plans} onChange={load.reload} />
            )
          }
        </Loaded>
        <AddPlan camera={camera} onAdded={load.reload} onClose={onClose} />
      </div>
    </Dialog>
  )
}

function Plans({ plans, onChange }: { plans: readonly PlannedOff[]; onChange: () => void }) {
  const { nowUtcMs } = useGateway()
  return (
    <ul class="planned-list" aria-label={words().planList}>
      {plansInOrder(plans, nowUtcMs.value)
        .slice(0, mostPlans)
        .map((plan) => (
          <Plan key={plan.id} plan={plan} onChange={onChange} />
        ))}
    </ul>
  )
}

function Plan({ plan, onChange }: { plan: PlannedOff; onChange: () => void }) {
  const { api, nowUtcMs } = useGateway()
  const end = useAction(async () => {
    await api.endPlannedOff(plan.id)
    onChange()
  })
  const state = planStateOf(plan, nowUtcMs.value)
  const isOpen = state === 'running' || state === 'coming'
  const span = words().until(formatDateTime(plan.fromUtcMs), formatDateTime(plan.toUtcMs))
  const word = state === 'running' ? words().endNow : words().drop
  return (
    <li class={isOpen ? undefined : 'is-past'} data-plan={state}>
      <div>
        <div>{span}</div>
        <div>
          <StatusDot tone={state === 'running' ? 'warn' : 'off'}>{words().planStates[state]}</StatusDot> · {plan.reason}{' '}
          · {plan.createdBy}
        </div>
      </div>
      {isOpen ? (
        <button
          type="button"
          class="button button-small"
          aria-label={`${word}: ${span}`}
          disabled={end.busy}
          onClick={() => end.start()}
        >
          {word}
        </button>
      ) : null}
      {end.problem === null ? null : (
        <p class="refusal" role="alert">
          {problemText(end.problem)}
        </p>
      )}
    </li>
  )
}

/** What was typed; a sentence when it cannot be. */
function readPlan(fields: FormData, camera: Camera, nowUtcMs: UtcMs): NewPlannedOff | string {
  const zone = siteTimeZone.peek()
  const fromUtcMs = momentOf(text(fields, 'from'), nowUtcMs, zone)
  const toUtcMs = momentOf(text(fields, 'to'), nowUtcMs, zone)
  if (fromUtcMs === undefined || toUtcMs === undefined) return words().wrongMoment
  if (toUtcMs <= fromUtcMs) return words().backwards
  const others = fields.getAll('other').filter((one) => typeof one === 'string')
  return { cameraIds: [camera.id, ...others], fromUtcMs, toUtcMs, reason: text(fields, 'reason') }
}

interface AddPlanProps {
  readonly camera: Camera
  readonly onAdded: () => void
  readonly onClose: () => void
}

function AddPlan({ camera, onAdded, onClose }: AddPlanProps) {
  const { api, nowUtcMs } = useGateway()
  const [usual] = useState(() => usualPlan(nowUtcMs.peek()))
  const [wrong, setWrong] = useState('')
  const [added, setAdded] = useState(0)
  const add = useAction(async (form: HTMLFormElement) => {
    const plan = readPlan(new FormData(form), camera, nowUtcMs.peek())
    if (typeof plan === 'string') return setWrong(plan)
    setWrong('')
    await api.addPlannedOff(plan)
    form.reset()
    setAdded((n) => n + 1)
    onAdded()
  })
  const zone = siteTimeZone.value
  const moment = (name: 'from' | 'to', utcMs: number, label: string) => (
    <label class="field">
      <span>
        {label} <span class="field-hint">{zoneLabel(utcMs)}</span>
      </span>
      <input
        name={name}
        required
        autocomplete="off"
        placeholder={words().momentHint}
        defaultValue={fieldOf(utcMs, zone)}
      />
    </label>
  )
  return (
    <form
      class="form"
      aria-label={words().planAdd}
      onSubmit={(event) => {
        event.preventDefault()
        add.start(event.currentTarget)
      }}
    >
      <h3>{words().planAdd}</h3>
      <div class="field-row">
        {moment('from', usual.fromUtcMs, words().planFrom)}
        {moment('to', usual.toUtcMs, words().planTo)}
      </div>
      <label class="field">
        <span>{words().planReason}</span>
        <input name="reason" required maxLength={500} placeholder={words().planReasonHint} autocomplete="off" />
      </label>
      <OtherCameras key={added} camera={camera} />
      {wrong === '' ? null : (
        <p class="refusal" role="alert">
          {wrong}
        </p>
      )}
      <FormEnd action={add} onCancel={onClose} word={words().planAdd} />
    </form>
  )
}

function OtherCameras({ camera }: { camera: Camera }) {
  const { cameras } = useZone()
  const [chosen, setChosen] = useState(0)
  const others = (cameras.value.value ?? []).filter(({ id }) => id !== camera.id)
  if (others.length === 0) return null
  return (
    <details>
      <summary>{words().planOthers(chosen)}</summary>
      <div class="planned-cameras">
        {others.map(({ id, name }) => (
          <label key={id} class="check">
            <input
              type="checkbox"
              name="other"
              value={id}
              onChange={(event) => setChosen(chosen + (event.currentTarget.checked ? 1 : -1))}
            />
            {name}
          </label>
        ))}
      </div>
    </details>
  )
}
