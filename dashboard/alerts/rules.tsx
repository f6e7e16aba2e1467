import { useState } from 'preact/hooks'
import type { Rule } from '../../gateway/contract/alert.ts'
import type { Metric, Sensor } from '../../gateway/contract/sensor.ts'
import { t } from '../i18n/language.ts'
import { formatValue } from '../i18n/numbers.ts'
import { formatDuration } from '../i18n/time.ts'
import { SeverityMark } from '../parts/badges.tsx'
import { PlusIcon } from '../parts/icons.tsx'
import { Empty, Loaded, problemText } from '../parts/states.tsx'
import { type Load, useAction } from '../parts/use-load.ts'
import { Table } from '../parts/table.tsx'
import { useGateway, useMay, useZone } from '../shell/gateway.ts'
import { RuleDialog } from './rule-form.tsx'

export function RulesSection({ rules }: { rules: Load<Rule[]> }) {
  const { sensors } = useZone()
  const mayConfigure = useMay('configure')
  const [edited, setEdited] = useState<Rule | 'new' | null>(null)
  const words = t().rules
  const noSensors = (sensors.value.value?.length ?? 0) === 0
  const close = (changed: boolean): void => {
    setEdited(null)
    if (changed) rules.reload()
  }
  return (
    <section class="section" aria-labelledby="rules-title">
      <div class="section-head">
        <h2 id="rules-title">
          {words.title}
          {rules.value === null ? null : (
            <span class="head-about">
              {words.about(rules.value.filter((rule) => rule.enabled).length, rules.value.length)}
            </span>
          )}
        </h2>
        {mayConfigure ? (
          <button
            type="button"
            class="button"
            disabled={noSensors}
            title={noSensors ? words.noSensors : undefined}
            onClick={() => setEdited('new')}
          >
            <PlusIcon size={18} /> {words.add}
          </button>
        ) : null}
      </div>
      <Loaded what={words.title} of={rules}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={words.none} next={words.noneNext} />
          ) : (
            <RuleTable rules={list} edit={setEdited} changed={rules.reload} />
          )
        }
      </Loaded>
      {edited === null ? null : <RuleDialog rule={edited === 'new' ? null : edited} onClose={close} />}
    </section>
  )
}

interface RuleTableProps {
  readonly rules: readonly Rule[]
  readonly edit: (rule: Rule) => void
  readonly changed: () => void
}

function RuleTable({ rules, edit, changed }: RuleTableProps) {
  const { sensors } = useZone()
  const { column } = t().rules
  return (
    <Table label={t().rules.title}>
      <thead>
        <tr>
          <th scope="col">{column.name}</th>
          <th scope="col">{column.sensor}</th>
          <th scope="col">{column.condition}</th>
          <th scope="col">{column.severity}</th>
          <th scope="col">{column.enabled}</th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule) => (
          <RuleRow
            key={rule.id}
            rule={rule}
            sensor={sensors.value.value?.find((one) => one.id === rule.sensorId)}
            edit={edit}
            changed={changed}
          />
        ))}
      </tbody>
    </Table>
  )
}

/** A rule as one phrase: `温度 高于 5 °C，持续 10 分钟`. */
export function ruleSentence(rule: Rule, metric: Metric | undefined): string {
  const words = t().rules
  if (rule.condition === 'silent') return words.silent(formatDuration(rule.forMs))
  if (metric?.type === 'binary') {
    const state = words.states(metric.name, formatValue(metric, rule.condition === 'above' ? 1 : 0))
    return state + (rule.forMs === 0 ? words.atOnce : words.holding(formatDuration(rule.forMs)))
  }
  const threshold = metric === undefined ? String(rule.threshold) : formatValue(metric, rule.threshold)
  const sentence = words.sentence(metric?.name ?? rule.metric, words.conditions[rule.condition], threshold)
  return sentence + (rule.forMs === 0 ? words.atOnce : words.holding(formatDuration(rule.forMs)))
}

interface RuleRowProps {
  readonly rule: Rule
  readonly sensor: Sensor | undefined
  readonly edit: (rule: Rule) => void
  readonly changed: () => void
}

function RuleRow({ rule, sensor, edit, changed }: RuleRowProps) {
  const { api } = useGateway()
  const mayConfigure = useMay('configure')
  const words = t().rules
  const toggle = useAction(async (enabled: boolean) => {
    await api.changeRule(rule.id, { enabled })
    changed()
  })
  const metric = sensor?.metrics.find((one) => one.key === rule.metric)
  return (
    <tr class={rule.enabled ? undefined : 'row-off'}>
      <th scope="row">
        {mayConfigure ? (
          <button type="button" class="link" onClick={() => edit(rule)}>
            {rule.name}
          </button>
        ) : (
          rule.name
        )}
      </th>
      <td>{sensor?.name ?? rule.sensorId}</td>
      <td>{ruleSentence(rule, metric)}</td>
      <td>
        <SeverityMark severity={rule.severity} quiet />
      </td>
      <td>
        {mayConfigure ? (
          <input
            type="checkbox"
            role="switch"
            aria-label={words.toggle(rule.name)}
            checked={rule.enabled}
            disabled={toggle.busy}
            onChange={(event) => toggle.start(event.currentTarget.checked)}
          />
        ) : rule.enabled ? (
          words.enabled
        ) : (
          words.disabled
        )}
        {toggle.problem === null ? null : (
          <p class="refusal" role="alert">
            {problemText(toggle.problem)}
          </p>
        )}
      </td>
    </tr>
  )
}
