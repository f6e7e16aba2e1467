import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

interface TableProps {
  /** What the table lists: its caption for screen readers. */
  readonly label: string
  readonly class?: string
  readonly children: ComponentChildren
}

/** A table in a panel. When it is wider than its place it scrolls, and only then the keyboard stops at it. */
export function Table({ label, class: extra, children }: TableProps) {
  const host = useRef<HTMLDivElement>(null)
  const [scrolls, setScrolls] = useState(false)
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const watch = new ResizeObserver(() => setScrolls(element.scrollWidth > element.clientWidth))
    watch.observe(element)
    if (element.firstElementChild !== null) watch.observe(element.firstElementChild)
    return () => watch.disconnect()
  }, [])
  const stop = scrolls ? ({ role: 'group', tabIndex: 0, 'aria-label': label } as const) : {}
  return (
    <div class="panel table-scroll" ref={host} {...stop}>
      <table class={extra === undefined ? 'table' : `table ${extra}`}>
        <caption class="visually-hidden">{label}</caption>
        {children}
      </table>
    </div>
  )
}
