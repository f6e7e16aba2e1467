import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useId, useRef } from 'preact/hooks'
import { t } from '../i18n/language.ts'
import { CloseIcon } from './icons.tsx'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** A native modal dialog that is open as long as it is drawn. Escape and the cross close it; focus returns where it was. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => {
    const before = document.activeElement
    const element = dialog.current
    // Before the next key press: a dialog that is not yet modal would not hear Escape.
    element?.showModal()
    return () => {
      // As long as it is modal, nothing behind it takes the focus.
      element?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog
      class="dialog"
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <header class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="icon-button" aria-label={t().actions.close} onClick={onClose}>
          <CloseIcon size={18} />
        </button>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  )
}
