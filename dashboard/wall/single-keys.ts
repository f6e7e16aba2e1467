import { signal } from '@preact/signals'

const storageKey = 'zone-gateway.single-keys'

/** Do keys that type a character do something on the wall? Of this browser, until somebody says otherwise. */
export const singleKeys = signal(localStorage.getItem(storageKey) !== 'off')

export function chooseSingleKeys(on: boolean): void {
  singleKeys.value = on
  localStorage.setItem(storageKey, on ? 'on' : 'off')
}
