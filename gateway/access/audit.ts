import type { AuditEntry } from '../contract/access.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'

/** What is known when it happens; `id` and time are added here. Facts hold no secret. */
export type NewAuditEntry = Omit<AuditEntry, 'id' | 'utcMs' | 'object' | 'facts'> &
  Partial<Pick<AuditEntry, 'object' | 'facts'>>

export interface AuditQuery {
  /** 1 to 1,000 */
  readonly limit: number
  /** Only entries older than this one. */
  readonly beforeId?: number
  readonly action?: string
  readonly object?: string
}

/** The register of who did what, kept by law for every look at footage (State Council Order 799, art. 16). Entries never change. */
export interface Audit {
  add(entry: NewAuditEntry): void
  /** Newest first. */
  list(query: AuditQuery): AuditEntry[]
}

type Row = Omit<AuditEntry, 'facts'> & { facts: string }

export function audit({ store, tools }: { store: Store; tools: Pick<Tools, 'clock'> }): Audit {
  const insert = store.db.prepare(
    `INSERT INTO audit (utc_ms, user, role, action, object, outcome, facts, address)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const select = store.db.prepare<[Record<string, string | number | null>], Row>(
    `SELECT id, utc_ms AS utcMs, user, role, action, object, outcome, facts, address FROM audit
     WHERE id < coalesce(:beforeId, 9223372036854775807)
       AND (:action IS NULL OR action = :action) AND (:object IS NULL OR object = :object)
     ORDER BY id DESC LIMIT :limit`,
  )
  return {
    add({ user, role, action, object = null, outcome, facts = {}, address }) {
      insert.run(Math.round(tools.clock.now()), user, role, action, object, outcome, JSON.stringify(facts), address)
    },
    list({ limit, beforeId, action, object }) {
      const rows = select.all({ limit, beforeId: beforeId ?? null, action: action ?? null, object: object ?? null })
      return rows.map((row) => ({ ...row, facts: JSON.parse(row.facts) as AuditEntry['facts'] }))
    },
  }
}
