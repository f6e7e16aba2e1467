import { useState } from 'preact/hooks'
import type { NewRule, Rule } from '../../gateway/contract/alert.ts'
import type { Sensor } from '../../gateway/contract/sensor.ts'
import { minutes } from '../../gateway/domain/units.ts'
import { nameWithPlace } from '../api/places.ts'
import { t } from '../i18n/language.ts'
import { formatValue } from '../i18n/numbers.ts'
import { ConfirmDialog } from '../parts/confirm.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway, useZone } from '../shell/gateway.ts'

type Condition = NewRule['condition']
const conditions: readonly Condition[] = ['above', 'below', 'silent']

interface RuleDialogProps {
  /** Null: a new one. Sensor, metric and condition of a rule that exists stay what they are. */
  readonly rule: Rule | null
  readonly onClose: (changed: boolean) => void
}

/** What the form's fields say. Minutes become milliseconds here. */
export function readRule(fields: FormData, fixed: Pick<NewRule, 'sensorId' | 'metric' | 'condition'>): NewRule {
  const number = (name: string): number => Number(text(fields, name))
  return {
    ...fixed,
    name: text(fields, 'name'),
    threshold: fixed.condition === 'silent' ? 0 : number('threshold'),
    forMs: Math.round(minutes(number('forMinutes'))),
    hysteresis: fixed.condition === 'silent' ? 0 : number('hysteresis'),
    severity: fields.get('severity') === 'critical' ? 'critical' : 'warning',
    enabled: fields.get('enabled') === 'on',
  }
}

export function RuleDialog({ rule, onClose }: RuleDialogProps) {
  const { api } = useGateway()
  const { sensors } = useZone()
  const list: readonly Sensor[] = sensors.value.value ?? []
  const [sensorId, setSensorId] = useState(rule?.sensorId ?? list[0]?.id ?? '')
  const [condition, setCondition] = useState<Condition>(rule?.condition ?? 'above')
  const sensor = list.find((one) => one.id === sensorId)
  const [metricKey, setMetric] = useState(rule?.metric ?? '')
  const metric = sensor?.metrics.find((one) => one.key === metricKey) ?? sensor?.metrics[0]
  const isBinary = metric?.type === 'binary'
  const words = t().rules
  const [removing, setRemoving] = useState(false)
  const save = useAction(async (next: NewRule) => {
    if (rule === null) await api.addRule(next)
    else {
      const { name, threshold, forMs, hysteresis, severity, enabled } = next
      await api.changeRule(rule.id, { name, threshold, forMs, hysteresis, severity, enabled })
    }
    onClose(true)
  })
  return (
    <Dialog title={rule === null ? words.add : words.edit} onClose={() => onClose(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          const fixed = { sensorId, metric: metric?.key ?? metricKey, condition }
          save.start(readRule(new FormData(event.currentTarget), fixed))
        }}
      >
        <label class="field">
          <span>{words.name}</span>
          <input name="name" required maxLength={120} defaultValue={rule?.name ?? ''} />
        </label>
        <div class="field-row">
          <SensorChoice sensors={list} value={sensorId} locked={rule !== null} choose={setSensorId} />
          <label class="field">
            <span>{words.metric}</span>
            <select
              value={metric?.key}
              disabled={rule !== null}
              onChange={(event) => setMetric(event.currentTarget.value)}
            >
              {sensor?.metrics.map((one) => (
                <option key={one.key} value={one.key}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
        </div>
        <div class="field-row">
          <label class="field">
            <span>{words.condition}</span>
            <select
              value={condition}
              disabled={rule !== null}
              onChange={(event) => setCondition(event.currentTarget.value as Condition)}
            >
              {conditions.map((one) => (
                <option key={one} value={one}>
                  {isBinary && one !== 'silent' ? formatValue(metric, one === 'above' ? 1 : 0) : words.conditions[one]}
                </option>
              ))}
            </select>
          </label>
          {condition === 'silent' ? null : isBinary ? (
            // A contact is 0 or 1: between them lies the limit.
            <input type="hidden" name="threshold" value="0.5" />
          ) : (
            <label class="field">
              <span>
                {words.threshold}
                {metric?.unit == null ? '' : ` (${metric.unit})`}
              </span>
              <input name="threshold" type="number" step="any" required defaultValue={rule?.threshold ?? ''} />
            </label>
          )}
          <label class="field">
            <span>{words.forMinutes}</span>
            <input
              name="forMinutes"
              type="number"
              min={condition === 'silent' ? 0.1 : 0}
              step="any"
              required
              defaultValue={(rule?.forMs ?? minutes(5)) / minutes(1)}
            />
          </label>
        </div>
        {condition === 'silent' || isBinary ? null : (
          <label class="field">
            <span>
              {words.hysteresis} <span class="field-hint">{words.hysteresisHint}</span>
            </span>
            <input name="hysteresis" type="number" min={0} step="any" defaultValue={rule?.hysteresis ?? 0} />
          </label>
        )}
        <fieldset class="field">
          <legend class="field-legend">{words.severity}</legend>
          <div class="choices">
            <label class="check">
              <input type="radio" name="severity" value="warning" defaultChecked={rule?.severity !== 'critical'} />▲{' '}
              {t().severity.warning}
            </label>
            <label class="check">
              <input type="radio" name="severity" value="critical" defaultChecked={rule?.severity === 'critical'} />!{' '}
              {t().severity.critical}
            </label>
          </div>
        </fieldset>
        <label class="check">
          <input type="checkbox" name="enabled" defaultChecked={rule?.enabled ?? true} /> {words.enabled}
        </label>
        <FormEnd action={save} onCancel={() => onClose(false)}>
          {rule === null ? undefined : (
            <button type="button" class="button button-plain" onClick={() => setRemoving(true)}>
              {t().actions.remove}
            </button>
          )}
        </FormEnd>
      </form>
      {rule === null || !removing ? null : (
        <ConfirmDialog
          title={words.removeTitle}
          text={words.removeText(rule.name)}
          word={t().actions.remove}
          run={async () => {
            await api.removeRule(rule.id)
            onClose(true)
          }}
          onClose={() => setRemoving(false)}
        />
      )}
    </Dialog>
  )
}

interface SensorChoiceProps {
  readonly sensors: readonly Sensor[]
  readonly value: string
  readonly locked: boolean
  readonly choose: (sensorId: string) => void
}

function SensorChoice({ sensors, value, locked, choose }: SensorChoiceProps) {
  const { places } = useZone()
  return (
    <label class="field">
      <span>{t().rules.sensor}</span>
      <select value={value} disabled={locked} onChange={(event) => choose(event.currentTarget.value)}>
        {sensors.map((sensor) => (
          <option key={sensor.id} value={sensor.id}>
            {nameWithPlace(sensor.name, places.value.get(sensor.areaId))}
          </option>
        ))}
      </select>
    </label>
  )
}
