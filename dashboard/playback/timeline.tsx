import { useEffect, useRef, useState } from 'preact/hooks'
import type { Span } from '../../gateway/contract/camera.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { formatDateTime, formatTime, siteTimeZone } from '../i18n/time.ts'
import { draw, heightPx, type Marks } from './draw.ts'
import { notAfter, panned, toUtcMs, type View, zoomed } from './scale.ts'
import { blocks, spanAt } from './spans.ts'
import { ticks } from './ticks.ts'
import { words } from './words.ts'

interface TimelineProps {
  readonly view: View
  readonly spans: readonly Span[]
  readonly playheadUtcMs: UtcMs | null
  readonly nowUtcMs: UtcMs
  readonly marks: Marks
  readonly change: (view: View) => void
  readonly seek: (utcMs: UtcMs) => void
}

/** What is known of a moment, in words. */
export function wordOf(spans: readonly Span[], utcMs: UtcMs): string {
  const span = spanAt(spans, utcMs)
  if (span === undefined) return words().unknown
  return span.kind === 'recorded' ? words().recorded : words().gapIs(reasonWord(span))
}

export const reasonWord = (span: Span): string =>
  span.reason === undefined ? t().unknown : t().reasons[span.reason].what

/** The lane of one camera on a canvas: wheel zooms at the pointer, dragging pans, a click plays. Keys are the page's. */
export function Timeline({ view, spans, playheadUtcMs, nowUtcMs, marks, change, seek }: TimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [widthPx, setWidthPx] = useState(800)
  const [hoverX, setHoverX] = useState<number | null>(null)
  const drag = useRef<{ x: number; view: View; moved: boolean } | null>(null)
  const latest = useRef({ view, widthPx, nowUtcMs, change })
  latest.current = { view, widthPx, nowUtcMs, change }

  useEffect(() => {
    const element = canvas.current
    if (element === null) return undefined
    const observer = new ResizeObserver(([entry]) => entry && setWidthPx(Math.max(50, entry.contentRect.width)))
    observer.observe(element)
    const wheel = (event: WheelEvent) => {
      event.preventDefault()
      const { view, widthPx, nowUtcMs, change } = latest.current
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const byPx = event.deltaX === 0 ? event.deltaY : event.deltaX
        change(notAfter(panned(view, (byPx / widthPx) * view.spanMs), nowUtcMs))
      } else {
        const factor = 1.0016 ** Math.max(-400, Math.min(400, event.deltaY))
        change(notAfter(zoomed(view, factor, toUtcMs(view, widthPx, event.offsetX)), nowUtcMs))
      }
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => {
      observer.disconnect()
      element.removeEventListener('wheel', wheel)
    }
  }, [])

  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const ratio = devicePixelRatio
    element.width = Math.round(widthPx * ratio)
    element.height = Math.round(heightPx * ratio)
    context.scale(ratio, ratio)
    const style = getComputedStyle(element)
    const hoverUtcMs = hoverX === null ? 0 : toUtcMs(view, widthPx, hoverX)
    const scene = {
      view,
      widthPx,
      blocks: blocks(spans, view, widthPx),
      ticks: ticks(view, widthPx, siteTimeZone.value),
      playheadUtcMs,
      hoverX,
      hoverLabel: words().at(formatTime(hoverUtcMs, nowUtcMs), wordOf(spans, hoverUtcMs)),
      nowUtcMs,
      marks,
    }
    draw(context, scene, (token) => style.getPropertyValue(token))
  })

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return
    canvas.current?.setPointerCapture(event.pointerId)
    drag.current = { x: event.offsetX, view, moved: false }
  }
  const move = (event: PointerEvent) => {
    setHoverX(event.offsetX)
    const from = drag.current
    if (from === null) return
    const byPx = event.offsetX - from.x
    if (Math.abs(byPx) > 4) from.moved = true
    if (from.moved) change(notAfter(panned(from.view, (-byPx / widthPx) * view.spanMs), nowUtcMs))
  }
  const up = (event: PointerEvent) => {
    const from = drag.current
    drag.current = null
    if (from !== null && !from.moved) seek(toUtcMs(view, widthPx, event.offsetX))
  }
  const atUtcMs = playheadUtcMs ?? view.fromUtcMs + view.spanMs / 2
  return (
    <div
      class="timeline"
      role="slider"
      tabIndex={0}
      aria-label={words().timeline}
      aria-valuemin={Math.round(view.fromUtcMs / 1_000)}
      aria-valuemax={Math.round((view.fromUtcMs + view.spanMs) / 1_000)}
      aria-valuenow={Math.round(atUtcMs / 1_000)}
      aria-valuetext={words().at(formatDateTime(atUtcMs), wordOf(spans, atUtcMs))}
      title={words().timelineHint}
    >
      <canvas
        ref={canvas}
        class={drag.current?.moved ? 'timeline-canvas timeline-dragged' : 'timeline-canvas'}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => {
          drag.current = null
        }}
        onPointerLeave={() => setHoverX(null)}
      />
    </div>
  )
}
