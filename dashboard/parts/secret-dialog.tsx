import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { toProblem } from '../api/request.ts'
import { pageWords } from '../i18n/language.ts'
import { Dialog } from './dialog.tsx'

const words = pageWords(
  {
    copy: '复制',
    copied: '已复制',
    copyByHand: '浏览器不允许复制：已选中，请按 Ctrl+C。',
    done: '完成',
  },
  {
    copy: 'Copy',
    copied: 'Copied',
    copyByHand: 'The browser does not allow copying: it is selected, press Ctrl+C.',
    done: 'Done',
  },
)

interface SecretProps {
  readonly title: string
  readonly text: string
  readonly label: string
  readonly secret: string
  readonly hint?: string
  /** What else is to be known. */
  readonly children?: ComponentChildren
  readonly onClose: () => void
}

/** A password, code or link that is shown this one time. */
export function SecretDialog({ title, text, label, secret, hint, children, onClose }: SecretProps) {
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState<'no' | 'yes' | 'by-hand'>('no')
  const copy = async (): Promise<void> => {
    field.current?.select()
    try {
      await navigator.clipboard.writeText(secret)
      setCopied('yes')
    } catch (thrown) {
      // Over plain HTTP a browser has no clipboard for pages; what is selected can be copied by hand.
      console.info('the browser does not let the page copy', toProblem(thrown).message)
      setCopied('by-hand')
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="form">
        <p>{text}</p>
        <div class="field secret-once">
          <span>{label}</span>
          <div class="field-joined">
            <input
              ref={field}
              readOnly
              aria-label={label}
              value={secret}
              onFocus={(event) => event.currentTarget.select()}
            />
            <button type="button" class="button" onClick={() => void copy()}>
              {copied === 'yes' ? words().copied : words().copy}
            </button>
          </div>
          <span class="field-hint" role="status">
            {copied === 'by-hand' ? words().copyByHand : (hint ?? '')}
          </span>
        </div>
        {children}
        <div class="form-actions">
          <button type="button" class="button button-main" onClick={onClose}>
            {words().done}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
