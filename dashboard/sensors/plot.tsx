import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import { siteTimeZone } from '../i18n/time.ts'
import { isPaper, watchPaper } from './paper.ts'
import { dataOf, type Hands, optionsOf, type Picture } from './plot-options.ts'

/** What the page may do to a plot that is there. */
export interface PlotHandle {
  readonly plot: () => uPlot | null
  /** Moves the pointer's line to a moment. */
  readonly point: (utcMs: UtcMs) => void
  readonly unselect: () => void
}

interface PlotProps extends Picture {
  readonly range: UtcRange
  readonly heightPx: number
  /** Changes when the theme does: colours are read from the tokens once a drawing. */
  readonly theme: string
  readonly hands: Hands
  readonly handle: { current: PlotHandle | null }
}

/** Width of a plot on A4 with the page's margins, in CSS pixels. */
const paperPx = 710

/**
 * The curves: means as lines over the band from lowest to highest, holes as holes. New values move what is there; only another set of
 * lines, theme or size makes it anew.
 */
export function Plot(props: PlotProps) {
  const host = useRef<HTMLDivElement>(null)
  const shown = useRef(props)
  shown.current = props
  const plot = useRef<uPlot | null>(null)
  const { lines, range, holes, limits, theme, heightPx, handle } = props
  const kind = JSON.stringify([
    lines.map(({ key, hue, metric }) => [key, hue, metric.unit, metric.type]),
    theme,
    heightPx,
  ])

  useLayoutEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const make = (): void => {
      plot.current?.destroy()
      const style = getComputedStyle(element)
      const ink = (name: string): string => style.getPropertyValue(name).trim()
      const widthPx = isPaper() ? paperPx : element.clientWidth
      const hands: Hands = {
        onCursor: (utcMs) => shown.current.hands.onCursor(utcMs),
        onSelect: (of) => shown.current.hands.onSelect(of),
        onDoubleClick: () => shown.current.hands.onDoubleClick(),
      }
      const size = { widthPx, heightPx: shown.current.heightPx }
      const options = optionsOf(size, ink, siteTimeZone.peek(), () => shown.current, hands)
      plot.current = new uPlot(options, dataOf(shown.current.lines), element)
      touchAsMouse(plot.current.over)
    }
    make()
    const resize = (): void => {
      if (isPaper() || element.clientWidth === plot.current?.width) return
      plot.current?.setSize({ width: element.clientWidth, height: shown.current.heightPx })
    }
    const watch = new ResizeObserver(resize)
    watch.observe(element)
    // On paper it has the colours and the width of paper.
    const leavePaper = watchPaper(make)
    handle.current = {
      plot: () => plot.current,
      point: (utcMs) => {
        const of = plot.current
        of?.setCursor({ left: of.valToPos(utcMs / 1_000, 'x'), top: 20 })
      },
      unselect: () => plot.current?.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false),
    }
    return () => {
      watch.disconnect()
      leavePaper()
      handle.current = null
      plot.current?.destroy()
      plot.current = null
    }
  }, [kind])

  useEffect(() => {
    const of = plot.current
    of?.batch(() => {
      of.setData(dataOf(lines), false)
      of.setScale('x', { min: range.fromUtcMs / 1_000, max: range.toUtcMs / 1_000 })
    })
  }, [lines, range.fromUtcMs, range.toUtcMs])
  useEffect(() => plot.current?.redraw(false, true), [holes, limits])

  return <div class="plot" ref={host} />
}

/** uPlot knows the mouse alone. A finger that moves along the chart drags; one that moves up or down scrolls the page. */
function touchAsMouse(over: HTMLElement): void {
  const as = (type: string) => (event: PointerEvent) => {
    if (event.pointerType !== 'touch') return
    const { clientX, clientY } = event
    // It takes a mouse that has not moved for a stray event.
    const moved = type === 'mousemove' ? { movementX: 1 } : {}
    over.dispatchEvent(new MouseEvent(type, { clientX, clientY, button: 0, bubbles: true, ...moved }))
  }
  over.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'touch') over.setPointerCapture(event.pointerId)
    as('mousemove')(event)
    as('mousedown')(event)
  })
  over.addEventListener('pointermove', as('mousemove'))
  over.addEventListener('pointerup', as('mouseup'))
  over.addEventListener('pointercancel', as('mouseup'))
}
