import { useEffect } from 'preact/hooks'
import type { RuleProposal, SensorCandidate } from '../../gateway/contract/sensor.ts'
import { minutes } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { formatValue } from '../i18n/numbers.ts'
import { SeverityMark } from '../parts/badges.tsx'
import { problemText } from '../parts/states.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { AreaField } from './area-field.tsx'
import { words } from './inbox-words.ts'

export interface ChosenRule {
  readonly on: boolean
  readonly rule: RuleProposal
}
export interface Entry {
  readonly candidateId: string
  readonly name: string
  /** Empty: not chosen yet. */
  readonly areaId: string
  /** The area that was suggested, if any. */
  readonly suggested: string | null
  readonly rules: readonly ChosenRule[]
}

interface EntryProps {
  readonly candidate: SensorCandidate
  readonly entry: Entry
  readonly alone: boolean
  readonly change: (next: (entry: Entry) => Entry) => void
}

/** One device of an approval: its name, its area, and the rules that come with both. */
export function ApproveEntry({ candidate, entry, alone, change }: EntryProps) {
  const { api } = useGateway()
  const { candidateId, areaId } = entry
  const load = useLoad(
    async (signal) => ({ areaId, rules: areaId === '' ? [] : await api.proposedRules(candidateId, areaId, signal) }),
    [areaId],
  )
  useEffect(() => {
    const { value } = load
    if (value !== null) change((before) => ({ ...before, rules: value.rules.map((rule) => ({ on: true, rule })) }))
  }, [load.value])
  const setRule = (index: number, next: ChosenRule): void =>
    change((before) => ({ ...before, rules: before.rules.map((one, at) => (at === index ? next : one)) }))
  return (
    <fieldset class={alone ? 'form' : 'form approve-entry'}>
      {alone ? null : <legend>{candidate.name}</legend>}
      <div class="field-row">
        <label class="field">
          <span>{words().name}</span>
          <input
            required
            maxLength={120}
            value={entry.name}
            onInput={(event) => {
              const name = event.currentTarget.value
              change((before) => ({ ...before, name }))
            }}
          />
        </label>
        <AreaField
          label={words().area}
          forCamera={false}
          value={areaId}
          hint={areaId !== '' && areaId === entry.suggested ? words().suggested : undefined}
          onChange={(next) => change((before) => ({ ...before, areaId: next, rules: [] }))}
        />
      </div>
      <div class="proposals">
        <h3>{words().rules}</h3>
        {load.problem === null ? null : (
          <p class="refusal" role="alert">
            {problemText(load.problem)}
          </p>
        )}
        {areaId === '' ? (
          <p class="muted">{words().chooseAreaFirst}</p>
        ) : entry.rules.length === 0 ? (
          <p class="muted">{words().noRules}</p>
        ) : (
          <>
            <p class="muted">{words().rulesAbout}</p>
            <ul>
              {entry.rules.map((one, index) => (
                <Proposal
                  key={`${one.rule.metric} ${one.rule.condition} ${one.rule.severity} ${one.rule.name}`}
                  candidate={candidate}
                  chosen={one}
                  change={(next) => setRule(index, next)}
                />
              ))}
            </ul>
          </>
        )}
      </div>
    </fieldset>
  )
}

interface ProposalProps {
  readonly candidate: SensorCandidate
  readonly chosen: ChosenRule
  readonly change: (next: ChosenRule) => void
}

function Proposal({ candidate, chosen, change }: ProposalProps) {
  const { on, rule } = chosen
  const metric = candidate.metrics.find(({ key }) => key === rule.metric)
  const isBinary = metric?.type === 'binary'
  const condition = t().rules.conditions[rule.condition]
  const state = isBinary ? formatValue(metric, rule.condition === 'above' ? 1 : 0) : ''
  const set = (fields: Partial<RuleProposal>): void => change({ on, rule: { ...rule, ...fields } })
  return (
    <li class={on ? 'proposal' : 'proposal is-off'}>
      <label class="check">
        <input type="checkbox" checked={on} onChange={(event) => change({ on: event.currentTarget.checked, rule })} />
        {rule.name}
      </label>
      <SeverityMark severity={rule.severity} quiet={!on} />
      <span class="proposal-limits">
        {metric?.name ?? rule.metric}{' '}
        {rule.condition === 'silent' ? null : isBinary ? (
          state
        ) : (
          <>
            {condition}{' '}
            <label>
              <span class="visually-hidden">{`${rule.name} ${t().severity[rule.severity]}: ${words().limit}`}</span>
              <input
                type="number"
                step="any"
                required={on}
                disabled={!on}
                value={rule.threshold}
                onInput={(event) => {
                  const { valueAsNumber } = event.currentTarget
                  if (Number.isFinite(valueAsNumber)) set({ threshold: valueAsNumber })
                }}
              />
            </label>{' '}
            {metric?.unit ?? ''}
          </>
        )}
        <label class="proposal-minutes">
          {rule.condition === 'silent' ? words().silentMinutes : words().minutes}{' '}
          <input
            type="number"
            step="any"
            min={rule.condition === 'silent' ? 0.1 : 0}
            required={on}
            disabled={!on}
            value={rule.forMs / minutes(1)}
            onInput={(event) => {
              const { valueAsNumber } = event.currentTarget
              if (Number.isFinite(valueAsNumber)) set({ forMs: Math.round(minutes(valueAsNumber)) })
            }}
          />
        </label>
      </span>
    </li>
  )
}
