import type { Client } from 'aedes'
import type { BrokerAccounts } from './accounts.ts'
import type { Guest } from './door.ts'

type Told = Pick<BrokerAccounts, 'connected' | 'onChange'>

/** Who is connected to the embedded broker, and as whom. */
export function guestList(accounts: Told | undefined) {
  const guests = new WeakMap<Client, Guest>()
  const inside = new Map<string, Client>()

  const count = (client: Client, change: 1 | -1) => {
    const accountId = guests.get(client)?.accountId ?? null
    if (accountId !== null) accounts?.connected(accountId, change)
  }
  accounts?.onChange((change) => {
    for (const client of inside.values()) {
      const guest = guests.get(client)
      if ('removed' in change ? guest?.accountId === change.removed : guest?.isAnybody === true) client.close()
    }
  })

  return {
    of: (client: Client | null): Guest | undefined => (client ? guests.get(client) : undefined),
    /** A client id takes over the connection that has it: only for those who come as the same. @returns false when it may not */
    admit(client: Client, guest: Guest): boolean {
      const other = inside.get(client.id)
      if (other && guests.get(other)?.accountId !== guest.accountId) return false
      guests.set(client, guest)
      return true
    },
    came(client: Client) {
      inside.set(client.id, client)
      count(client, 1)
    },
    left(client: Client) {
      if (inside.get(client.id) === client) inside.delete(client.id)
      count(client, -1)
    },
  }
}
