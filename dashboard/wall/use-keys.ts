import { useEffect, useRef } from 'preact/hooks'
import { type WallKey, wallKey } from './keys.ts'
import { singleKeys } from './single-keys.ts'

/** Here keys type or choose; nothing is taken from them. */
const typing = 'input, select, textarea, dialog, [contenteditable], [popover]'
/** Here arrows and the Page keys scroll. */
const beside = '.wall-tools, .wall-alerts, .top, .rail'

/** The keys of the wall. @param run returns false for a key that meant nothing after all */
export function useWallKeys(run: (key: WallKey) => boolean): void {
  const latest = useRef(run)
  latest.current = run
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null
      if (event.defaultPrevented || target?.closest(typing) != null) return
      const key = wallKey(event, singleKeys.peek())
      if (key === undefined) return
      const aside = key.kind === 'arrow' || key.kind === 'swap' || key.kind === 'page'
      if (aside && target?.closest(beside) != null) return
      if (latest.current(key)) event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}
