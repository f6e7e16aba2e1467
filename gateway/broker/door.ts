import { createHash, timingSafeEqual } from 'node:crypto'
import type { BrokerAccount } from '../contract/broker.ts'
import { filterCovers, filterMatches } from '../domain/topic.ts'
import type { Clock } from '../lib/clock.ts'
import type { BrokerAccounts } from './accounts.ts'
import { loginPace } from './login-pace.ts'

/** Somebody who was let in. */
export interface Guest {
  /** null: the configured user, or anybody while the broker is open. */
  readonly accountId: string | null
  /** Came in because the broker was open. */
  readonly isAnybody: boolean
  readonly user: string
  mayPublish(topic: string): boolean
  mayHear(filter: string): boolean
}

export interface DoorOptions {
  /** Of the configuration: may do everything. */
  readonly user?: string
  readonly password?: string
  /** Nobody beyond this machine reaches the port. */
  readonly isLoopback: boolean
  readonly accounts?: Pick<BrokerAccounts, 'enter' | 'areAny'>
  readonly clock: Pick<Clock, 'monotonic'>
}

/** Answers of a device's topics that are remembered; it begins anew beyond that. */
const rememberedTopics = 256

const digest = (text: string | Uint8Array) => createHash('sha256').update(text).digest()
const mayAll = { mayPublish: () => true, mayHear: () => true }

/** Decides who comes in, and as whom. */
export function door({ user, password, isLoopback, accounts, clock }: DoorOptions) {
  const wanted = password === undefined ? undefined : digest(`${user ?? ''}\n${password}`)
  const pace = loginPace(clock)
  const isOpen = () => wanted === undefined && isLoopback && accounts?.areAny !== true
  const isConfigured = (name: string, secret: Uint8Array) =>
    wanted !== undefined && timingSafeEqual(digest(Buffer.concat([Buffer.from(`${name}\n`), secret])), wanted)

  return {
    /** Nobody needs a login: no password and no account is set, and only this machine reaches the broker. */
    isOpen,
    /** @returns why not, or who it is */
    enter(clientId: string, address: string, name: string, secret: Uint8Array): Guest | 'login' | 'login-paused' {
      if (!pace.mayTry(name, address)) return 'login-paused'
      const configured = isConfigured(name, secret)
      const account = configured || name === '' ? undefined : accounts?.enter(name, secret)
      if (configured || account) pace.succeeded(name, address)
      if (account) return { accountId: account.id, isAnybody: false, user: name, ...rightsOf(account, clientId) }
      if (configured || isOpen()) return { accountId: null, isAnybody: !configured, user: name, ...mayAll }
      pace.failed(name, address)
      return 'login'
    },
  }
}

/** The rights of an account under a client id, for `%c`. A client id that would be a wildcard, several levels or a `$` topic has none of those. */
export function rightsOf(
  { publish, subscribe }: Pick<BrokerAccount, 'publish' | 'subscribe'>,
  clientId: string,
): Pick<Guest, 'mayPublish' | 'mayHear'> {
  const isPlain = clientId !== '' && !/[+#/]|^\$/.test(clientId)
  const own = (filters: readonly string[]) =>
    filters.flatMap((filter) => {
      if (!filter.includes('%c')) return [filter]
      return isPlain ? [filter.replaceAll('%c', () => clientId)] : []
    })
  const mayPublish = own(publish)
  const mayHear = own(subscribe)
  const answers = new Map<string, boolean>()
  return {
    mayPublish(topic) {
      const known = answers.get(topic)
      if (known !== undefined) return known
      const answer = mayPublish.some((filter) => filterMatches(filter, topic))
      if (answers.size >= rememberedTopics) answers.clear()
      answers.set(topic, answer)
      return answer
    },
    mayHear: (filter) => mayHear.some((allowed) => filterCovers(allowed, filter)),
  }
}
