import { useEffect, useRef } from 'preact/hooks'
import type { PtzMove } from '../../gateway/contract/ptz.ts'
import { keyMove, steerKeys } from './ptz-speed.ts'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, dialog, [popover]') !== null

/** While a camera is in somebody's hands, arrows, + and - turn it; the wall does not hear them. */
export function useSteerKeys(turn: (move: PtzMove | null) => void): void {
  const latest = useRef(turn)
  latest.current = turn
  useEffect(() => {
    const held = new Set<string>()
    const leaving = new AbortController()
    const { signal } = leaving
    const isOurs = ({ key, target, ctrlKey, altKey, metaKey }: KeyboardEvent): boolean =>
      steerKeys.some((one) => one === key) && !isTyping(target) && !ctrlKey && !altKey && !metaKey
    const down = (event: KeyboardEvent) => {
      if (!isOurs(event)) return
      event.preventDefault()
      event.stopImmediatePropagation()
      if (event.repeat) return
      held.add(event.key)
      latest.current(keyMove(held, event.shiftKey))
    }
    const up = ({ key, shiftKey }: KeyboardEvent) => {
      // With Shift, the key that went down as = comes up as +.
      const known = key === '+' || key === '=' ? held.delete('+') || held.delete('=') : held.delete(key)
      if (known) latest.current(keyMove(held, shiftKey))
    }
    const gone = () => held.clear()
    addEventListener('keydown', down, { capture: true, signal })
    addEventListener('keyup', up, { capture: true, signal })
    addEventListener('blur', gone, { signal })
    document.addEventListener('visibilitychange', gone, { signal })
    return () => leaving.abort()
  }, [])
}
