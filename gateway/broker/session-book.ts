import type { Store } from '../store/open.ts'

/**
 * What was asked of the outside broker under each client id. The broker keeps subscriptions of a session that is away, and MQTT has no way
 * to ask for them: without this, a filter or a connection that the configuration no longer has would go on swallowing messages.
 */
export interface SessionBook {
  clientIds(): string[]
  filtersOf(clientId: string): readonly string[]
  put(clientId: string, filters: readonly string[]): void
  forget(clientId: string): void
}

/** In the table broker_session. */
export function sessionBook({ db }: Store): SessionBook {
  const all = db.prepare<[], { clientId: string; filters: string }>(
    'SELECT client_id AS clientId, filters FROM broker_session ORDER BY client_id',
  )
  const upsert = db.prepare(
    'INSERT INTO broker_session (client_id, filters) VALUES (?, ?) ON CONFLICT (client_id) DO UPDATE SET filters = excluded.filters',
  )
  const remove = db.prepare('DELETE FROM broker_session WHERE client_id = ?')
  const known = new Map(all.all().map(({ clientId, filters }) => [clientId, JSON.parse(filters) as string[]]))
  return {
    clientIds: () => [...known.keys()],
    filtersOf: (clientId) => known.get(clientId) ?? [],
    put(clientId, filters) {
      upsert.run(clientId, JSON.stringify(filters))
      known.set(clientId, [...filters])
    },
    forget(clientId) {
      remove.run(clientId)
      known.delete(clientId)
    },
  }
}

/** For as long as the process lives. */
export function passingBook(): SessionBook {
  const known = new Map<string, readonly string[]>()
  return {
    clientIds: () => [...known.keys()],
    filtersOf: (clientId) => known.get(clientId) ?? [],
    put: (clientId, filters) => void known.set(clientId, filters),
    forget: (clientId) => void known.delete(clientId),
  }
}
