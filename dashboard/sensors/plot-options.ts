import uPlot from 'uplot'
import type { UtcRange } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { axisNumbers } from '../i18n/numbers.ts'
import { chartTicks } from './chart-ticks.ts'
import { axesOf, axisOf, type Limit, type Line } from './chart-lines.ts'
import { drawHoles, drawLimits, type HoleMark, type Ink, shadeLimits } from './plot-paint.ts'
import { withHoles } from './series.ts'

/** What a drawing depends on, but for the values themselves. */
export interface Picture {
  readonly lines: readonly Line[]
  readonly limits: readonly (Limit & { readonly words: string })[]
  readonly holes: readonly HoleMark[]
}

export interface Hands {
  /** The pointer moved to a moment, or left (null). */
  readonly onCursor: (utcMs: number | null) => void
  /** A stretch was dragged. */
  readonly onSelect: (plot: uPlot) => void
  readonly onDoubleClick: () => void
}

/** The width of an axis of values, and what is left free beside a single one. */
export const axisPx = 54
export const marginPx = 14
/** The height of the axis of time. */
const timePx = 34
/** The second axis: uPlot has its sides as types alone. */
const atRight: object = { side: 1 }
const dashes: readonly number[][] = [[], [], [], [], [8, 4], [8, 4], [2, 3], [2, 3]]
/** Of one line: highest, lowest, mean. */
const columns = 3

/** All lines over the same moments. Null is a hole; undefined, another line has a value there. */
export function dataOf(lines: readonly Line[]): uPlot.AlignedData {
  if (lines.length === 0) return [[]]
  return uPlot.join(
    lines.map(({ history }) => {
      const { x, mean, min, max } = withHoles(history.buckets, history.bucketMs)
      return [x, max, min, mean]
    }),
  )
}

/** So few values are shown each: between them is only a line. */
const mostPoints = 60

/** The values that are points of their own: all of a few, and of many those that stand alone. */
export function pointsOf(values: readonly (number | null | undefined)[]): number[] {
  const all = values.flatMap((value, index) => (value == null ? [] : [index]))
  return all.length <= mostPoints ? all : lonely(values)
}

/** Values between two holes, which a line alone would not show. */
export function lonely(values: readonly (number | null | undefined)[]): number[] {
  const found: number[] = []
  let before: number | null = null
  let candidate: number | null = null
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue
    if (value === null) {
      if (candidate !== null) found.push(candidate)
      candidate = null
      before = null
      continue
    }
    candidate = before === null ? index : null
    before = value
  }
  return candidate === null ? found : [...found, candidate]
}

