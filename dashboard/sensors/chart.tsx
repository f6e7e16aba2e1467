import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Rule } from '../../gateway/contract/alert.ts'
import type { History } from '../../gateway/contract/sensor.ts'
import { days, type UtcRange } from '../../gateway/domain/units.ts'
import { axisNumbers, formatNumber } from '../i18n/numbers.ts'
import { clockParts, siteTimeZone } from '../i18n/time.ts'
import { withHoles } from './series.ts'

interface ChartProps {
  readonly history: History
  readonly range: UtcRange
  /** Enabled rules on this metric: their forbidden side is shaded. */
  readonly rules: readonly Rule[]
  readonly label: string
  /** Changes when the theme does: colours are read from the tokens once a drawing. */
  readonly theme: string
}

/** Mean as a line over the band from lowest to highest; holes stay holes. */
export function Chart({ history, range, rules, label, theme }: ChartProps) {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const { x, mean, min, max } = withHoles(history.buckets, history.bucketMs)
    const plot = new uPlot(options(element, range, rules), [x, max, min, mean], element)
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: heightPx }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
    }
  }, [history, rules, theme])
  return <div class="chart" ref={host} role="img" aria-label={label} />
}

const heightPx = 240

function options(element: HTMLElement, range: UtcRange, rules: readonly Rule[]): uPlot.Options {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  const zone = siteTimeZone.peek()
  const byDay = range.toUtcMs - range.fromUtcMs > days(1)
  const font = `13px ${token('--font')}`
  const axis = {
    stroke: token('--muted'),
    grid: { stroke: token('--line'), width: 1 },
    ticks: { stroke: token('--line'), width: 1 },
    font,
  }
  const limits = rules.filter((rule) => rule.condition !== 'silent').map((rule) => rule.threshold)
  return {
    width: element.clientWidth,
    height: heightPx,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), zone),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { min: range.fromUtcMs / 1_000, max: range.toUtcMs / 1_000 },
      y: { range: (_plot, low, high) => padded(low, high, limits) },
    },
    axes: [
      { ...axis, values: (_plot, splits) => splits.map((at) => tick(at * 1_000, zone, byDay)), space: 70 },
      { ...axis, values: (_plot, splits) => axisNumbers(splits), size: 56 },
    ],
    // The line comes last, so that the band lies under it.
    bands: [{ series: [1, 2], fill: token('--band') }],
    series: [
      {},
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      { stroke: token('--accent'), width: 1.6, points: { show: false } },
    ],
    hooks: {
      drawClear: [(plot) => shadeLimits(plot, rules, token)],
      setCursor: [(plot) => showReadout(plot, element)],
    },
  }
}

function tick(utcMs: number, zone: string, byDay: boolean): string {
  const at = clockParts(utcMs, zone)
  return byDay && at.time === '00:00:00' ? at.date.slice(5) : at.time.slice(0, 5)
}

function padded(low: number | null, high: number | null, limits: readonly number[]): uPlot.Range.MinMax {
  const all = [...limits, ...(low === null ? [] : [low]), ...(high === null ? [] : [high])]
  const bottom = Math.min(...all, Infinity)
  const top = Math.max(...all, -Infinity)
  if (bottom > top) return [0, 1]
  const margin = Math.max((top - bottom) * 0.12, Math.abs(top) * 0.01, 0.1)
  return [bottom - margin, top + margin]
}

function shadeLimits(plot: uPlot, rules: readonly Rule[], token: (name: string) => string): void {
  const { ctx, bbox } = plot
  for (const rule of rules) {
    if (rule.condition === 'silent') continue
    const y = Math.min(bbox.top + bbox.height, Math.max(bbox.top, plot.valToPos(rule.threshold, 'y', true)))
    const name = rule.severity === 'critical' ? '--crit' : '--warn'
    ctx.save()
    ctx.fillStyle = token(`${name}-soft`)
    // The values matter, not the limit.
    ctx.globalAlpha = 0.55
    if (rule.condition === 'above') ctx.fillRect(bbox.left, bbox.top, bbox.width, y - bbox.top)
    else ctx.fillRect(bbox.left, y, bbox.width, bbox.top + bbox.height - y)
    ctx.globalAlpha = 1
    ctx.strokeStyle = token(`${name}-line`)
    ctx.setLineDash([6, 4])
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
    ctx.restore()
  }
}

/** Time and value under the pointer, in the page's own words and zone. */
function showReadout(plot: uPlot, element: HTMLElement): void {
  const index = plot.cursor.idx
  const value = index == null ? null : plot.data[3]?.[index]
  const at = index == null ? undefined : plot.data[0][index]
  if (value == null || at === undefined) {
    delete element.dataset.readout
    return
  }
  const { date, time } = clockParts(at * 1_000, siteTimeZone.peek())
  element.dataset.readout = `${date.slice(5)} ${time}   ${formatNumber(value)}`
}
