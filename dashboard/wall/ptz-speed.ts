import type { PtzMove } from '../../gateway/contract/ptz.ts'

/** So far around its centre the pad does nothing: share of its radius. */
const deadShare = 0.14
const slowest = 0.08
const keySpeed = 0.5

const rounded = (speed: number): number => Math.round(speed * 50) / 50 || 0

/** The further from the centre, the faster, gently at first. `x` and `y` in shares of the pad's radius, `y` downwards. Null: stand still. */
export function padMove(x: number, y: number): PtzMove | null {
  const distance = Math.hypot(x, y)
  if (distance < deadShare) return null
  const share = (Math.min(1, distance) - deadShare) / (1 - deadShare)
  const speed = slowest + (1 - slowest) * share ** 1.6
  return moveOf(rounded((speed * x) / distance), rounded((-speed * y) / distance), 0)
}

export const steerKeys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', '+', '=', '-'] as const

/** The keys held down together. `fast`: with Shift. */
export function keyMove(held: ReadonlySet<string>, fast: boolean): PtzMove | null {
  const speed = fast ? 1 : keySpeed
  const axis = (more: boolean, less: boolean) => (Number(more) - Number(less)) * speed || 0
  return moveOf(
    axis(held.has('ArrowRight'), held.has('ArrowLeft')),
    axis(held.has('ArrowUp'), held.has('ArrowDown')),
    axis(held.has('+') || held.has('='), held.has('-')),
  )
}

const moveOf = (pan: number, tilt: number, zoom: number): PtzMove | null =>
  pan === 0 && tilt === 0 && zoom === 0 ? null : { pan, tilt, zoom }

export const sameMove = (a: PtzMove | null, b: PtzMove | null): boolean =>
  a === b || (a !== null && b !== null && a.pan === b.pan && a.tilt === b.tilt && a.zoom === b.zoom)
