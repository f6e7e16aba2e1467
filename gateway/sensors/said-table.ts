import { createHash } from 'node:crypto'
import type { UtcMs } from '../domain/units.ts'
import type { SensorSource } from '../domain/words.ts'
import type { Log } from '../lib/log.ts'
import type { Store } from '../store/open.ts'

export interface SaidRow {
  readonly topic: string
  readonly source: string
  readonly payload: Uint8Array
  readonly saidUtcMs: UtcMs
}

/** In all. A message for which there is no room works until the gateway ends, and has to come again after that. */
const mostTopics = 20_000
const mostBytes = 32 * 1024 * 1024

/** What devices said about themselves, by topic: read again at every start, so that a retained announcement need not come again. */
export function saidTable({ db }: Store, log: Log) {
  const save = db.prepare<[string, string, Buffer, number]>(
    `INSERT INTO sensor_said (topic, source, payload, said_utc_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (topic) DO UPDATE SET source = excluded.source, payload = excluded.payload, said_utc_ms = excluded.said_utc_ms`,
  )
  const drop = db.prepare<[string]>('DELETE FROM sensor_said WHERE topic = ?')
  const select = db.prepare<[string], SaidRow>(
    `SELECT topic, source, payload, said_utc_ms AS saidUtcMs FROM sensor_said WHERE source = ? ORDER BY said_utc_ms, topic`,
  )
  const known = new Map<string, { digest: string; sizeBytes: number }>()
  let bytes = 0
  let isFullSaid = false

  const digestOf = (payload: Uint8Array) => createHash('sha256').update(payload).digest('base64')
  function remember(topic: string, payload: Uint8Array) {
    bytes += payload.byteLength - (known.get(topic)?.sizeBytes ?? 0)
    known.set(topic, { digest: digestOf(payload), sizeBytes: payload.byteLength })
  }
  for (const { topic, payload } of db.prepare<[], SaidRow>('SELECT topic, payload FROM sensor_said').iterate())
    remember(topic, payload)

  return {
    /** In the order in which it was said. */
    of: (source: SensorSource): SaidRow[] => select.all(source),
    keep(topic: string, source: SensorSource, payload: Uint8Array, nowUtcMs: UtcMs): void {
      const before = known.get(topic)
      if (before?.digest === digestOf(payload)) return
      const isFull =
        (!before && known.size >= mostTopics) || bytes - (before?.sizeBytes ?? 0) + payload.byteLength > mostBytes
      if (isFull) {
        if (!isFullSaid)
          log.warn({ code: 'said-full', topic }, 'no room to keep what further devices say of themselves')
        isFullSaid = true
        return
      }
      save.run(topic, source, Buffer.from(payload), nowUtcMs)
      remember(topic, payload)
    },
    forget(topic: string): void {
      const before = known.get(topic)
      if (!before) return
      drop.run(topic)
      known.delete(topic)
      bytes -= before.sizeBytes
    },
  }
}
