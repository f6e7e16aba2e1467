import type { Alert } from '../../gateway/contract/alert.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { drawAlerts, drawCamera, drawReading } from './draw-lanes.ts'
import type { Track } from './lane-data.ts'
import { axisPx, type Layout } from './lanes.ts'
import type { Marks } from './marks.ts'
import { type Paper, upright } from './paint.ts'
import type { ReadingLane } from './reading-lanes.ts'
import { toX, type View } from './scale.ts'
import type { Tick } from './ticks.ts'
import type { Stretch } from './why.ts'

/** All that a drawing of the timeline depends on. */
export interface Scene {
  readonly view: View
  readonly widthPx: number
  readonly layout: Layout
  readonly ticks: readonly Tick[]
  readonly tracks: ReadonlyMap<string, Track>
  readonly alerts: readonly Alert[]
  readonly readings: ReadonlyMap<string, ReadingLane>
  readonly marks: Marks
  readonly nowUtcMs: UtcMs
  /** Why nothing was expected, in words. */
  readonly wordOf: (stretch: Stretch) => string
}

/** Draws the timeline but for what moves: playhead and pointer lie above it. */
export function draw(paper: Paper, scene: Scene): void {
  const { context, ink } = paper
  const { view, widthPx, layout } = scene
  context.clearRect(0, 0, widthPx, layout.heightPx)
  for (const lane of layout.lanes) {
    context.fillStyle = ink('--surface-2')
    context.fillRect(0, lane.top, widthPx, lane.heightPx)
  }
  drawMarked(paper, scene)
  for (const lane of layout.lanes) {
    if (lane.kind === 'camera') drawCamera(paper, scene, lane)
    else if (lane.kind === 'alerts') drawAlerts(paper, scene, lane)
    else drawReading(paper, scene, lane)
  }
  const nowX = toX(view, widthPx, scene.nowUtcMs)
  if (nowX < widthPx) {
    context.fillStyle = ink('--bg')
    context.fillRect(Math.max(0, nowX), axisPx, widthPx, layout.heightPx)
    upright(paper, nowX, axisPx, layout.heightPx, '--muted')
  }
  drawTicks(paper, scene)
}

function drawTicks(paper: Paper, { view, widthPx, ticks, layout }: Scene): void {
  const { context, ink } = paper
  context.font = `14px ${ink('--font')}`
  context.textBaseline = 'top'
  context.textAlign = 'left'
  for (const tick of ticks) {
    const x = Math.round(toX(view, widthPx, tick.utcMs)) + 0.5
    upright(paper, x, tick.major ? 0 : axisPx - 6, axisPx, '--control-line', tick.major ? 2 : 1)
    if (tick.major) upright(paper, x, axisPx, layout.heightPx, '--line')
    context.fillStyle = ink(tick.major ? '--text' : '--muted')
    context.fillText(tick.label, x + 4, 4)
  }
}

/** The marked part behind the lanes, and its two ends. */
function drawMarked(paper: Paper, { view, widthPx, marks, layout }: Scene): void {
  const { context, ink } = paper
  const [from, to] = [marks.inUtcMs, marks.outUtcMs].map((one) => (one === null ? undefined : toX(view, widthPx, one)))
  if (from !== undefined && to !== undefined && to > from) {
    context.fillStyle = ink('--accent-soft')
    context.fillRect(from, axisPx - 8, to - from, layout.heightPx)
  }
  for (const x of [from, to]) if (x !== undefined) upright(paper, x, axisPx - 8, layout.heightPx, '--accent', 2)
}
