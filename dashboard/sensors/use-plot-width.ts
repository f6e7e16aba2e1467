import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { axisPx, marginPx } from './plot-options.ts'

const stepPx = 50

/**
 * How many pixels the curves have beside their axes: 0 until that is known. In steps, so that a moved edge does not load everything
 * again, and rounded down, so that there are never more values than pixels.
 */
export function usePlotWidth(axes: number): {
  readonly host: RefObject<HTMLDivElement | null>
  readonly widthPx: number
} {
  const host = useRef<HTMLDivElement>(null)
  const [innerPx, setInner] = useState(0)
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const watch = new ResizeObserver(([entry]) => setInner(entry?.contentRect.width ?? 0))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  const plotPx = innerPx - axes * axisPx - marginPx
  return { host, widthPx: innerPx === 0 ? 0 : Math.max(stepPx, Math.floor(plotPx / stepPx) * stepPx) }
}
