import { useId, useRef, useState } from 'preact/hooks'
import { t } from '../i18n/language.ts'

interface PasswordFieldProps {
  readonly label: string
  readonly autocomplete: 'current-password' | 'new-password'
  readonly hint?: string
  readonly required?: boolean
  readonly minLength?: number
  readonly describedBy?: string
}

const asText = { type: 'text' } as const
const asSecret = { type: 'password' } as const

/** A password named `password` in its form: paste-able, and it can be shown. */
export function PasswordField({ label, autocomplete, hint, required, minLength, describedBy }: PasswordFieldProps) {
  const [shown, setShown] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  return (
    <div class="field">
      <label for={id}>
        {label}
        {hint === undefined ? null : <span class="field-hint"> {hint}</span>}
      </label>
      <div class="field-joined">
        <input
          id={id}
          ref={input}
          name="password"
          {...(shown ? asText : asSecret)}
          required={required}
          minLength={minLength}
          autocomplete={autocomplete}
          spellcheck={false}
          aria-describedby={describedBy}
        />
        <button
          type="button"
          class="button"
          aria-pressed={shown}
          onClick={() => {
            setShown(!shown)
            input.current?.focus()
          }}
        >
          {shown ? t().login.hide : t().login.show}
        </button>
      </div>
    </div>
  )
}
