import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'

export interface SizePx {
  readonly width: number
  readonly height: number
}

/** The room inside an element, CSS pixels; measured before it is first seen, so that no tile begins in a size that is not its own. */
export function useAreaSize(element: RefObject<HTMLElement | null>): SizePx {
  const [sizePx, setSizePx] = useState<SizePx>({ width: 1_280, height: 720 })
  useLayoutEffect(() => {
    if (element.current === null) return undefined
    setSizePx({ width: element.current.clientWidth, height: element.current.clientHeight })
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSizePx({ width: entry.contentRect.width, height: entry.contentRect.height })
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return sizePx
}
