import { t } from '../i18n/language.ts'
import { Dialog } from './dialog.tsx'
import { problemText } from './states.tsx'
import { useAction } from './use-load.ts'

interface ConfirmProps {
  readonly title: string
  /** What happens, and what stays. */
  readonly text: string
  readonly word: string
  readonly run: () => Promise<void>
  readonly onClose: () => void
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ title, text, word, run, onClose }: ConfirmProps) {
  const action = useAction(async () => {
    await run()
    onClose()
  })
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="form">
        <p>{text}</p>
        {action.problem === null ? null : (
          <p class="refusal" role="alert">
            {problemText(action.problem)}
          </p>
        )}
        <div class="form-actions">
          <button type="button" class="button" onClick={onClose}>
            {t().actions.cancel}
          </button>
          <button type="button" class="button button-danger" disabled={action.busy} onClick={() => action.start()}>
            {word}
          </button>
        </div>
      </div>
    </Dialog>
  )
}
