import { useEffect, useState } from 'preact/hooks'

/**
 * Tells when the page is put on paper, and when it is on the screen again. `beforeprint` comes before the paper is laid out; styles of
 * `@media print` hold only then, so colours of paper hang on the attribute `data-paper` instead.
 */
export function watchPaper(changed: (isPaper: boolean) => void): () => void {
  const done = new AbortController()
  const paper = matchMedia('print')
  const say = (isPaper: boolean): void => {
    document.documentElement.toggleAttribute('data-paper', isPaper)
    changed(isPaper)
  }
  window.addEventListener('beforeprint', () => say(true), { signal: done.signal })
  window.addEventListener('afterprint', () => say(paper.matches), { signal: done.signal })
  // For who looks at the print view without printing.
  paper.addEventListener('change', () => say(paper.matches), { signal: done.signal })
  return () => done.abort()
}

export const isPaper = (): boolean => document.documentElement.hasAttribute('data-paper')

export function usePaper(): boolean {
  const [is, setIs] = useState(isPaper)
  useEffect(() => watchPaper(setIs), [])
  return is
}
