import { useState } from 'preact/hooks'
import type { NewManualSensor } from '../../gateway/contract/sensor.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { CloseIcon, PlusIcon } from '../parts/icons.tsx'
import { useAction } from '../parts/use-load.ts'
import { kindOptions } from '../sensors/kinds.ts'
import { words as detailWords } from '../sensors/detail-words.ts'
import { useGateway } from '../shell/gateway.ts'
import { AreaField } from './area-field.tsx'
import { words } from './inbox-words.ts'

const mostMetrics = 16

/** What the form says: one metric for each of `rows`. */
export function readManualSensor(fields: FormData, rows: readonly number[]): NewManualSensor {
  return {
    name: text(fields, 'name'),
    areaId: text(fields, 'areaId'),
    metrics: rows.map((row) => {
      const [unit, kind] = [text(fields, `unit-${row}`), text(fields, `kind-${row}`)]
      return { name: text(fields, `metric-${row}`), unit: unit === '' ? null : unit, kind: kind === '' ? null : kind }
    }),
  }
}

/** A measuring point without a device. */
export function ManualSensorDialog({ onClose }: { onClose: (changed: boolean) => void }) {
  const { api } = useGateway()
  // Rows by a number of their own, so that taking one away leaves what is typed in the others.
  const [rows, setRows] = useState<readonly number[]>([0])
  const save = useAction(async (sensor: NewManualSensor) => {
    await api.addManualSensor(sensor)
    onClose(true)
  })
  return (
    <Dialog title={words().manualTitle} onClose={() => onClose(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          save.start(readManualSensor(new FormData(event.currentTarget), rows))
        }}
      >
        <p class="muted">{words().manualAbout}</p>
        <div class="field-row">
          <label class="field">
            <span>{words().name}</span>
            <input name="name" required maxLength={120} autocomplete="off" />
          </label>
          <AreaField label={words().area} forCamera={false} />
        </div>
        <fieldset class="form">
          <legend class="field-legend">{words().manualMetrics}</legend>
          {rows.map((row, index) => (
            <div class="metric-row" key={row}>
              <label class="field">
                <span>{words().metricName}</span>
                <input name={`metric-${row}`} required maxLength={120} placeholder={words().metricNameHint} />
              </label>
              <label class="field">
                <span>{words().unit}</span>
                <input name={`unit-${row}`} maxLength={20} placeholder={words().unitHint} />
              </label>
              <label class="field">
                <span>{words().kind}</span>
                <select name={`kind-${row}`}>
                  <option value="">{detailWords().noKind}</option>
                  {kindOptions(null).map(([kind, word]) => (
                    <option key={kind} value={kind}>
                      {word}
                    </option>
                  ))}
                </select>
              </label>
              {rows.length < 2 ? null : (
                <button
                  type="button"
                  class="icon-button"
                  aria-label={words().dropMetric(index + 1)}
                  onClick={() => setRows(rows.filter((one) => one !== row))}
                >
                  <CloseIcon size={16} />
                </button>
              )}
            </div>
          ))}
          {rows.length >= mostMetrics ? null : (
            <button
              type="button"
              class="button button-small add-row"
              onClick={() => setRows([...rows, Math.max(...rows) + 1])}
            >
              <PlusIcon size={16} /> {words().addMetric}
            </button>
          )}
        </fieldset>
        <FormEnd action={save} onCancel={() => onClose(false)} />
      </form>
    </Dialog>
  )
}
