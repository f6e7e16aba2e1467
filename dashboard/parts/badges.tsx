import type { Alert } from '../../gateway/contract/alert.ts'
import { t } from '../i18n/language.ts'

/** Grey is normal; the others are abnormal and each has a shape and a word of its own beside it. */
export type Tone = 'calm' | 'live' | 'warn' | 'crit' | 'unknown' | 'off'

/** A shape for each tone, so that colour never stands alone. */
export const shapes: Record<Tone, string> = { calm: '●', live: '●', warn: '▲', crit: '!', unknown: '?', off: '○' }

/** A mark of state with its word. Never colour alone. */
export function StatusDot({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span class={`status status-${tone}`}>
      <span class="status-mark" aria-hidden="true">
        {shapes[tone]}
      </span>
      {children}
    </span>
  )
}

/** A small label with a tone. */
export function Badge({ tone = 'calm', title, children }: { tone?: Tone; title?: string; children: string }) {
  return (
    <span class={`badge badge-${tone}`} title={title}>
      {children}
    </span>
  )
}

/** Severity by shape, colour and word. `quiet`, without the colour, where nothing is wrong now: in a rule. */
export function SeverityMark({ severity, quiet = false }: { severity: Alert['severity']; quiet?: boolean }) {
  return (
    <span class={quiet ? 'severity severity-quiet' : `severity severity-${severity}`}>
      <span class="severity-shape" aria-hidden="true">
        {severity === 'critical' ? '!' : '▲'}
      </span>
      {t().severity[severity]}
    </span>
  )
}
