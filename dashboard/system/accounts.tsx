import { useState } from 'preact/hooks'
import type { Account } from '../../gateway/contract/access.ts'
import { t } from '../i18n/language.ts'
import { formatDateTime } from '../i18n/time.ts'
import { StatusDot } from '../parts/badges.tsx'
import { PlusIcon } from '../parts/icons.tsx'
import { Loaded } from '../parts/states.tsx'
import { useLoad } from '../parts/use-load.ts'
import { Table } from '../parts/table.tsx'
import { useGateway } from '../shell/gateway.ts'
import { words as accessWords } from './access-words.ts'
import { AccountDialog } from './account-form.tsx'

export function Accounts() {
  const { api } = useGateway()
  const load = useLoad((signal) => api.accounts(signal), [])
  const [open, setOpen] = useState<Account | 'new' | null>(null)
  const words = t().system
  return (
    <section class="section" aria-labelledby="accounts-title">
      <div class="section-head">
        <h2 id="accounts-title">{words.accounts}</h2>
        <button type="button" class="button" onClick={() => setOpen('new')}>
          <PlusIcon size={18} /> {words.addAccount}
        </button>
      </div>
      <Loaded what={words.accounts} of={load}>
        {(accounts) => (
          <Table label={words.accounts}>
            <thead>
              <tr>
                <th scope="col">{words.user}</th>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.role}</th>
                <th scope="col">{accessWords().areas}</th>
                <th scope="col">{words.state}</th>
                <th scope="col">{words.created}</th>
              </tr>
            </thead>
            <tbody>
              {accounts.map((account) => (
                <tr key={account.id} class={account.disabled ? 'row-off' : undefined}>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => setOpen(account)}>
                      {account.user}
                    </button>
                  </th>
                  <td>{account.name}</td>
                  <td>{t().roles[account.role]}</td>
                  <td class="nowrap">
                    {account.areaIds === null ? accessWords().all : accessWords().scope(account.areaIds.length)}
                  </td>
                  <td>
                    <StatusDot tone={account.disabled ? 'off' : 'calm'}>
                      {account.disabled ? words.disabled : words.active}
                    </StatusDot>
                  </td>
                  <td class="nowrap">{formatDateTime(account.createdUtcMs)}</td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </Loaded>
      {open === null ? null : (
        <AccountDialog
          account={open === 'new' ? null : open}
          onClose={(changed) => {
            setOpen(null)
            if (changed) load.reload()
          }}
        />
      )}
    </section>
  )
}
