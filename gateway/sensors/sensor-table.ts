import { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'

export interface SensorRow {
  readonly id: string
  readonly candidateId: string
  readonly name: string
  readonly areaId: string
}

type NewRow = Omit<SensorRow, 'id'> & { readonly id?: string }

/** Sensors that somebody placed in an area: read from memory, written through to disk. */
export function sensorTable(store: Store) {
  const { db } = store
  const byId = new Map<string, SensorRow>()
  const byCandidate = new Map<string, SensorRow>()
  const insert = db.prepare<SensorRow & { createdUtcMs: number }>(
    `INSERT INTO sensor (id, candidate_id, name, area_id, created_utc_ms)
     VALUES (@id, @candidateId, @name, @areaId, @createdUtcMs)`,
  )
  const change = db.prepare<SensorRow>('UPDATE sensor SET name = @name, area_id = @areaId WHERE id = @id')
  const drop = db.prepare<[string]>('DELETE FROM sensor WHERE id = ?')

  function remember(row: SensorRow) {
    byId.set(row.id, row)
    byCandidate.set(row.candidateId, row)
  }
  function forget({ id, candidateId }: SensorRow) {
    byId.delete(id)
    byCandidate.delete(candidateId)
  }
  for (const row of db
    .prepare<[], SensorRow>(
      'SELECT id, candidate_id AS candidateId, name, area_id AS areaId FROM sensor ORDER BY created_utc_ms, id',
    )
    .all())
    remember(row)

  function refuseTwice(id: string | undefined, candidateId: string) {
    const there = byCandidate.get(candidateId) ?? (id === undefined ? undefined : byId.get(id))
    if (there)
      throw new Failure('conflict', 'sensor-exists', 'this sensor was added before', {
        sensorId: there.id,
        candidateId,
      })
  }

  /** The last word of the candidate's id, and a number when that is taken. @param other when it has no letters of an id */
  function freeId(candidateId: string, other = 'sensor'): string {
    const base =
      candidateId
        .replace(/^[a-z0-9]+:/, '')
        .split('/')
        .at(-1)
        ?.toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '')
        .slice(0, 56)
        .replace(/-+$/, '') || other
    for (let n = 1; ; n++) {
      const id = n === 1 ? base : `${base}-${n}`
      if (!byId.has(id)) return id
    }
  }

  function need(id: string): SensorRow {
    const row = byId.get(id)
    if (!row) throw new Failure('missing', 'sensor-missing', 'there is no such sensor', { sensorId: id })
    return row
  }

  return {
    all: (): SensorRow[] => [...byId.values()],
    ofCandidate: (candidateId: string): SensorRow | undefined => byCandidate.get(candidateId),
    find: (id: string): SensorRow | undefined => byId.get(id),
    freeId,
    need,
    /**
     * All of them or none.
     * @param also is done in the same commit; when it throws, nothing was done
     * @throws Failure conflict (`sensor-exists`)
     */
    addAll(
      wanted: readonly NewRow[],
      createdUtcMs: UtcMs,
      also: (rows: readonly SensorRow[]) => void = () => {},
    ): readonly SensorRow[] {
      const rows: SensorRow[] = []
      try {
        store.transaction(() => {
          for (const what of wanted) {
            refuseTwice(what.id, what.candidateId)
            const row = { ...what, id: what.id ?? freeId(what.candidateId) }
            insert.run({ ...row, createdUtcMs })
            remember(row)
            rows.push(row)
          }
          also(rows)
        })
      } catch (cause) {
        for (const row of rows) forget(row)
        throw cause
      }
      return rows
    },
    update(id: string, changes: { name?: string; areaId?: string }): SensorRow {
      const before = need(id)
      const row = { ...before, name: changes.name ?? before.name, areaId: changes.areaId ?? before.areaId }
      change.run(row)
      remember(row)
      return row
    },
    remove(id: string): SensorRow {
      const row = need(id)
      drop.run(id)
      forget(row)
      return row
    },
  }
}
