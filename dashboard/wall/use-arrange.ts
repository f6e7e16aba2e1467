import { type RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

/** A pointer that moved less was a click. */
const leastDragPx = 8

interface ArrangeOptions {
  /** Around the tiles. */
  readonly grid: RefObject<HTMLElement | null>
  /** False: places are not the person's to choose now. */
  readonly allowed: boolean
  readonly swap: (cameraId: string, otherId: string) => void
  /** A drag began although it is not allowed. */
  readonly refuse: () => void
}

export interface Arrange {
  /** Places are changed by two clicks. */
  readonly on: boolean
  readonly pickedId: string | null
  readonly begin: () => void
  readonly end: () => void
  /** A tile was clicked. @returns false when that means nothing here */
  readonly choose: (cameraId: string) => boolean
}

const tileOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-camera]') : null

/** Tiles change places: by dragging one onto another, or, without dragging, by choosing one and then the other. */
export function useArrange(options: ArrangeOptions): Arrange {
  const [on, setOn] = useState(false)
  const [pickedId, setPickedId] = useState<string | null>(null)
  const justDragged = useRef(false)
  const latest = useRef({ ...options, on })
  latest.current = { ...options, on }
  useEffect(() => {
    const grid = options.grid.current
    if (grid === null) return undefined
    const leaving = new AbortController()
    const { signal } = leaving
    grid.addEventListener('pointerdown', (event) => beginDrag(event, latest, justDragged), { signal })
    return () => leaving.abort()
  }, [options.grid])

  const end = () => {
    setOn(false)
    setPickedId(null)
  }
  return {
    on,
    pickedId,
    begin: () => setOn(true),
    end,
    choose(cameraId) {
      // The end of a drag is no click.
      if (justDragged.current) return true
      if (!on) return false
      if (pickedId === null) setPickedId(cameraId)
      else {
        if (pickedId !== cameraId) options.swap(pickedId, cameraId)
        setPickedId(null)
      }
      return true
    },
  }
}

type Latest = { readonly current: ArrangeOptions & { readonly on: boolean } }

/** Follows the pointer until it is let go. Marks are attributes written here alone, so that nothing is drawn again meanwhile. */
function beginDrag(down: PointerEvent, latest: Latest, justDragged: { current: boolean }): void {
  const handle = down.target instanceof Element ? down.target.closest('.tile-open') : null
  const tile = tileOf(handle)
  // A finger scrolls, unless places are being changed.
  if (tile === null || down.button !== 0 || (down.pointerType === 'touch' && !latest.current.on)) return
  const leaving = new AbortController()
  const { signal } = leaving
  let moves = false
  let onto: HTMLElement | null = null

  const aim = (next: HTMLElement | null) => {
    if (onto === next) return
    onto?.removeAttribute('data-drag')
    next?.setAttribute('data-drag', 'onto')
    onto = next
  }
  const finish = () => {
    leaving.abort()
    aim(null)
    tile.removeAttribute('data-drag')
    tile.style.translate = ''
    // The click that a drag ends with comes before this.
    setTimeout(() => {
      justDragged.current = false
    })
  }
  const move = (event: PointerEvent) => {
    const [dx, dy] = [event.clientX - down.clientX, event.clientY - down.clientY]
    if (!moves) {
      if (Math.hypot(dx, dy) < leastDragPx) return
      if (!latest.current.allowed) {
        latest.current.refuse()
        justDragged.current = true
        return finish()
      }
      moves = true
      justDragged.current = true
      tile.setAttribute('data-drag', 'from')
      handle?.setPointerCapture(event.pointerId)
    }
    tile.style.translate = `${dx}px ${dy}px`
    const under = document.elementsFromPoint(event.clientX, event.clientY).map(tileOf)
    aim(under.find((one) => one !== null && one !== tile && one.matches('.tile-shown')) ?? null)
  }
  const up = () => {
    const [from, to] = [tile.dataset['camera'], onto?.dataset['camera']]
    if (moves && from !== undefined && to !== undefined) latest.current.swap(from, to)
    finish()
  }
  const key = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !moves) return
    event.preventDefault()
    finish()
  }
  document.addEventListener('pointermove', move, { signal })
  document.addEventListener('pointerup', up, { signal })
  document.addEventListener('pointercancel', finish, { signal })
  document.addEventListener('keydown', key, { signal, capture: true })
}