export function optionsOf(
  size: { readonly widthPx: number; readonly heightPx: number },
  ink: Ink,
  zone: string,
  picture: () => Picture & { readonly range: UtcRange },
  hands: Hands,
): uPlot.Options {
  const { lines } = picture()
  const scales = axesOf(lines.map(({ metric }) => metric))
  const font = `13px ${ink('--font')}`
  const axis = {
    stroke: ink('--muted'),
    grid: { stroke: ink('--line'), width: 1 },
    ticks: { stroke: ink('--line'), width: 1 },
    font,
  }
  const ticksOf = (plot: uPlot) => chartTicks(picture().range, plot.bbox.width / uPlot.pxRatio, zone)
  return {
    width: size.widthPx,
    height: size.heightPx,
    legend: { show: false },
    padding: [10, scales.length > 1 ? 0 : marginPx, 0, 0],
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 5 },
      points: { show: lines.length < 3 },
      bind: {
        dblclick: () => () => {
          hands.onDoubleClick()
          return null
        },
      },
    },
    scales: {
      x: { time: false, range: () => [picture().range.fromUtcMs / 1_000, picture().range.toUtcMs / 1_000] },
      ...Object.fromEntries(scales.map((name) => [scaleOf(name), { range: rangeOf(name, picture) }])),
    },
    axes: [
      {
        ...axis,
        size: timePx,
        splits: (plot) => ticksOf(plot).map(({ utcMs }) => utcMs / 1_000),
        values: (plot) => ticksOf(plot).map(({ label }) => label),
      },
      ...scales.map(
        (name, index): uPlot.Axis => ({
          ...axis,
          scale: scaleOf(name),
          ...(index === 0 ? {} : atRight),
          size: axisPx,
          ...(index === 0 ? {} : { grid: { show: false } }),
          ...(name === '0/1' ? { splits: () => [0, 1], values: () => [t().shut, t().open] } : {}),
          ...(name === '0/1' ? {} : { values: (_plot: uPlot, splits: number[]) => axisNumbers(splits) }),
        }),
      ),
    ],
    bands: lines.map(({ hue }, index) => ({
      series: [index * columns + 1, index * columns + 2] as [number, number],
      fill: `${ink(`--series-${hue}`)}${lines.length === 1 ? '30' : '22'}`,
    })),
    series: [{}, ...lines.flatMap((line) => seriesOf(line, ink))],
    hooks: {
      drawClear: [
        (plot) => {
          const { holes, limits } = picture()
          const placed = limits.flatMap((limit) => {
            const line = lines.find(({ key }) => key === limit.key)
            return line === undefined ? [] : [{ ...limit, scale: scaleOf(axisOf(line.metric)) }]
          })
          // Shades of several curves' limits would cover each other.
          if (lines.length === 1) shadeLimits(plot, uPlot.pxRatio, ink, placed)
          drawHoles(plot, uPlot.pxRatio, ink, holes)
          drawLimits(plot, uPlot.pxRatio, ink, placed)
        },
      ],
      setCursor: [
        (plot) => {
          const left = plot.cursor.left ?? -1
          hands.onCursor(left < 0 ? null : plot.posToVal(left, 'x') * 1_000)
        },
      ],
      setSelect: [(plot) => (plot.select.width > 0 ? hands.onSelect(plot) : undefined)],
    },
  }
}

/** uPlot takes a scale without a name for its own `y`. */
const scaleOf = (axis: string): string => `unit ${axis}`

function seriesOf({ hue, metric }: Line, ink: Ink): uPlot.Series[] {
  const scale = scaleOf(axisOf(metric))
  const stroke = ink(`--series-${hue}`)
  const edge: uPlot.Series = { scale, stroke: 'transparent', points: { show: false } }
  const stepped = metric.type === 'binary' ? uPlot.paths.stepped?.({ align: 1 }) : undefined
  return [
    edge,
    edge,
    {
      scale,
      stroke,
      width: 1.6,
      dash: dashes[hue - 1] ?? [],
      points: {
        show: false,
        size: 5,
        fill: stroke,
        filter: (plot, index) => pointsOf([...(plot.data[index] ?? [])]),
      },
      ...(stepped === undefined ? {} : { paths: stepped }),
    },
  ]
}

/** From the lowest to the highest value or limit of an axis, with a margin. */
function rangeOf(axis: string, picture: () => Picture): uPlot.Range.Function {
  return (_plot, low, high) => {
    if (axis === '0/1') return [-0.15, 1.15]
    const { lines, limits } = picture()
    const own = limits.filter(({ key }) => lines.some((line) => line.key === key && axisOf(line.metric) === axis))
    return padded(
      low,
      high,
      own.map(({ rule }) => rule.threshold),
    )
  }
}

export function padded(low: number | null, high: number | null, limits: readonly number[]): [number, number] {
  const all = [...limits, ...(low === null ? [] : [low]), ...(high === null ? [] : [high])]
  const bottom = Math.min(...all, Infinity)
  const top = Math.max(...all, -Infinity)
  if (bottom > top) return [0, 1]
  const margin = Math.max((top - bottom) * 0.12, Math.abs(top) * 0.01, 0.1)
  return [bottom - margin, top + margin]
}
