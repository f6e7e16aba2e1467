import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import { clockParts, formatDateTime, siteTimeZone } from '../i18n/time.ts'
import { formatValue } from '../i18n/numbers.ts'
import { nameOf } from './chart-names.ts'
import { bucketAt, type Hole, type Limit, type Line } from './chart-lines.ts'
import { between } from './chart-range.ts'
import { Plot, type PlotHandle } from './plot.tsx'
import type { HoleMark } from './plot-paint.ts'
import { type Selected, SelectionMenu } from './selection-menu.tsx'
import { ruleWords } from './rule-words.ts'
import { words } from './words.ts'

interface StageProps {
  readonly lines: readonly Line[]
  readonly range: UtcRange
  readonly limits: readonly Limit[]
  readonly holes: readonly Hole[]
  readonly label: string
  readonly heightPx: number
  /** The moment under the pointer, for who shows its values. */
  readonly cursor: Signal<UtcMs | null>
  /** Shows another period. */
  readonly go: (range: UtcRange) => void
  readonly zoom: (factor: number, anchorUtcMs: UtcMs | null) => void
  readonly pan: (direction: 1 | -1) => void
  /** Somebody chooses a stretch: what is drawn should not move away under it. */
  readonly hold: (held: boolean) => void
}

/** A chart with its hands: a stretch is dragged, or marked by keyboard, and a small menu says what can be done with it. */
export function Stage({ lines, range, limits, holes, label, heightPx, cursor, go, zoom, pan, hold }: StageProps) {
  const handle = useRef<PlotHandle | null>(null)
  const [selected, setSelected] = useState<Selected | null>(null)
  const marked = useRef<UtcMs | null>(null)
  const said = useSignal('')
  const hintId = useId()
  const close = (): void => {
    handle.current?.unselect()
    marked.current = null
    setSelected(null)
  }
  useEffect(() => hold(selected !== null), [selected !== null])
  // Another period: what was chosen of the one before is gone.
  useEffect(close, [lines.map(({ key }) => key).join(), range.toUtcMs - range.fromUtcMs])

  const select = (one: UtcMs, other: UtcMs, byKey: boolean): void => {
    const stretch = between(one, other)
    const plot = handle.current?.plot()
    if (stretch === undefined || plot == null) return
    const left = plot.valToPos(stretch.fromUtcMs / 1_000, 'x')
    const width = plot.valToPos(stretch.toUtcMs / 1_000, 'x') - left
    plot.setSelect({ left, width, top: 0, height: plot.over.clientHeight }, false)
    setSelected({ range: stretch, atPx: plot.over.offsetLeft + left + width / 2, byKey })
  }
  const move = (byPx: number): void => {
    const plot = handle.current?.plot()
    if (plot == null) return
    const width = plot.over.clientWidth
    const from = cursor.peek() === null ? width : plot.valToPos((cursor.peek() ?? 0) / 1_000, 'x')
    const utcMs = plot.posToVal(Math.min(width, Math.max(0, from + byPx)), 'x') * 1_000
    handle.current?.point(utcMs)
    cursor.value = utcMs
    said.value = [
      formatDateTime(utcMs),
      ...lines.map((line) => `${nameOf(line)} ${valueOf(line, utcMs) ?? words().noReading}`),
    ].join(', ')
  }
  const mark = (): void => {
    const at = cursor.peek()
    if (at === null) return
    if (marked.current === null) {
      marked.current = at
      said.value = words().markedFrom(formatDateTime(at))
    } else {
      select(marked.current, at, true)
      marked.current = null
    }
  }
  const keys: Readonly<Record<string, (event: KeyboardEvent) => void>> = {
    ArrowLeft: (event) => move(event.shiftKey ? -40 : -4),
    ArrowRight: (event) => move(event.shiftKey ? 40 : 4),
    Home: () => move(-1e6),
    End: () => move(1e6),
    ' ': mark,
    Enter: mark,
    '+': () => zoom(0.5, cursor.peek()),
    '=': () => zoom(0.5, cursor.peek()),
    '-': () => zoom(2, cursor.peek()),
    PageUp: () => pan(-1),
    PageDown: () => pan(1),
    Escape: close,
  }

  const holeMarks: HoleMark[] = holes
    // The gaps of one curve may be hatched; of several, only what was lost, or one would cover the others.
    .filter(({ lost }) => lost !== null || lines.length === 1)
    .map((hole) => ({
      hole,
      words:
        hole.lost === null
          ? words().noReading
          : words().lost(hole.lost.readings, words().lossReasons[hole.lost.reason]),
    }))
  return (
    <div class="stage">
      <div
        class="chart-host"
        role="application"
        aria-label={label}
        aria-describedby={hintId}
        tabIndex={0}
        onKeyDown={(event) => {
          const act =
            event.target === event.currentTarget && !event.ctrlKey && !event.metaKey ? keys[event.key] : undefined
          if (act === undefined) return
          event.preventDefault()
          act(event)
        }}
      >
        <Plot
          lines={lines}
          range={range}
          heightPx={heightPx}
          limits={limits.map((limit) => {
            const line = lines.find(({ key }) => key === limit.key)
            return { ...limit, words: line === undefined ? '' : ruleWords(limit.rule, line.metric) }
          })}
          holes={holeMarks}
          theme={document.documentElement.dataset.theme ?? 'light'}
          handle={handle}
          hands={{
            onCursor: (utcMs) => {
              cursor.value = utcMs
            },
            onSelect: (plot) => {
              const at = (px: number) => plot.posToVal(px, 'x') * 1_000
              select(at(plot.select.left), at(plot.select.left + plot.select.width), false)
            },
            onDoubleClick: () => zoom(2, null),
          }}
        />
        <Readout cursor={cursor} lines={lines} />
      </div>
      {selected === null ? null : <SelectionMenu selected={selected} lines={lines} go={go} onClose={close} />}
      <p class="plot-hint visually-hidden" id={hintId}>
        {words().plotHint}
      </p>
      <p class="plot-hint visually-hidden" role="status">
        {said}
      </p>
    </div>
  )
}

/** A line's value at a moment in words; undefined where it has none. */
export function valueOf({ history, metric }: Line, utcMs: UtcMs): string | undefined {
  const bucket = bucketAt(history, utcMs)
  if (bucket === undefined) return undefined
  return formatValue(metric, metric.type === 'binary' ? bucket.max : bucket.mean)
}

/** Time under the pointer; with one line also its value, others have theirs in the table. */
function Readout({ cursor, lines }: { cursor: Signal<UtcMs | null>; lines: readonly Line[] }) {
  const utcMs = cursor.value
  if (utcMs === null) return null
  const { date, time } = clockParts(utcMs, siteTimeZone.peek())
  const [only] = lines
  return (
    <div class="readout" aria-hidden="true">
      {date} {time}
      {only === undefined || lines.length > 1 ? null : <strong> {valueOf(only, utcMs) ?? words().noReading}</strong>}
    </div>
  )
}
