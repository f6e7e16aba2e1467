import type { UtcMs } from '../../gateway/domain/units.ts'
import type { GapReason } from '../../gateway/domain/words.ts'
import { toX, type View } from './scale.ts'
import type { Block } from './spans.ts'
import type { Tick } from './ticks.ts'

export const axisPx = 26
export const lanePx = 44
export const heightPx = axisPx + lanePx + 8

export interface Marks {
  readonly inUtcMs: UtcMs | null
  readonly outUtcMs: UtcMs | null
}

export interface Scene {
  readonly view: View
  readonly widthPx: number
  readonly blocks: readonly Block[]
  readonly ticks: readonly Tick[]
  readonly playheadUtcMs: UtcMs | null
  readonly hoverX: number | null
  readonly hoverLabel: string
  readonly nowUtcMs: UtcMs
  readonly marks: Marks
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

/** Draws the whole timeline; `color` reads a token of the theme, e.g. `--crit`. */
export function draw(context: CanvasRenderingContext2D, scene: Scene, color: (token: string) => string): void {
  const { view, widthPx } = scene
  const at = (utcMs: UtcMs) => toX(view, widthPx, utcMs)
  context.clearRect(0, 0, widthPx, heightPx)
  context.fillStyle = color('--surface-2')
  context.fillRect(0, axisPx, widthPx, lanePx)
  drawMarks(context, scene, color)
  for (const block of scene.blocks) {
    if (block.kind === 'recorded') {
      context.fillStyle = color('--calm')
      context.fillRect(block.x, axisPx + 6, block.widthPx, lanePx - 12)
    } else hatch(context, block, gapTone(block.reason), color)
  }
  const nowX = at(scene.nowUtcMs)
  if (nowX < widthPx) {
    context.fillStyle = color('--bg')
    context.fillRect(Math.max(0, nowX), axisPx, widthPx, lanePx)
    line(context, nowX, axisPx, axisPx + lanePx, color('--muted'), 1)
  }
  drawTicks(context, scene, color)
  if (scene.hoverX !== null) {
    line(context, scene.hoverX, axisPx, heightPx, color('--muted'), 1)
    label(context, scene.hoverX, axisPx + lanePx / 2, scene.hoverLabel, widthPx, color)
  }
  if (scene.playheadUtcMs !== null) {
    const x = at(scene.playheadUtcMs)
    line(context, x, axisPx - 6, heightPx, color('--accent'), 3)
    context.fillStyle = color('--accent')
    context.beginPath()
    context.moveTo(x - 7, axisPx - 8)
    context.lineTo(x + 7, axisPx - 8)
    context.lineTo(x, axisPx + 2)
    context.fill()
  }
}

function drawTicks(context: CanvasRenderingContext2D, { view, widthPx, ticks }: Scene, color: (t: string) => string) {
  context.font = `14px ${color('--font')}`
  context.textBaseline = 'top'
  context.textAlign = 'left'
  for (const tick of ticks) {
    const x = Math.round(toX(view, widthPx, tick.utcMs)) + 0.5
    line(context, x, tick.major ? 0 : axisPx - 6, axisPx, color('--control-line'), tick.major ? 2 : 1)
    context.fillStyle = color(tick.major ? '--text' : '--muted')
    context.fillText(tick.label, x + 4, 3)
  }
}

function drawMarks(context: CanvasRenderingContext2D, { view, widthPx, marks }: Scene, color: (t: string) => string) {
  const { inUtcMs, outUtcMs } = marks
  if (inUtcMs === null && outUtcMs === null) return
  const from = inUtcMs === null ? undefined : toX(view, widthPx, inUtcMs)
  const to = outUtcMs === null ? undefined : toX(view, widthPx, outUtcMs)
  if (from !== undefined && to !== undefined && to > from) {
    context.fillStyle = color('--accent-soft')
    context.fillRect(from, axisPx, to - from, lanePx + 8)
  }
  for (const x of [from, to]) if (x !== undefined) line(context, x, axisPx, heightPx, color('--accent'), 2)
}

function hatch(context: CanvasRenderingContext2D, block: Block, tone: GapTone, color: (t: string) => string) {
  const { x, widthPx } = block
  const ink = color(tone === 'off' ? '--muted' : tone === 'warn' ? '--warn-line' : '--crit-line')
  const top = axisPx + 6
  const height = lanePx - 12
  context.save()
  context.beginPath()
  context.rect(x, top, widthPx, height)
  context.clip()
  if (widthPx < 6) {
    context.fillStyle = ink
    context.fillRect(x, top, widthPx, height)
  } else {
    context.fillStyle = color(tone === 'off' ? '--surface' : tone === 'warn' ? '--warn-soft' : '--crit-soft')
    context.fillRect(x, top, widthPx, height)
    context.strokeStyle = ink
    context.lineWidth = tone === 'crit' ? 3 : 1.5
    const step = tone === 'off' ? 12 : 9
    const lean = tone === 'warn' ? -height : height
    context.beginPath()
    for (let at = Math.floor((x - height) / step) * step; at < x + widthPx + height; at += step) {
      context.moveTo(at, top + height)
      context.lineTo(at + lean, top)
    }
    context.stroke()
  }
  context.restore()
}

function line(context: CanvasRenderingContext2D, x: number, top: number, bottom: number, ink: string, width: number) {
  context.strokeStyle = ink
  context.lineWidth = width
  context.beginPath()
  context.moveTo(x, top)
  context.lineTo(x, bottom)
  context.stroke()
}

function label(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  text: string,
  widthPx: number,
  color: (token: string) => string,
) {
  context.font = `14px ${color('--font')}`
  const textPx = context.measureText(text).width
  const left = Math.min(Math.max(4, x + 8), Math.max(4, widthPx - textPx - 16))
  context.fillStyle = color('--surface')
  context.fillRect(left - 4, y - 12, textPx + 12, 24)
  context.fillStyle = color('--text')
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  context.fillText(text, left + 2, y + 1)
}
