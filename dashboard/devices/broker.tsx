import { useComputed } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { BrokerAccount, Claim, MadeBrokerAccount, MadeClaim } from '../../gateway/contract/broker.ts'
import { formatAgo, formatDateTime } from '../i18n/time.ts'
import { StatusDot } from '../parts/badges.tsx'
import { ConfirmDialog } from '../parts/confirm.tsx'
import { PlusIcon } from '../parts/icons.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { Table } from '../parts/table.tsx'
import { SecretDialog } from '../parts/secret-dialog.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { AddAccountDialog, AddClaimDialog } from './broker-forms.tsx'
import { words } from './broker-words.ts'
import './inbox.css'

type Step =
  | { readonly kind: 'account' }
  | { readonly kind: 'claim' }
  | { readonly kind: 'password'; readonly made: MadeBrokerAccount }
  | { readonly kind: 'code'; readonly made: MadeClaim }
  | { readonly kind: 'remove-account'; readonly account: BrokerAccount }
  | { readonly kind: 'remove-claim'; readonly claim: Claim }

/** Who may talk to the gateway by MQTT: accounts of devices, and codes with which devices get one. */
export function BrokerAccess() {
  const { api, nowUtcMs } = useGateway()
  const look = useComputed(() => Math.floor(nowUtcMs.value / 10_000)).value
  const accounts = useLoad((signal) => api.brokerAccounts(signal), [look])
  const claims = useLoad((signal) => api.claims(signal), [look])
  const [step, setStep] = useState<Step | null>(null)
  const close = (): void => {
    setStep(null)
    accounts.reload()
    claims.reload()
  }
  return (
    <>
      <section class="section" aria-labelledby="broker-accounts">
        <div class="section-head">
          <h2 id="broker-accounts">
            {words().accounts}
            <span class="head-about">{words().accountsAbout}</span>
          </h2>
          <button type="button" class="button" onClick={() => setStep({ kind: 'account' })}>
            <PlusIcon size={18} /> {words().add}
          </button>
        </div>
        <Loaded what={words().accounts} of={accounts}>
          {(list) =>
            list.length === 0 ? (
              <Empty title={words().noAccounts} next={words().noAccountsNext} />
            ) : (
              <AccountTable accounts={list} remove={(account) => setStep({ kind: 'remove-account', account })} />
            )
          }
        </Loaded>
      </section>
      <section class="section" aria-labelledby="broker-claims">
        <div class="section-head">
          <h2 id="broker-claims">
            {words().claims}
            <span class="head-about">{words().claimsAbout}</span>
          </h2>
          <button type="button" class="button" onClick={() => setStep({ kind: 'claim' })}>
            <PlusIcon size={18} /> {words().addClaim}
          </button>
        </div>
        <Loaded what={words().claims} of={claims}>
          {(list) =>
            list.length === 0 ? (
              <p class="muted">{words().noClaims}</p>
            ) : (
              <ClaimTable claims={list} remove={(claim) => setStep({ kind: 'remove-claim', claim })} />
            )
          }
        </Loaded>
      </section>
      <Steps step={step} go={setStep} close={close} />
    </>
  )
}

function Steps({ step, go, close }: { step: Step | null; go: (step: Step) => void; close: () => void }) {
  const { api } = useGateway()
  if (step === null) return null
  if (step.kind === 'account')
    return <AddAccountDialog onClose={close} onMade={(made) => go({ kind: 'password', made })} />
  if (step.kind === 'claim') return <AddClaimDialog onClose={close} onMade={(made) => go({ kind: 'code', made })} />
  if (step.kind === 'password')
    return (
      <SecretDialog
        title={words().passwordTitle(step.made.user)}
        text={words().passwordText}
        label={words().password}
        secret={step.made.password}
        onClose={close}
      />
    )
  if (step.kind === 'code')
    return (
      <SecretDialog
        title={words().codeTitle}
        text={words().codeText}
        label={words().code}
        secret={step.made.code}
        hint={words().until(formatDateTime(step.made.validUntilUtcMs))}
        onClose={close}
      />
    )
  if (step.kind === 'remove-account')
    return (
      <ConfirmDialog
        title={words().removeTitle}
        text={words().removeText(step.account.user)}
        word={words().remove}
        run={() => api.removeBrokerAccount(step.account.id)}
        onClose={close}
      />
    )
  return (
    <ConfirmDialog
      title={words().removeClaimTitle}
      text={words().removeClaimText}
      word={words().removeClaim}
      run={() => api.removeClaim(step.claim.id)}
      onClose={close}
    />
  )
}

