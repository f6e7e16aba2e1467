import { signal } from '@preact/signals'
import { type Layout, layouts } from './layout.ts'

export interface Choices {
  readonly layout: Layout
  readonly order: 'place' | 'trouble'
}

const storageKey = 'zone-gateway.wall'

/** @returns what was stored, or the start values where it says nothing known */
export function readChoices(stored: string | null): Choices {
  const [layout, order] = (stored ?? '').split(' ')
  return { layout: layouts.find((one) => one === layout) ?? 'auto', order: order === 'trouble' ? 'trouble' : 'place' }
}

/** How this browser shows the wall. */
export const choices = signal<Choices>(readChoices(localStorage.getItem(storageKey)))

export function choose(next: Partial<Choices>): void {
  choices.value = { ...choices.peek(), ...next }
  localStorage.setItem(storageKey, `${choices.peek().layout} ${choices.peek().order}`)
}
