import { minutes, type Millis, seconds } from '../../gateway/domain/units.ts'

/** What a key does on the playback page. */
export type KeyAction =
  | { readonly kind: 'toggle' | 'pause' | 'markIn' | 'markOut' | 'now' | 'type' | 'hold' | 'download' | 'help' }
  | { readonly kind: 'step'; readonly ms: Millis }
  | { readonly kind: 'gap' | 'alert' | 'frame' | 'shuttle'; readonly direction: 1 | -1 }
  | { readonly kind: 'zoom'; readonly factor: number }

export interface Key {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
}

const plain: Record<string, KeyAction> = {
  ' ': { kind: 'toggle' },
  k: { kind: 'pause' },
  j: { kind: 'shuttle', direction: -1 },
  l: { kind: 'shuttle', direction: 1 },
  ',': { kind: 'frame', direction: -1 },
  '.': { kind: 'frame', direction: 1 },
  '[': { kind: 'alert', direction: -1 },
  ']': { kind: 'alert', direction: 1 },
  i: { kind: 'markIn' },
  o: { kind: 'markOut' },
  h: { kind: 'hold' },
  e: { kind: 'download' },
  n: { kind: 'now' },
  '/': { kind: 'type' },
  '?': { kind: 'help' },
  '+': { kind: 'zoom', factor: 0.5 },
  '=': { kind: 'zoom', factor: 0.5 },
  '-': { kind: 'zoom', factor: 2 },
}

/** @returns what the key does, or undefined when it is the browser's */
export function keyAction({ key, shiftKey, ctrlKey, altKey, metaKey }: Key): KeyAction | undefined {
  if (altKey || metaKey) return undefined
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const direction = key === 'ArrowLeft' ? -1 : 1
    if (ctrlKey) return { kind: 'gap', direction }
    return { kind: 'step', ms: direction * (shiftKey ? minutes(1) : seconds(5)) }
  }
  return ctrlKey ? undefined : plain[key.toLowerCase()]
}
