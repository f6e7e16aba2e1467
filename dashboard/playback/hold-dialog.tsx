import { useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { Hold } from '../../gateway/contract/footage.ts'
import { days, type Millis } from '../../gateway/domain/units.ts'
import { formatDateTime, siteTimeZone } from '../i18n/time.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import type { Desk } from './desk.ts'
import { keepWords } from './keep-words.ts'
import { markedOr } from './marks.ts'
import { chosenOf, RangeFields, useChoosing } from './range-fields.tsx'
import { spokenMoment } from '../i18n/zone-time.ts'

const untils = { none: null, month: days(30), quarter: days(90), year: days(365) } as const satisfies Record<
  string,
  Millis | null
>
type Until = keyof typeof untils
const isUntil = (value: string): value is Until => Object.hasOwn(untils, value)
const untilOf = (fields: FormData): Millis | null => {
  const chosen = text(fields, 'until')
  return isUntil(chosen) ? untils[chosen] : null
}

function UntilField({ label }: { label: string }) {
  return (
    <label class="field">
      <span>{label}</span>
      <select name="until">
        {Object.keys(untils)
          .filter(isUntil)
          .map((one) => (
            <option key={one} value={one}>
              {keepWords().untils[one]}
            </option>
          ))}
      </select>
    </label>
  )
}

/** Places a hold on the marked span of the cameras shown. */
export function HoldDialog({ desk, cameras }: { desk: Desk; cameras: readonly Camera[] }) {
  const { api, nowUtcMs } = useGateway()
  const now = nowUtcMs.peek()
  const range = markedOr(desk.marks.peek(), desk.play.headUtcMs.peek() ?? now, now)
  const [choosing, change] = useChoosing(range, desk.cameraIds.peek())
  const [wrong, setWrong] = useState('')
  const close = (): void => {
    desk.dialog.value = null
  }
  const action = useAction(async (fields: FormData) => {
    const chosen = chosenOf(choosing, nowUtcMs.peek())
    const reason = text(fields, 'reason')
    if (typeof chosen === 'string') return setWrong(chosen)
    if (reason === '') return setWrong(keepWords().reasonMissing)
    setWrong('')
    const forMs = untilOf(fields)
    await api.addHold({
      cameraIds: [...chosen.ids],
      fromUtcMs: Math.round(chosen.range.fromUtcMs),
      toUtcMs: Math.round(chosen.range.toUtcMs),
      reason,
      ...(forMs === null ? {} : { untilUtcMs: Math.round(nowUtcMs.peek() + forMs) }),
    })
    desk.holdsVersion.value += 1
    close()
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (event.currentTarget instanceof HTMLFormElement) action.start(new FormData(event.currentTarget))
  }
  return (
    <Dialog title={keepWords().holdTitle} onClose={close}>
      <form class="form" onSubmit={submit}>
        <p class="muted">{keepWords().holdAbout}</p>
        <RangeFields choosing={choosing} change={change} cameras={cameras} />
        <label class="field">
          <span>{keepWords().reason}</span>
          <textarea name="reason" maxLength={500} placeholder={keepWords().reasonHint} />
        </label>
        <UntilField label={keepWords().until} />
        {wrong === '' ? null : (
          <p class="refusal" role="alert">
            {wrong}
          </p>
        )}
        <FormEnd action={action} onCancel={close} word={keepWords().holdTitle} />
      </form>
    </Dialog>
  )
}

interface HoldStepProps {
  readonly hold: Hold
  readonly done: () => void
  readonly close: () => void
}

/** Lets a hold go, with a reason. */
export function ReleaseDialog({ hold, done, close }: HoldStepProps) {
  const { api } = useGateway()
  const [wrong, setWrong] = useState('')
  const action = useAction(async (fields: FormData) => {
    const reason = text(fields, 'reason')
    if (reason === '') return setWrong(keepWords().reasonMissing)
    await api.releaseHold(hold.id, reason)
    return done()
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (event.currentTarget instanceof HTMLFormElement) action.start(new FormData(event.currentTarget))
  }
  return (
    <Dialog title={keepWords().releaseTitle} onClose={close}>
      <form class="form" onSubmit={submit}>
        <p>
          {formatDateTime(hold.fromUtcMs)} – {formatDateTime(hold.toUtcMs)} · {hold.reason}
        </p>
        <p class="muted">{keepWords().releaseAbout}</p>
        <label class="field">
          <span>{keepWords().reason}</span>
          <textarea name="reason" maxLength={500} />
        </label>
        {wrong === '' ? null : (
          <p class="refusal" role="alert">
            {wrong}
          </p>
        )}
        <FormEnd action={action} onCancel={close} word={keepWords().release} />
      </form>
    </Dialog>
  )
}

/** Makes the span of a hold reach further, or its end come later or never by itself. */
export function ExtendDialog({ hold, done, close }: HoldStepProps) {
  const { api, nowUtcMs } = useGateway()
  const [wrong, setWrong] = useState('')
  const action = useAction(async (fields: FormData) => {
    const zone = siteTimeZone.peek()
    const toUtcMs = spokenMoment(text(fields, 'to'), '', nowUtcMs.peek(), zone)
    if (toUtcMs === undefined) return setWrong(keepWords().wrongTo)
    // The field shows whole seconds: what was not touched stays as it is.
    const isFurther = toUtcMs > hold.toUtcMs
    if (!isFurther && toUtcMs < Math.floor(hold.toUtcMs / 1_000) * 1_000) return setWrong(keepWords().extendAbout)
    const forMs = untilOf(fields)
    const untilUtcMs = forMs === null ? null : Math.round(Math.max(hold.untilUtcMs ?? 0, nowUtcMs.peek()) + forMs)
    await api.extendHold(hold.id, {
      ...(isFurther ? { toUtcMs } : {}),
      ...(hold.untilUtcMs === null ? {} : { untilUtcMs }),
    })
    return done()
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (event.currentTarget instanceof HTMLFormElement) action.start(new FormData(event.currentTarget))
  }
  return (
    <Dialog title={keepWords().extendTitle} onClose={close}>
      <form class="form" onSubmit={submit}>
        <p class="muted">{keepWords().extendAbout}</p>
        <label class="field">
          <span>{keepWords().to}</span>
          <input name="to" autocomplete="off" defaultValue={formatDateTime(hold.toUtcMs)} />
        </label>
        {hold.untilUtcMs === null ? null : <UntilField label={keepWords().keepUntil} />}
        {wrong === '' ? null : (
          <p class="refusal" role="alert">
            {wrong}
          </p>
        )}
        <FormEnd action={action} onCancel={close} word={keepWords().extend} />
      </form>
    </Dialog>
  )
}
