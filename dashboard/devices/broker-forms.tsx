import { useState } from 'preact/hooks'
import type { MadeBrokerAccount, MadeClaim, NewBrokerAccount, NewClaim } from '../../gateway/contract/broker.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { words } from './broker-words.ts'

/** One filter a line; empty lines do not count. */
export const filtersOf = (typed: string): string[] => [
  ...new Set(
    typed
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
]

const rightsOf = (fields: FormData) => ({
  note: text(fields, 'note'),
  publish: filtersOf(text(fields, 'publish')),
  subscribe: filtersOf(text(fields, 'subscribe')),
})

/** What a device may say and hear, as fields `note`, `publish` and `subscribe`. */
function RightsFields({ lacking }: { lacking: boolean }) {
  return (
    <>
      <label class="field">
        <span>
          {words().note} <span class="field-hint">{words().noteHint}</span>
        </span>
        <input name="note" maxLength={200} autocomplete="off" />
      </label>
      {(['publish', 'subscribe'] as const).map((name) => (
        <label class="field" key={name}>
          <span>
            {words()[name]}{' '}
            <span class="field-hint">{name === 'publish' ? words().publishHint : words().subscribeHint}</span>
          </span>
          <textarea
            class="topics"
            name={name}
            rows={name === 'publish' ? 3 : 2}
            spellcheck={false}
            defaultValue={name === 'publish' ? 'zone/%c/#' : ''}
          />
        </label>
      ))}
      {lacking ? (
        <p class="refusal" role="alert">
          {words().noTopics}
        </p>
      ) : null}
    </>
  )
}

interface FormProps<Made> {
  readonly onClose: () => void
  readonly onMade: (made: Made) => void
}

export function AddAccountDialog({ onClose, onMade }: FormProps<MadeBrokerAccount>) {
  const { api } = useGateway()
  const [lacking, setLacking] = useState(false)
  const add = useAction(async (account: NewBrokerAccount) => onMade(await api.addBrokerAccount(account)))
  return (
    <Dialog title={words().add} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          const fields = new FormData(event.currentTarget)
          const account = { user: text(fields, 'user'), ...rightsOf(fields) }
          setLacking(account.publish.length === 0)
          if (account.publish.length > 0) add.start(account)
        }}
      >
        <label class="field">
          <span>
            {words().user} <span class="field-hint">{words().userHint}</span>
          </span>
          <input name="user" required maxLength={60} pattern="[A-Za-z0-9._\-]+" autocomplete="off" spellcheck={false} />
        </label>
        <RightsFields lacking={lacking} />
        <FormEnd action={add} onCancel={onClose} word={words().add} />
      </form>
    </Dialog>
  )
}

const validities = { hour: 60, day: 24 * 60, week: 7 * 24 * 60 } as const

export function AddClaimDialog({ onClose, onMade }: FormProps<MadeClaim>) {
  const { api } = useGateway()
  const [lacking, setLacking] = useState(false)
  const add = useAction(async (claim: NewClaim) => onMade(await api.addClaim(claim)))
  return (
    <Dialog title={words().addClaim} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          const fields = new FormData(event.currentTarget)
          const claim = { ...rightsOf(fields), validMinutes: Number(text(fields, 'valid')) }
          setLacking(claim.publish.length === 0)
          if (claim.publish.length > 0) add.start(claim)
        }}
      >
        <RightsFields lacking={lacking} />
        <label class="field">
          <span>{words().valid}</span>
          <select name="valid">
            {(['hour', 'day', 'week'] as const).map((name) => (
              <option key={name} value={validities[name]}>
                {words().validities[name]}
              </option>
            ))}
          </select>
        </label>
        <FormEnd action={add} onCancel={onClose} word={words().addClaim} />
      </form>
    </Dialog>
  )
}
