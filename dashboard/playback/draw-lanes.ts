import type { UtcMs } from '../../gateway/domain/units.ts'
import { withHoles } from '../sensors/series.ts'
import type { Scene } from './draw.ts'
import type { Lane } from './lanes.ts'
import { caption, gapTone, hatch, hatchings, lock, type Paper } from './paint.ts'
import { toX } from './scale.ts'
import { blocks } from './spans.ts'

const insetPx = 5
const holdPx = 8
const lockPx = 16

/** What is recorded, what is missing and why, what was never expected, and above it what is held. */
export function drawCamera(paper: Paper, scene: Scene, lane: Lane): void {
  const track = scene.tracks.get(lane.key)
  if (track === undefined) return
  const { context, ink } = paper
  const { view, widthPx } = scene
  const box = { top: lane.top + insetPx, heightPx: lane.heightPx - insetPx * 2 }
  for (const stretch of track.unexpected) {
    if (stretch.kind === 'future' || stretch.kind === 'unknown') continue
    const rect = clipped(scene, stretch.fromUtcMs, stretch.toUtcMs)
    if (rect === undefined) continue
    hatch(paper, { ...rect, ...box }, hatchings.unexpected)
    caption(paper, scene.wordOf(stretch), { ...rect, ...box })
  }
  for (const block of blocks(track.spans, view, widthPx)) {
    if (block.kind === 'gap') hatch(paper, { ...block, ...box }, hatchings[gapTone(block.reason)])
    else {
      context.fillStyle = ink('--calm')
      context.fillRect(block.x, box.top, block.widthPx, box.heightPx)
    }
  }
  for (const hold of track.holds) {
    const rect = clipped(scene, hold.fromUtcMs, hold.toUtcMs)
    if (rect === undefined) continue
    hatch(paper, { x: rect.x, widthPx: rect.widthPx, top: lane.top, heightPx: holdPx }, hatchings.held)
    if (rect.widthPx < lockPx + 6) continue
    context.fillStyle = ink('--surface')
    context.fillRect(rect.x, lane.top, lockPx, lockPx)
    lock(paper, rect.x + 3.5, lane.top + 2)
  }
}

function clipped({ view, widthPx }: Scene, fromUtcMs: UtcMs, toUtcMs: UtcMs) {
  const x = Math.max(0, toX(view, widthPx, fromUtcMs))
  const right = Math.min(widthPx, toX(view, widthPx, toUtcMs))
  return right > 0 && x < widthPx ? { x, widthPx: Math.max(2, right - x) } : undefined
}

/** How long each alert lasted, and where it began. Those too near to each other are one mark; the graver one shows. */
export function drawAlerts({ context, ink }: Paper, scene: Scene, lane: Lane): void {
  const middle = lane.top + lane.heightPx / 2
  let before = -Infinity
  const ordered = scene.alerts.toSorted(
    (a, b) => Number(a.severity === 'critical') - Number(b.severity === 'critical') || a.raisedUtcMs - b.raisedUtcMs,
  )
  for (const { severity, raisedUtcMs, clearedUtcMs } of ordered) {
    const x = toX(scene.view, scene.widthPx, raisedUtcMs)
    const right = toX(scene.view, scene.widthPx, clearedUtcMs ?? scene.nowUtcMs)
    if (right < 0 || x > scene.widthPx) continue
    const isGrave = severity === 'critical'
    context.fillStyle = ink(isGrave ? '--crit-line' : '--warn-line')
    context.fillRect(Math.max(0, x), middle + 7, Math.max(2, Math.min(scene.widthPx, right) - Math.max(0, x)), 3)
    if (x < 0 || Math.abs(x - before) < 3) continue
    before = x
    context.fillStyle = ink(isGrave ? '--crit' : '--warn')
    context.beginPath()
    if (isGrave) context.arc(x, middle - 2, 7, 0, Math.PI * 2)
    else {
      context.moveTo(x, middle - 10)
      context.lineTo(x + 8, middle + 5)
      context.lineTo(x - 8, middle + 5)
    }
    context.fill()
    if (isGrave) {
      context.fillStyle = ink('--surface')
      context.fillRect(x - 1, middle - 6, 2, 5)
      context.fillRect(x - 1, middle, 2, 2)
    }
  }
}

/** The band from lowest to highest and the mean as a line; a hole stays a hole. */
export function drawReading({ context, ink }: Paper, scene: Scene, lane: Lane): void {
  const reading = scene.readings.get(lane.key)
  if (reading === undefined) return
  const { view, widthPx } = scene
  const { x, mean, min, max } = withHoles(reading.history.buckets, reading.history.bucketMs)
  const columns = x.flatMap((atS, index) => {
    const at = toX(view, widthPx, atS * 1_000)
    return at < -50 || at > widthPx + 50 ? [] : [{ at, mean: mean[index], min: min[index], max: max[index] }]
  })
  const lows = columns.flatMap((one) => one.min ?? [])
  if (lows.length === 0) return
  const low = lows.reduce((least, one) => Math.min(least, one), Infinity)
  const high = columns.reduce((most, one) => Math.max(most, one.max ?? -Infinity), -Infinity)
  const y = (value: number): number =>
    lane.top + lane.heightPx - 5 - (high === low ? 0.5 : (value - low) / (high - low)) * (lane.heightPx - 10)
  context.fillStyle = ink('--band')
  const bucketPx = Math.max(1, (reading.history.bucketMs / view.spanMs) * widthPx)
  for (const { at, min: least, max: most } of columns) {
    if (least == null || most == null) continue
    context.fillRect(at, y(most), bucketPx, Math.max(1, y(least) - y(most)))
  }
  context.strokeStyle = ink('--accent')
  context.lineWidth = 1.5
  context.beginPath()
  let isDown = false
  for (const { at, mean: value } of columns) {
    if (value == null) isDown = false
    else if (isDown) context.lineTo(at + bucketPx / 2, y(value))
    else {
      context.moveTo(at + bucketPx / 2, y(value))
      isDown = true
    }
  }
  context.stroke()
  const right = Math.min(widthPx, toX(view, widthPx, scene.nowUtcMs)) - 4
  scaleNumber({ context, ink }, high, right, lane.top + 13)
  if (low !== high) scaleNumber({ context, ink }, low, right, lane.top + lane.heightPx - 11)
}

/** A number of the lane's scale, on a ground of its own: the curve may pass under it. */
function scaleNumber({ context, ink }: Paper, value: number, right: number, middle: number): void {
  const text = value.toFixed(1)
  context.font = `14px ${ink('--font')}`
  const textPx = context.measureText(text).width
  context.fillStyle = ink('--surface-2')
  context.fillRect(right - textPx - 3, middle - 9, textPx + 6, 18)
  context.fillStyle = ink('--muted')
  context.textAlign = 'right'
  context.textBaseline = 'middle'
  context.fillText(text, right, middle + 1)
}
