import type { ComponentChildren } from 'preact'
import { t } from '../i18n/language.ts'
import { problemText } from './states.tsx'

interface FormEndProps {
  readonly action: { readonly busy: boolean; readonly problem: unknown }
  readonly onCancel: () => void
  /** The word on the main button; `save` when not given. */
  readonly word?: string
  /** Stands at the left, e.g. a way to remove. */
  readonly children?: ComponentChildren
}

/** The end of every form in a dialog: why it was refused, and the buttons. */
export function FormEnd({ action, onCancel, word, children }: FormEndProps) {
  return (
    <>
      {action.problem === null ? null : (
        <p class="refusal" role="alert">
          {problemText(action.problem)}
        </p>
      )}
      <div class="form-actions">
        {children === undefined ? null : <div class="form-aside">{children}</div>}
        <button type="button" class="button" onClick={onCancel}>
          {t().actions.cancel}
        </button>
        <button type="submit" class="button button-main" disabled={action.busy}>
          {action.busy ? t().actions.working : (word ?? t().actions.save)}
        </button>
      </div>
    </>
  )
}
