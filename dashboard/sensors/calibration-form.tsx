import { useState } from 'preact/hooks'
import type { NewCalibration, Sensor } from '../../gateway/contract/sensor.ts'
import { formatNumber, withUnit } from '../i18n/numbers.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway, useZone } from '../shell/gateway.ts'
import { words } from './detail-words.ts'

/** What the form says; a due date that is none is undefined. */
export function readCalibration(fields: FormData): NewCalibration | undefined {
  const due = text(fields, 'dueOn')
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(due) && new Date(`${due}T00:00:00Z`).toISOString().slice(0, 10) === due
  if (due !== '' && !isDay) return undefined
  return {
    metric: text(fields, 'metric'),
    offset: Number(text(fields, 'offset')),
    scale: Number(text(fields, 'scale')),
    certificate: text(fields, 'certificate'),
    dueOn: due === '' ? null : due,
  }
}

interface DialogProps {
  readonly sensor: Sensor
  readonly onClose: (done: boolean) => void
}

export function CalibrationDialog({ sensor, onClose }: DialogProps) {
  const { api } = useGateway()
  const { latestOf } = useZone()
  const numbers = sensor.metrics.filter(({ type }) => type === 'number')
  const [metricKey, setMetric] = useState(numbers[0]?.key ?? '')
  const [typed, setTyped] = useState({ scale: '1', offset: '0' })
  const [wrongDue, setWrongDue] = useState(false)
  const save = useAction(async (calibration: NewCalibration) => {
    await api.addCalibration(sensor.id, calibration)
    onClose(true)
  })
  const metric = numbers.find(({ key }) => key === metricKey)
  const raw = latestOf(sensor.id, metricKey).value?.value ?? null
  const corrected = raw === null ? Number.NaN : raw * Number(typed.scale) + Number(typed.offset)
  const say = (value: number): string => withUnit(formatNumber(value), metric?.unit ?? null)
  return (
    <Dialog title={words().addCalibration} onClose={() => onClose(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          const calibration = readCalibration(new FormData(event.currentTarget))
          setWrongDue(calibration === undefined)
          if (calibration !== undefined) save.start(calibration)
        }}
      >
        <label class="field">
          <span>{words().metric}</span>
          <select name="metric" value={metricKey} onChange={(event) => setMetric(event.currentTarget.value)}>
            {numbers.map(({ key, name }) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <div class="field-row">
          {(['scale', 'offset'] as const).map((name) => (
            <label class="field" key={name}>
              <span>
                {words()[name]}
                {name === 'offset' && metric?.unit != null ? ` (${metric.unit})` : ''}{' '}
                <span class="field-hint">{name === 'scale' ? words().scaleHint : words().offsetHint}</span>
              </span>
              <input
                name={name}
                type="number"
                step="any"
                required
                {...(name === 'scale' ? { min: '0.000001' } : {})}
                value={typed[name]}
                onInput={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })}
              />
            </label>
          ))}
        </div>
        {raw === null || !Number.isFinite(corrected) ? null : (
          <p class="muted">{words().preview(say(raw), say(corrected))}</p>
        )}
        <label class="field">
          <span>{words().certificate}</span>
          <input name="certificate" maxLength={120} autocomplete="off" />
        </label>
        <label class="field">
          <span>
            {words().dueOn} <span class="field-hint">{words().dueHint}</span>
          </span>
          <input name="dueOn" maxLength={10} autocomplete="off" placeholder="2027-03-31" />
        </label>
        {wrongDue ? (
          <p class="refusal" role="alert">
            {words().dueWrong}
          </p>
        ) : null}
        <p class="muted">{words().calibrationsAbout}</p>
        <FormEnd action={save} onCancel={() => onClose(false)} />
      </form>
    </Dialog>
  )
}