function Topics({ filters }: { filters: readonly string[] }) {
  if (filters.length === 0) return <span class="muted">—</span>
  return (
    <ul class="topic-list">
      {filters.map((filter) => (
        <li key={filter}>
          <code>{filter}</code>
        </li>
      ))}
    </ul>
  )
}

interface AccountTableProps {
  readonly accounts: readonly BrokerAccount[]
  readonly remove: (account: BrokerAccount) => void
}

function AccountTable({ accounts, remove }: AccountTableProps) {
  const { nowUtcMs } = useGateway()
  const { column } = words()
  return (
    <Table label={words().accounts}>
      <thead>
        <tr>
          <th scope="col">{column.user}</th>
          <th scope="col">{column.state}</th>
          <th scope="col">{column.publish}</th>
          <th scope="col">{column.subscribe}</th>
          <th scope="col">{column.seen}</th>
          <th scope="col">
            <span class="visually-hidden">{column.action}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {accounts.map((account) => (
          <tr key={account.id} data-account={account.id}>
            <th scope="row">
              {account.user}
              <div class="muted">{account.note}</div>
              <div class="muted">{words().by(account.createdBy, formatDateTime(account.createdUtcMs))}</div>
            </th>
            <td>
              <StatusDot tone={account.connected ? 'live' : 'off'}>
                {account.connected ? words().connected : words().away}
              </StatusDot>
            </td>
            <td>
              <Topics filters={account.publish} />
            </td>
            <td>
              <Topics filters={account.subscribe} />
            </td>
            <td class="nowrap">
              {account.seenUtcMs === null ? words().never : formatAgo(account.seenUtcMs, nowUtcMs.value)}
            </td>
            <td>
              <div class="row-actions">
                <button
                  type="button"
                  class="button button-small"
                  aria-label={`${words().remove}: ${account.user}`}
                  onClick={() => remove(account)}
                >
                  {words().remove}
                </button>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

interface ClaimTableProps {
  readonly claims: readonly Claim[]
  readonly remove: (claim: Claim) => void
}

function ClaimTable({ claims, remove }: ClaimTableProps) {
  const { claimColumn } = words()
  return (
    <Table label={words().claims}>
      <thead>
        <tr>
          <th scope="col">{claimColumn.note}</th>
          <th scope="col">{claimColumn.publish}</th>
          <th scope="col">{claimColumn.until}</th>
          <th scope="col">{claimColumn.by}</th>
          <th scope="col">
            <span class="visually-hidden">{claimColumn.action}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {claims.map((claim) => (
          <tr key={claim.id} data-claim={claim.id}>
            <th scope="row">{claim.note === '' ? words().noNote : claim.note}</th>
            <td>
              <Topics filters={claim.publish} />
            </td>
            <td class="nowrap">{words().until(formatDateTime(claim.validUntilUtcMs))}</td>
            <td>{claim.createdBy}</td>
            <td>
              <div class="row-actions">
                <button
                  type="button"
                  class="button button-small"
                  aria-label={`${words().removeClaim}: ${claim.note === '' ? words().noNote : claim.note}`}
                  onClick={() => remove(claim)}
                >
                  {words().removeClaim}
                </button>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
