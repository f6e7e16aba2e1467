import type { Millis } from '../../gateway/domain/units.ts'

/** Calls `used` whenever somebody presses, types, scrolls or moves the pointer, until `signal` aborts. */
export function watchActivity(used: (atMs: Millis) => void, signal: AbortSignal): void {
  const options = { signal, capture: true, passive: true } as const
  const now = () => used(performance.now())
  for (const kind of ['pointerdown', 'keydown', 'wheel'] as const) addEventListener(kind, now, options)
  let at = { x: Number.NaN, y: Number.NaN }
  addEventListener(
    'pointermove',
    ({ screenX: x, screenY: y }) => {
      // A page that moves below a pointer that rests is nobody's doing.
      if (x !== at.x || y !== at.y) now()
      at = { x, y }
    },
    options,
  )
}
