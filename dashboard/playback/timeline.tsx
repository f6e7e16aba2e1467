import { effect, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { siteTimeZone } from '../i18n/time.ts'
import { useGateway } from '../shell/gateway.ts'
import type { Desk } from './desk.ts'
import { draw } from './draw.ts'
import { listenTo } from './gestures.ts'
import { HoverCard, type Hover } from './hover-card.tsx'
import { alertAt, itemRange } from './items.ts'
import type { LaneData } from './lane-data.ts'
import { axisPx, laneAt, type Layout } from './lanes.ts'
import { knownWord } from './moment-words.ts'
import type { Previews } from './previews.ts'
import { following, loadRange, toUtcMs, toX } from './scale.ts'
import { TimeSlider } from './time-slider.tsx'
import { ticks } from './ticks.ts'

interface TimelineProps {
  readonly desk: Desk
  readonly data: LaneData
  readonly layout: Layout
  readonly previewsOf: (cameraId: string) => Previews | undefined
}

const grabPx = 9
const previewPx = 24

/** The lanes on a canvas, drawn anew only when something changed; what moves lies above it. Keys are the page's. */
export function Timeline({ desk, data, layout, previewsOf }: TimelineProps) {
  const { nowUtcMs } = useGateway()
  const host = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const playhead = useRef<HTMLDivElement>(null)
  const widthPx = useSignal(800)
  const hover = useSignal<Hover | null>(null)
  const request = useRef(() => {})
  const latest = useRef({ data, layout, previewsOf })
  latest.current = { data, layout, previewsOf }

  const paint = (): void => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const { data: shown, layout: lanes } = latest.current
    const ratio = devicePixelRatio
    const [wide, high] = [Math.round(widthPx.peek() * ratio), Math.round(lanes.heightPx * ratio)]
    if (element.width !== wide || element.height !== high) [element.width, element.height] = [wide, high]
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    const style = getComputedStyle(element)
    const inks = new Map<string, string>()
    const ink = (token: string): string => {
      const known = inks.get(token) ?? style.getPropertyValue(token)
      inks.set(token, known)
      return known
    }
    const view = desk.view.peek()
    draw(
      { context, ink },
      {
        view,
        widthPx: widthPx.peek(),
        layout: lanes,
        ticks: ticks(view, widthPx.peek(), siteTimeZone.peek()),
        tracks: new Map((shown.tracks ?? []).map((track) => [track.camera.id, track])),
        alerts: shown.alerts,
        readings: new Map(shown.readings.map((reading) => [reading.key, reading])),
        marks: desk.marks.peek(),
        nowUtcMs: nowUtcMs.peek(),
        wordOf: knownWord,
      },
    )
  }

  useEffect(() => {
    const [surface, head] = [host.current, playhead.current]
    if (surface === null || head === null) return undefined
    let asked = 0
    request.current = () => {
      asked ||= requestAnimationFrame(() => {
        asked = 0
        paint()
      })
    }
    const sizes = new ResizeObserver(([entry]) => {
      if (entry !== undefined) widthPx.value = Math.max(50, entry.contentRect.width)
    })
    sizes.observe(surface)
    const theme = new MutationObserver(() => request.current())
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'lang'] })
    const moment = (x: number): UtcMs => toUtcMs(desk.view.peek(), widthPx.peek(), x)
    const pxMs = (): number => desk.view.peek().spanMs / widthPx.peek()
    const pick = (x: number, y: number) => {
      const { data: shown, layout: lanes } = latest.current
      const lane = laneAt(lanes, y)
      const track = lane?.kind === 'camera' ? shown.tracks?.find(({ camera }) => camera.id === lane.key) : undefined
      const utcMs = moment(x)
      const alert = lane?.kind === 'alerts' ? alertAt(shown.alerts, utcMs, pxMs(), nowUtcMs.peek()) : undefined
      return { x, utcMs, lane, track, alert }
    }
    const scrub = (x: number): void => {
      desk.scrubUtcMs.value = moment(x)
      hover.value = pick(x, 0)
      for (const { camera } of latest.current.data.tracks ?? [])
        latest.current.previewsOf(camera.id)?.want(moment(x), pxMs() * previewPx)
    }
    const scrubOff = (): void => {
      desk.scrubUtcMs.value = null
      hover.value = null
    }
    const unlisten = listenTo(surface, {
      grabs(x, y) {
        const at = desk.play.headUtcMs.peek()
        const headX = at === null ? -Infinity : toX(desk.view.peek(), widthPx.peek(), at)
        return y < axisPx || Math.abs(x - headX) < grabPx
      },
      hover(at) {
        if (desk.scrubUtcMs.peek() !== null) return
        hover.value = at === null ? null : pick(at.x, at.y)
        const track = hover.peek()?.track
        if (track !== undefined)
          latest.current.previewsOf(track.camera.id)?.want(moment(at?.x ?? 0), pxMs() * previewPx)
      },
      scrub,
      scrubEnd(x) {
        scrubOff()
        desk.go(moment(x))
      },
      scrubCancel: scrubOff,
      pan: (byPx) => desk.pan(byPx * pxMs()),
      zoom: (factor, x) => desk.zoom(factor, moment(x)),
      click(x, y) {
        const { utcMs, alert } = pick(x, y)
        desk.go(alert?.raisedUtcMs ?? utcMs)
      },
      doubleClick(x, y) {
        const { utcMs, lane, track, alert } = pick(x, y)
        const now = nowUtcMs.peek()
        const range = itemRange(lane, track, alert, utcMs, loadRange(desk.view.peek(), now), now)
        if (range !== undefined) desk.showRange(range)
      },
    })
    const leave = [
      ...[desk.view, desk.marks, widthPx].map((one) => one.subscribe(() => request.current())),
      effect(() => {
        const at = desk.scrubUtcMs.value ?? desk.play.headUtcMs.value
        head.hidden = at === null
        if (at !== null) head.style.transform = `translateX(${toX(desk.view.value, widthPx.value, at).toFixed(1)}px)`
      }),
      effect(() => {
        const at = desk.play.atUtcMs.value
        if (at === null || !desk.play.playing.value || desk.scrubUtcMs.peek() !== null) return
        const view = desk.view.peek()
        // A reader who looks elsewhere is not fetched back.
        if (at <= view.fromUtcMs + view.spanMs * 1.02 && at >= view.fromUtcMs) desk.view.value = following(view, at)
      }),
    ]
    return () => {
      cancelAnimationFrame(asked)
      sizes.disconnect()
      theme.disconnect()
      unlisten()
      for (const one of leave) one()
    }
  }, [desk])
  useEffect(() => request.current())

  return (
    <TimeSlider desk={desk} data={data}>
      <div ref={host} class="timeline-surface">
        <canvas ref={canvas} class="timeline-canvas" />
        <div ref={playhead} class="playhead" aria-hidden="true" />
        <HoverCard hover={hover} data={data} widthPx={widthPx} previewsOf={previewsOf} />
      </div>
    </TimeSlider>
  )
}
