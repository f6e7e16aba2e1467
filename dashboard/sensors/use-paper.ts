import { useEffect, useState } from 'preact/hooks'

/** Is the page being put on paper now? */
export function usePaper(): boolean {
  const [is, setIs] = useState(() => matchMedia('print').matches)
  useEffect(() => {
    const paper = matchMedia('print')
    const changed = (): void => setIs(paper.matches)
    paper.addEventListener('change', changed)
    return () => paper.removeEventListener('change', changed)
  }, [])
  return is
}
