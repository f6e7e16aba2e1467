import { computed, signal } from '@preact/signals'
import { en } from './en.ts'
import { zhCn } from './zh-cn.ts'

export type Language = 'zh-CN' | 'en'
export const languages: readonly Language[] = ['zh-CN', 'en']

const storageKey = 'zone-gateway.language'

/** What was chosen last, else the browser's own wish; anything that is not English reads Chinese. */
export function firstLanguage(stored: string | null, browser: readonly string[]): Language {
  if (stored === 'zh-CN' || stored === 'en') return stored
  return browser[0]?.toLowerCase().startsWith('en') ? 'en' : 'zh-CN'
}

/** The document's language. One document shows one language, so this is the one place where it stands. */
export const language = signal<Language>('zh-CN')
const dictionary = computed(() => (language.value === 'en' ? en : zhCn))

/** The words of the current language: `t().nav.wall`. A component that reads them is drawn again when the language changes. */
export const t = (): typeof zhCn => dictionary.value

/**
 * Words of one page that are not in the shared dictionary. The English ones are checked against the Chinese ones.
 *
 *     const words = pageWords({ title: '视频墙' }, { title: 'Video wall' })
 *     words().title
 */
export const pageWords =
  <Words extends object>(zh: Words, english: NoInfer<Words>) =>
  (): Words =>
    language.value === 'en' ? english : zh

/** The word for something the gateway names by a code, when we have one. */
export const wordOf = (words: Readonly<Record<string, string>>, code: string): string | undefined =>
  Object.hasOwn(words, code) ? words[code] : undefined

export function chooseLanguage(next: Language): void {
  language.value = next
  document.documentElement.lang = next
  localStorage.setItem(storageKey, next)
}

export function restoreLanguage(): void {
  language.value = firstLanguage(localStorage.getItem(storageKey), navigator.languages)
  document.documentElement.lang = language.value
}
