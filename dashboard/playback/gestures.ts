/** What the hands do on the timeline; x and y in CSS pixels from its left top corner. */
export interface Gestures {
  /** Is the playhead, or the axis that moves it, under this point? */
  grabs(x: number, y: number): boolean
  hover(at: { readonly x: number; readonly y: number } | null): void
  scrub(x: number): void
  scrubEnd(x: number): void
  scrubCancel(): void
  pan(byPx: number): void
  zoom(factor: number, x: number): void
  click(x: number, y: number): void
  doubleClick(x: number, y: number): void
}

interface Finger {
  x: number
  y: number
}

const clickPx = 4

/** Wheel zooms, drag pans, dragging the playhead scrubs, two fingers pinch. @returns what ends the listening */
export function listenTo(element: HTMLElement, gestures: Gestures): () => void {
  const stop = new AbortController()
  const on = <Name extends keyof HTMLElementEventMap>(
    name: Name,
    listener: (event: HTMLElementEventMap[Name]) => void,
    passive = true,
  ) => element.addEventListener(name, listener, { signal: stop.signal, passive })
  const fingers = new Map<number, Finger>()
  let mode: 'none' | 'press' | 'pan' | 'scrub' | 'pinch' = 'none'
  let edge = 0
  let frame = 0

  const at = (event: MouseEvent): Finger => {
    const box = element.getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }
  /** While the playhead is held beyond an edge, the view moves on. */
  const panAtEdge = () => {
    if (mode !== 'scrub' || edge === 0) return
    const x = edge < 0 ? 0 : element.clientWidth
    gestures.pan(edge * 0.15)
    gestures.scrub(x)
    frame = requestAnimationFrame(panAtEdge)
  }
  const scrubTo = (x: number) => {
    const width = element.clientWidth
    const before = edge
    edge = x < 0 ? x : x > width ? x - width : 0
    gestures.scrub(Math.max(0, Math.min(width, x)))
    if (before === 0 && edge !== 0) frame = requestAnimationFrame(panAtEdge)
  }
  const pinch = (event: PointerEvent, finger: Finger) => {
    const [one, two] = [...fingers.values()]
    if (one === undefined || two === undefined) return
    const before = Math.abs(one.x - two.x)
    const middle = (one.x + two.x) / 2
    Object.assign(finger, at(event))
    const apart = Math.abs(one.x - two.x)
    gestures.pan(middle - (one.x + two.x) / 2)
    if (before > 10 && apart > 10) gestures.zoom(before / apart, (one.x + two.x) / 2)
  }
  const end = (event: PointerEvent, isDone: boolean) => {
    const { x, y } = at(event)
    fingers.delete(event.pointerId)
    if (mode === 'scrub') {
      cancelAnimationFrame(frame)
      edge = 0
      if (isDone) gestures.scrubEnd(Math.max(0, Math.min(element.clientWidth, x)))
      else gestures.scrubCancel()
    } else if (mode === 'press' && isDone) gestures.click(x, y)
    if (fingers.size === 0 || mode === 'scrub') mode = 'none'
  }

  on('pointerdown', (event) => {
    if (event.button !== 0) return
    element.setPointerCapture(event.pointerId)
    const finger = at(event)
    fingers.set(event.pointerId, finger)
    if (fingers.size === 2) mode = 'pinch'
    else mode = gestures.grabs(finger.x, finger.y) ? 'scrub' : 'press'
    if (mode === 'scrub') scrubTo(finger.x)
  })
  on('pointermove', (event) => {
    const finger = fingers.get(event.pointerId)
    const now = at(event)
    if (event.pointerType === 'mouse') gestures.hover(now)
    if (finger === undefined) return
    if (mode === 'pinch') return pinch(event, finger)
    if (mode === 'scrub') return scrubTo(now.x)
    if (mode === 'press' && Math.abs(now.x - finger.x) <= clickPx) return
    mode = 'pan'
    gestures.pan(finger.x - now.x)
    Object.assign(finger, now)
  })
  on('pointerup', (event) => end(event, true))
  on('pointercancel', (event) => end(event, false))
  on('pointerleave', () => gestures.hover(null))
  on('dblclick', (event) => {
    const { x, y } = at(event)
    gestures.doubleClick(x, y)
  })
  on(
    'wheel',
    (event) => {
      event.preventDefault()
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
        gestures.pan(event.deltaX === 0 ? event.deltaY : event.deltaX)
      else gestures.zoom(1.0016 ** Math.max(-400, Math.min(400, event.deltaY)), at(event).x)
    },
    false,
  )
  return () => {
    cancelAnimationFrame(frame)
    stop.abort()
  }
}
