import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { type Millis, seconds } from '../../gateway/domain/units.ts'
import { tourProgress, tourStart, tourStep } from './tour.ts'

const tickMs: Millis = 250
/** Whoever moves the pointer or presses a key has the wall to himself for so long. */
const usedMs: Millis = seconds(10)
const uses = ['pointermove', 'pointerdown', 'wheel', 'keydown'] as const

interface TourOptions {
  /** Null: no tour. */
  readonly tourSeconds: number | null
  readonly pages: number
  /** Something stands on the wall that must not be turned away. */
  readonly held: boolean
  readonly ready: () => boolean
  readonly turn: () => void
  /** The next page is to be opened behind this one, or no longer. */
  readonly setAhead: (ahead: boolean) => void
}

export interface TourState {
  /** 0 to 1 of the page's time. */
  readonly progress: ReadonlySignal<number>
  readonly paused: ReadonlySignal<boolean>
}

/** Turns the pages by itself, as long as nobody uses the wall. */
export function useTour(options: TourOptions): TourState {
  const progress = useSignal(0)
  const paused = useSignal(false)
  const latest = useRef(options)
  latest.current = options
  const { tourSeconds, pages } = options
  useEffect(() => {
    if (tourSeconds === null || pages < 2) return undefined
    const leaving = new AbortController()
    const stepless = !matchMedia('(prefers-reduced-motion: reduce)').matches
    const tourMs = seconds(tourSeconds)
    let usedAtMs = performance.now() - usedMs
    let tour = tourStart
    let atMs = performance.now()
    const use = () => {
      usedAtMs = performance.now()
    }
    for (const name of uses)
      document.addEventListener(name, use, { signal: leaving.signal, passive: true, capture: true })
    const timer = setInterval(() => {
      const { held, ready, turn, setAhead } = latest.current
      const nowMs = performance.now()
      paused.value = held || document.hidden || nowMs - usedAtMs < usedMs
      // A computer that slept did not show the page meanwhile.
      const passedMs = Math.min(nowMs - atMs, tickMs * 4)
      atMs = nowMs
      tour = tourStep(tour, { passedMs, tourMs, pages, held: paused.peek(), ready: ready() })
      if (tour.turn) {
        turn()
        tour = tourStart
      }
      setAhead(tour.ahead)
      const part = tourProgress(tour, tourMs)
      progress.value = stepless ? part : Math.floor(part * tourSeconds) / tourSeconds
    }, tickMs)
    return () => {
      leaving.abort()
      clearInterval(timer)
      latest.current.setAhead(false)
      progress.value = 0
    }
  }, [tourSeconds, pages])
  return { progress, paused }
}
