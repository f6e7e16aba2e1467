import { type Account, clockLength, equationOf, percentText } from './account.ts'
import { sayLength } from './cell-words.ts'
import { words } from './words.ts'

/** Expected = recorded + gaps, in whole seconds that add up; what is left over stands in red. */
export function Equation({ account }: { account: Account }) {
  const { expected, recorded, gapsTotal, unexplained, seams, plannedOff } = equationOf(account)
  const plus = (name: string, value: number, tone = '') => (
    <>
      <span class="equation-sign">+</span>
      <Term name={name} value={value} tone={tone} />
    </>
  )
  return (
    <div class="equation" title={words().lengthHint}>
      <Term name={words().expected} value={expected} />
      <span class="equation-sign">=</span>
      <Term name={words().recorded} value={recorded} />
      {plus(words().gap, gapsTotal, gapsTotal > 0 ? 'is-gap' : '')}
      {seams > 0 ? plus(words().seams, seams) : null}
      {unexplained > 0 ? plus(words().rest, unexplained, 'is-defect') : null}
      {plannedOff > 0 ? (
        <span class="equation-aside muted">
          {words().plannedOff} {clockLength(plannedOff)}
        </span>
      ) : null}
    </div>
  )
}

function Term({ name, value, tone = '' }: { name: string; value: number; tone?: string }) {
  return (
    <span class={`equation-term ${tone}`}>
      <span class="equation-name">{name}</span> <span class="equation-value">{clockLength(value)}</span>
    </span>
  )
}

/** The whole zone in one line, and the gateway's own defect where there is one. */
export function Summary({ account, percent }: { account: Account; percent: number | null }) {
  return (
    <>
      <div class="panel coverage-summary">
        <p class="coverage-percent">
          {percent === null ? '—' : words().percent(percentText(percent))} <span class="muted">{words().what}</span>
        </p>
        <Equation account={account} />
      </div>
      <Defect account={account} />
    </>
  )
}

export function Defect({ account }: { account: Account }) {
  if (account.unexplainedSeconds <= 0) return null
  return (
    <p class="refusal" role="alert">
      <strong>{words().kinds.defect}</strong> · {words().defects(sayLength(account.unexplainedSeconds))}
    </p>
  )
}
