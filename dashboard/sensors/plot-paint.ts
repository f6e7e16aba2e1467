import type uPlot from 'uplot'
import { hatch, hatchings, caption, type Paper } from '../playback/paint.ts'
import type { Hole, Limit } from './chart-lines.ts'

/** How to read a colour or font of the theme. */
export type Ink = (token: string) => string

/** The drawing of a plot in CSS pixels: uPlot's own are those of the device. */
function onPaper({ ctx, bbox }: uPlot, ink: Ink, pxRatio: number, draw: (paper: Paper, box: Box) => void): void {
  ctx.save()
  ctx.scale(pxRatio, pxRatio)
  const box = {
    left: bbox.left / pxRatio,
    top: bbox.top / pxRatio,
    widthPx: bbox.width / pxRatio,
    heightPx: bbox.height / pxRatio,
  }
  ctx.beginPath()
  ctx.rect(box.left, box.top, box.widthPx, box.heightPx)
  ctx.clip()
  draw({ context: ctx, ink }, box)
  ctx.restore()
}

interface Box {
  readonly left: number
  readonly top: number
  readonly widthPx: number
  readonly heightPx: number
}

export interface HoleMark {
  readonly hole: Pick<Hole, 'fromUtcMs' | 'toUtcMs' | 'lost'>
  readonly words: string
}

/** Stretches without readings, hatched and named where there is room: nothing is drawn across them. What was given up stands out. */
export function drawHoles(plot: uPlot, pxRatio: number, ink: Ink, marks: readonly HoleMark[]): void {
  onPaper(plot, ink, pxRatio, (paper, box) => {
    for (const { hole, words } of marks) {
      const x = Math.max(box.left, box.left + plot.valToPos(hole.fromUtcMs / 1_000, 'x'))
      const right = Math.min(box.left + box.widthPx, box.left + plot.valToPos(hole.toUtcMs / 1_000, 'x'))
      if (right < box.left || x > box.left + box.widthPx) continue
      const rect = { x, top: box.top, widthPx: Math.max(3, right - x), heightPx: box.heightPx }
      // What was lost stands out, and lets the curves be seen all the same.
      paper.context.globalAlpha = hole.lost === null ? 1 : 0.5
      hatch(paper, rect, hole.lost === null ? hatchings.unexpected : hatchings.crit)
      paper.context.globalAlpha = 1
      caption(paper, words, { ...rect, heightPx: 40 })
    }
  })
}

type Placed = Limit & { readonly scale: string; readonly words: string }

/** Where a limit lies, kept inside of the plot. */
const heightOf = (plot: uPlot, box: Box, { rule, scale }: Placed): number =>
  Math.min(box.top + box.heightPx, Math.max(box.top, box.top + plot.valToPos(rule.threshold, scale)))
const inkOf = ({ rule }: Placed): string => (rule.severity === 'critical' ? '--crit' : '--warn')

/** The forbidden side of each limit; the values matter more. */
export function shadeLimits(plot: uPlot, pxRatio: number, ink: Ink, limits: readonly Placed[]): void {
  onPaper(plot, ink, pxRatio, ({ context }, box) => {
    context.globalAlpha = 0.55
    for (const limit of limits) {
      const y = heightOf(plot, box, limit)
      context.fillStyle = ink(`${inkOf(limit)}-soft`)
      if (limit.rule.condition === 'above') context.fillRect(box.left, box.top, box.widthPx, y - box.top)
      else context.fillRect(box.left, y, box.widthPx, box.top + box.heightPx - y)
    }
  })
}

/** The line of each limit with its name. */
export function drawLimits(plot: uPlot, pxRatio: number, ink: Ink, limits: readonly Placed[]): void {
  onPaper(plot, ink, pxRatio, ({ context }, box) => {
    for (const limit of limits) {
      const y = heightOf(plot, box, limit)
      context.strokeStyle = ink(`${inkOf(limit)}-line`)
      context.setLineDash([6, 4])
      context.lineWidth = 1
      context.beginPath()
      context.moveTo(box.left, y)
      context.lineTo(box.left + box.widthPx, y)
      context.stroke()
      context.setLineDash([])
      context.font = `12px ${ink('--font')}`
      context.textAlign = 'right'
      const isAbove = limit.rule.condition === 'above'
      context.textBaseline = isAbove ? 'bottom' : 'top'
      const [right, textY] = [box.left + box.widthPx - 6, y + (isAbove ? -3 : 3)]
      // Curves may pass under it.
      context.strokeStyle = ink('--surface')
      context.lineWidth = 3
      context.lineJoin = 'round'
      context.strokeText(limit.words, right, textY)
      context.fillStyle = ink(inkOf(limit))
      context.fillText(limit.words, right, textY)
    }
  })
}
