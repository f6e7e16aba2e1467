import { signal } from '@preact/signals'

export type ThemeChoice = 'auto' | 'dark' | 'light'
export const themeChoices: readonly ThemeChoice[] = ['auto', 'dark', 'light']

const storageKey = 'zone-gateway.theme'
export const themeChoice = signal<ThemeChoice>('auto')

/** `auto`: the wall is dark, the office pages follow the computer. */
export function themeOf(choice: ThemeChoice, path: string, computerIsDark: boolean): 'dark' | 'light' {
  if (choice !== 'auto') return choice
  return ['/wall', '/', '/screen'].includes(path) || computerIsDark ? 'dark' : 'light'
}

export function restoreTheme(): void {
  const stored = localStorage.getItem(storageKey)
  themeChoice.value = stored === 'dark' || stored === 'light' ? stored : 'auto'
}

export function chooseTheme(next: ThemeChoice): void {
  themeChoice.value = next
  localStorage.setItem(storageKey, next)
}

/** Shows the theme that `path` calls for; to be called while drawing, so that a new choice is shown at once. */
export function showThemeOf(path: string): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.dataset.theme = themeOf(themeChoice.value, path, dark)
}
