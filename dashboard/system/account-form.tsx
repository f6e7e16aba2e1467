import { useState } from 'preact/hooks'
import type { Account } from '../../gateway/contract/access.ts'
import { may, permissions, personRoles, type PersonRole } from '../../gateway/domain/words.ts'
import { t } from '../i18n/language.ts'
import { Dialog } from '../parts/dialog.tsx'
import { text, typed } from '../parts/fields.ts'
import { FormEnd } from '../parts/form-end.tsx'
import { PasswordField } from '../parts/password-field.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { type AreaScope, AreaScopeField } from './area-scope.tsx'

interface AccountDialogProps {
  /** Null: a new one. */
  readonly account: Account | null
  readonly onClose: (changed: boolean) => void
}

/** A new account, or the name, role, areas, password and state of one that exists. */
export function AccountDialog({ account, onClose }: AccountDialogProps) {
  const { api } = useGateway()
  const [role, setRole] = useState<PersonRole>(personRoles.find((one) => one === account?.role) ?? 'office')
  const [scope, setScope] = useState<AreaScope>(account?.areaIds ?? null)
  const save = useAction(async (fields: FormData) => {
    const areaIds = scope === null ? null : [...scope]
    const name = text(fields, 'name')
    const password = typed(fields, 'password')
    if (account === null) {
      await api.addAccount({ user: text(fields, 'user'), name, role, areaIds, password })
    } else {
      const disabled = fields.get('active') !== 'on'
      await api.changeAccount(account.id, { name, role, areaIds, disabled, ...(password === '' ? {} : { password }) })
    }
    onClose(true)
  })
  const words = t().system
  const granted = permissions.filter((permission) => may(role, permission)).map((one) => t().permissions[one])
  return (
    <Dialog title={account === null ? words.addAccount : words.editAccount} onClose={() => onClose(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          if (scope?.length !== 0) save.start(new FormData(event.currentTarget))
        }}
      >
        <label class="field">
          <span>{words.user}</span>
          <input
            name="user"
            required
            maxLength={64}
            readOnly={account !== null}
            defaultValue={account?.user ?? ''}
            autocomplete="off"
            spellcheck={false}
          />
        </label>
        <label class="field">
          <span>{words.name}</span>
          <input name="name" required maxLength={120} defaultValue={account?.name ?? ''} autocomplete="off" />
        </label>
        <label class="field">
          <span>{words.role}</span>
          <select value={role} onChange={(event) => setRole(event.currentTarget.value as PersonRole)}>
            {personRoles.map((one) => (
              <option key={one} value={one}>
                {t().roles[one]}
              </option>
            ))}
          </select>
          <span class="field-hint">{words.canDo(granted.join(words.listSeparator))}</span>
        </label>
        <AreaScopeField scope={scope} change={setScope} />
        <PasswordField
          label={account === null ? t().login.password : words.newPassword}
          hint={account === null ? words.passwordHint : `${words.passwordHint} ${t().cameraForm.keepPassword}`}
          autocomplete="new-password"
          required={account === null}
          minLength={10}
        />
        {account === null ? null : (
          <label class="check">
            <input type="checkbox" name="active" defaultChecked={!account.disabled} /> {words.active}
          </label>
        )}
        <FormEnd action={save} onCancel={() => onClose(false)} />
      </form>
    </Dialog>
  )
}
