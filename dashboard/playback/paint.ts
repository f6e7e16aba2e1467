import type { GapReason } from '../../gateway/domain/words.ts'

/** A canvas with the colours of the theme: `ink` reads a token, e.g. `--crit`. */
export interface Paper {
  readonly context: CanvasRenderingContext2D
  readonly ink: (token: string) => string
}

export interface Rect {
  readonly x: number
  readonly top: number
  readonly widthPx: number
  readonly heightPx: number
}

/** How grave a gap is: asked for, unclear, or a fault. Each has its own colour and hatching. */
export type GapTone = 'off' | 'warn' | 'crit'
const mild: Partial<Record<GapReason | 'mixed', GapTone>> = {
  'gateway-stopped': 'off',
  disabled: 'off',
  connecting: 'warn',
  'clock-step': 'warn',
  'parameters-changed': 'warn',
}
export const gapTone = (reason: GapReason | 'mixed' | undefined): GapTone =>
  (reason === undefined ? undefined : mild[reason]) ?? 'crit'

interface Hatching {
  readonly ground: string
  readonly line: string
  readonly stepPx: number
  readonly linePx: number
  /** Which way the lines lean; 0: dots. */
  readonly lean: 1 | -1 | 0
}
export const hatchings = {
  off: { ground: '--surface', line: '--muted', stepPx: 12, linePx: 1.5, lean: 1 },
  warn: { ground: '--warn-soft', line: '--warn-line', stepPx: 9, linePx: 1.5, lean: -1 },
  crit: { ground: '--crit-soft', line: '--crit-line', stepPx: 9, linePx: 3, lean: 1 },
  held: { ground: '--accent-soft', line: '--accent', stepPx: 6, linePx: 1.5, lean: 1 },
  unexpected: { ground: '--surface-2', line: '--control-line', stepPx: 10, linePx: 1.5, lean: 0 },
} as const satisfies Record<string, Hatching>

/** Fills a rectangle with lines; one too narrow for lines becomes a plain bar of their colour. */
export function hatch({ context, ink }: Paper, { x, top, widthPx, heightPx }: Rect, how: Hatching): void {
  if (widthPx < 6) {
    context.fillStyle = ink(how.lean === 0 ? how.ground : how.line)
    context.fillRect(x, top, widthPx, heightPx)
    return
  }
  context.fillStyle = ink(how.ground)
  context.fillRect(x, top, widthPx, heightPx)
  context.save()
  context.beginPath()
  context.rect(x, top, widthPx, heightPx)
  context.clip()
  context.strokeStyle = ink(how.line)
  context.lineWidth = how.linePx
  context.beginPath()
  const first = Math.floor((x - heightPx) / how.stepPx) * how.stepPx
  for (let at = first; at < x + widthPx + heightPx; at += how.stepPx) {
    if (how.lean === 0) {
      context.moveTo(at, top + heightPx / 2)
      context.lineTo(at + 2, top + heightPx / 2)
    } else {
      context.moveTo(at, top + heightPx)
      context.lineTo(at + how.lean * heightPx, top)
    }
  }
  context.stroke()
  context.restore()
}

export function upright({ context, ink }: Paper, x: number, top: number, bottom: number, token: string, widthPx = 1) {
  context.strokeStyle = ink(token)
  context.lineWidth = widthPx
  context.beginPath()
  context.moveTo(x, top)
  context.lineTo(x, bottom)
  context.stroke()
}

/** Words inside a rectangle, when they fit. */
export function caption({ context, ink }: Paper, text: string, { x, top, widthPx, heightPx }: Rect): void {
  context.font = `14px ${ink('--font')}`
  const textPx = context.measureText(text).width
  if (textPx + 20 > widthPx) return
  const left = x + (widthPx - textPx) / 2
  context.fillStyle = ink('--surface')
  context.fillRect(left - 6, top + (heightPx - 20) / 2, textPx + 12, 20)
  context.fillStyle = ink('--text')
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  context.fillText(text, left, top + heightPx / 2 + 1)
}

/** A closed lock, about nine pixels wide. */
export function lock({ context, ink }: Paper, x: number, top: number): void {
  context.fillStyle = ink('--accent')
  context.fillRect(x, top + 5, 9, 7)
  context.strokeStyle = ink('--accent')
  context.lineWidth = 1.6
  context.beginPath()
  context.arc(x + 4.5, top + 5, 3, Math.PI, 0)
  context.stroke()
}
