import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { ChevronIcon } from '../parts/icons.tsx'

interface DropProps {
  readonly label: ComponentChildren
  /** For those who do not see what the label shows. */
  readonly name: string
  /** Found by the keys that open it. */
  readonly id?: string
  /** Drawn when it is open. @param close shuts it */
  readonly children: (close: () => void) => ComponentChildren
}

/** A button with a small panel below it, closed by Escape and by a click elsewhere. */
export function Drop({ label, name, id, children }: DropProps) {
  const made = useId()
  const panelId = `${id ?? made}-panel`
  const button = useRef<HTMLButtonElement>(null)
  const panel = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState(false)
  useEffect(() => {
    if (!open) return
    const [from, to] = [button.current?.getBoundingClientRect(), panel.current]
    if (from === undefined || to === null) return
    to.style.top = `${from.bottom + 4}px`
    to.style.left = `${Math.max(8, Math.min(from.left, innerWidth - to.offsetWidth - 8))}px`
    to.querySelector<HTMLElement>('[aria-pressed=true], input, select, button')?.focus()
  }, [open])
  return (
    <>
      <button
        ref={button}
        id={id}
        type="button"
        class="button button-small drop"
        title={name}
        popovertarget={panelId}
        aria-expanded={open}
      >
        <span class="visually-hidden">{name}: </span>
        {label}
        <ChevronIcon size={14} />
      </button>
      <div
        ref={panel}
        id={panelId}
        class="menu drop-panel"
        popover="auto"
        role="group"
        aria-label={name}
        onToggle={(event) => setOpen(event.newState === 'open')}
      >
        {open ? children(() => panel.current?.hidePopover()) : null}
      </div>
    </>
  )
}
