import type { Metric, PatchMetric, Sensor } from '../../gateway/contract/sensor.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { words } from './detail-words.ts'
import { kindOptions } from './kinds.ts'

/** What somebody said of a metric. All of it is sent, so that what was a guess is one no more. */
export function readMetric(fields: FormData): PatchMetric {
  const [kind, sourceUnit] = [text(fields, 'kind'), text(fields, 'sourceUnit')]
  return {
    name: text(fields, 'name'),
    kind: kind === '' ? null : kind,
    sourceUnit: sourceUnit === '' ? null : sourceUnit,
  }
}

/** Corrects what was guessed, or told wrongly by the device. */
export function MetricDialog({ sensor, metric, onClose }: { sensor: Sensor; metric: Metric; onClose: () => void }) {
  const { api, reload } = useGateway()
  const save = useAction(async (change: PatchMetric) => {
    await api.changeMetric(sensor.id, metric.key, change)
    await reload.sensors()
    onClose()
  })
  return (
    <Dialog title={words().correctTitle(metric.name)} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          save.start(readMetric(new FormData(event.currentTarget)))
        }}
      >
        {metric.guessed ? <p class="notice">{words().guessedHint}</p> : null}
        <label class="field">
          <span>{words().name}</span>
          <input name="name" required maxLength={120} defaultValue={metric.name} />
        </label>
        <div class="field-row">
          <label class="field">
            <span>{words().kind}</span>
            <select name="kind" defaultValue={metric.kind ?? ''}>
              <option value="">{words().noKind}</option>
              {kindOptions(metric.kind).map(([kind, word]) => (
                <option key={kind} value={kind} selected={kind === metric.kind}>
                  {word}
                </option>
              ))}
            </select>
          </label>
          {metric.type === 'binary' ? null : (
            <label class="field">
              <span>{words().sourceUnit}</span>
              <input
                name="sourceUnit"
                maxLength={20}
                autocomplete="off"
                defaultValue={metric.sourceUnit ?? metric.unit ?? ''}
              />
            </label>
          )}
        </div>
        <p class="muted">
          {metric.type === 'binary' ? '' : words().sourceUnitHint} {words().correctHint}
        </p>
        <FormEnd action={save} onCancel={onClose} />
      </form>
    </Dialog>
  )
}
