export type WallKey =
  | { readonly kind: 'tile'; readonly index: number }
  | { readonly kind: 'arrow'; readonly key: string }
  /** Changes places with the neighbour. */
  | { readonly kind: 'swap'; readonly key: string }
  | { readonly kind: 'page'; readonly by: 1 | -1 }
  | { readonly kind: 'back' | 'layout' | 'tour' | 'details' | 'snapshot' | 'help' }

interface Pressed {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly altKey: boolean
  readonly metaKey: boolean
}

const letters: ReadonlyMap<string, WallKey> = new Map([
  ['g', { kind: 'layout' }],
  ['t', { kind: 'tour' }],
  ['i', { kind: 'details' }],
  ['s', { kind: 'snapshot' }],
  ['?', { kind: 'help' }],
])

/**
 * What a key does on the wall; undefined: nothing of ours.
 * @param single keys without Ctrl or Alt that type a character are on: whoever speaks to the computer may turn them off (WCAG 2.1.4)
 */
export function wallKey({ key, shiftKey, ctrlKey, altKey, metaKey }: Pressed, single: boolean): WallKey | undefined {
  if (ctrlKey || altKey || metaKey) return undefined
  if (key === 'Escape') return { kind: 'back' }
  if (key === 'PageDown') return { kind: 'page', by: 1 }
  if (key === 'PageUp') return { kind: 'page', by: -1 }
  if (key.startsWith('Arrow')) return { kind: shiftKey ? 'swap' : 'arrow', key }
  if (!single) return undefined
  if (/^[1-9]$/.test(key)) return { kind: 'tile', index: Number(key) - 1 }
  return letters.get(key.toLowerCase())
}
