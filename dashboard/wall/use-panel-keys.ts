import type { Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { singleKeys } from './single-keys.ts'
import type { TilePanel } from './tile-slot.ts'

/** Escape closes what stands over the picture before the wall hears it; R shows and ends the replay. */
export function usePanelKeys(panel: Signal<TilePanel>, mayReview: boolean): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, target, ctrlKey, altKey, metaKey, repeat } = event
      if (ctrlKey || altKey || metaKey || repeat) return
      const within = (selector: string) => target instanceof Element && target.closest(selector) !== null
      if (key === 'Escape' && panel.peek() !== null && !within('dialog, [popover]')) panel.value = null
      else if (
        key.toLowerCase() === 'r' &&
        mayReview &&
        singleKeys.peek() &&
        !within('input, select, textarea, dialog')
      )
        panel.value = panel.peek() === 'replay' ? null : 'replay'
      else return
      event.preventDefault()
      event.stopImmediatePropagation()
    }
    addEventListener('keydown', onKeyDown, { capture: true })
    return () => removeEventListener('keydown', onKeyDown, { capture: true })
  }, [panel, mayReview])
}
