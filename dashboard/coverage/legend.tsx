import type { Kind } from './lines.ts'
import { words } from './words.ts'

const order: readonly Kind[] = ['complete', 'small', 'big', 'planned', 'off', 'unknown', 'defect']
const samples: Partial<Record<Kind, string>> = { complete: '100', small: '99', big: '87' }

/** What the colours and patterns mean; the defect only where there is one. */
export function Legend({ hasDefect }: { hasDefect: boolean }) {
  return (
    <ul class="legend" aria-label={words().legend}>
      {order
        .filter((kind) => kind !== 'defect' || hasDefect)
        .map((kind) => (
          <li key={kind}>
            <span class={`cell cell-${kind} legend-sample`} aria-hidden="true">
              {samples[kind] ?? markOf(kind)}
            </span>
            <span>
              {words().kinds[kind]} <span class="muted">{words().legendHints[kind]}</span>
            </span>
          </li>
        ))}
    </ul>
  )
}

const markOf = (kind: Kind): string => Object.entries(words().marks).find(([name]) => name === kind)?.[1] ?? ''
