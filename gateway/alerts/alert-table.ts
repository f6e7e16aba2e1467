import type { Alert, AlertQuery } from '../contract/alert.ts'
import { Failure } from '../domain/failure.ts'
import type { Log } from '../lib/log.ts'
import type { Store } from '../store/open.ts'

const columns = `id, rule_id AS ruleId, code, name, severity, sensor_id AS sensorId, camera_id AS cameraId, area_id AS areaId,
  metric, unit, threshold, condition, value, worst_value AS worstValue, raised_utc_ms AS raisedUtcMs,
  cleared_utc_ms AS clearedUtcMs, acknowledged_utc_ms AS acknowledgedUtcMs, acknowledged_by AS acknowledgedBy, note`

const isOpen = (alert: Alert) => alert.clearedUtcMs === null || alert.acknowledgedUtcMs === null
const causeOf = ({ ruleId, code, cameraId }: Pick<Alert, 'ruleId' | 'code' | 'cameraId'>) =>
  `${ruleId ?? code} ${cameraId ?? ''}`

interface ListBinding {
  readonly fromUtcMs: number
  readonly toUtcMs: number
  readonly areaId: string | null
  readonly cameraId: string | null
  readonly limit: number
}
const everything = { fromUtcMs: -1, toUtcMs: Number.MAX_SAFE_INTEGER, areaId: null, cameraId: null }

/** Alerts on disk; the open ones also in memory, one for each cause. */
export function alertTable({ db }: Store, log: Log) {
  const upsert = db.prepare<Alert>(
    `INSERT INTO alert (id, rule_id, code, name, severity, sensor_id, camera_id, area_id, metric, unit, threshold, condition,
       value, worst_value, raised_utc_ms, cleared_utc_ms, acknowledged_utc_ms, acknowledged_by, note)
     VALUES (@id, @ruleId, @code, @name, @severity, @sensorId, @cameraId, @areaId, @metric, @unit, @threshold, @condition,
       @value, @worstValue, @raisedUtcMs, @clearedUtcMs, @acknowledgedUtcMs, @acknowledgedBy, @note)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, worst_value = excluded.worst_value, cleared_utc_ms = excluded.cleared_utc_ms,
       acknowledged_utc_ms = excluded.acknowledged_utc_ms, acknowledged_by = excluded.acknowledged_by, note = excluded.note`,
  )
  const one = db.prepare<[string], Alert>(`SELECT ${columns} FROM alert WHERE id = ?`)
  const open = '(cleared_utc_ms IS NULL OR acknowledged_utc_ms IS NULL)'
  // Each half has an index of its own: few are open, and of the closed ones only those that ended after the range began are read.
  const closed = `(cleared_utc_ms IS NOT NULL AND acknowledged_utc_ms IS NOT NULL
    AND max(cleared_utc_ms, acknowledged_utc_ms) > @fromUtcMs)`
  const wanted = `raised_utc_ms < @toUtcMs AND (@areaId IS NULL OR area_id = @areaId)
    AND (@cameraId IS NULL OR camera_id = @cameraId)`
  const ordered = 'ORDER BY raised_utc_ms DESC, id LIMIT @limit'
  const half = (which: string) => `SELECT ${columns} FROM alert WHERE ${which} AND ${wanted}`
  const lists = {
    open: db.prepare<[ListBinding], Alert>(`${half(open)} ${ordered}`),
    closed: db.prepare<[ListBinding], Alert>(`${half(closed)} ${ordered}`),
    all: db.prepare<[ListBinding], Alert>(
      `SELECT * FROM (${half(open)} UNION ALL ${half(closed)}) ORDER BY raisedUtcMs DESC, id LIMIT @limit`,
    ),
  }
  const byCause = new Map<string, Alert>()
  /** What the disk would not take, e.g. because it is full: the very alert that says so is among them. */
  const unwritten = new Map<string, Alert>()

  function remember(alert: Alert): Alert {
    if (isOpen(alert)) byCause.set(causeOf(alert), alert)
    else byCause.delete(causeOf(alert))
    return alert
  }
  for (const alert of lists.open.all({ ...everything, limit: 1_000_000 })) remember(alert)

  return {
    openOfRule: (ruleId: string): Alert | undefined => byCause.get(causeOf({ ruleId, code: '', cameraId: null })),
    openOfCode: (code: string, cameraId: string | null): Alert | undefined =>
      byCause.get(causeOf({ ruleId: null, code, cameraId })),
    /** Changes an open alert in memory only. */
    remember,
    save(alert: Alert): Alert {
      upsert.run(alert)
      unwritten.delete(alert.id)
      return remember(alert)
    },
    /** As `save`; what cannot be written now is in memory, and written by `writeKept`. */
    keep(alert: Alert): Alert {
      try {
        return this.save(alert)
      } catch (cause) {
        if (unwritten.size === 0) log.error({ code: 'alert-not-saved', err: cause }, 'alerts cannot be written')
        unwritten.set(alert.id, alert)
        return remember(alert)
      }
    },
    writeKept(): void {
      for (const [id, alert] of unwritten) {
        try {
          upsert.run(alert)
        } catch {
          // Said when it began; the next second tries again.
          return
        }
        unwritten.delete(id)
      }
    },
    need(id: string): Alert {
      const alert = one.get(id)
      if (!alert) throw new Failure('missing', 'alert-missing', 'there is no such alert', { alertId: id })
      return byCause.get(causeOf(alert))?.id === id ? (byCause.get(causeOf(alert)) ?? alert) : alert
    },
    /** What is on disk, with the newest worst values of the open ones. */
    list({ state, ...filter }: AlertQuery, limit: number): Alert[] {
      const rows = lists[state].all({ ...everything, ...filter, limit })
      const kept = [...unwritten.values()].filter(
        (alert) => fits(alert, state, filter) && !rows.some(({ id }) => id === alert.id),
      )
      return [...kept.toReversed(), ...rows].slice(0, limit).map((alert) => {
        const current = byCause.get(causeOf(alert))
        return current?.id === alert.id ? current : alert
      })
    },
  }
}

/** What the lists ask of a row, for one that is not on disk. */
function fits(alert: Alert, state: AlertQuery['state'], filter: Omit<AlertQuery, 'state'>): boolean {
  const { fromUtcMs, toUtcMs, areaId, cameraId } = { ...everything, ...filter }
  const endUtcMs = isOpen(alert) ? Infinity : Math.max(alert.clearedUtcMs ?? 0, alert.acknowledgedUtcMs ?? 0)
  return (
    (state === 'all' || (state === 'open') === isOpen(alert)) &&
    alert.raisedUtcMs < toUtcMs &&
    endUtcMs > fromUtcMs &&
    (areaId === null || alert.areaId === areaId) &&
    (cameraId === null || alert.cameraId === cameraId)
  )
}

/** An alert with nothing but what every alert has. */
export const blankAlert = {
  ruleId: null,
  sensorId: null,
  cameraId: null,
  areaId: null,
  metric: null,
  unit: null,
  threshold: null,
  condition: null,
  value: null,
  worstValue: null,
  clearedUtcMs: null,
  acknowledgedUtcMs: null,
  acknowledgedBy: null,
  note: null,
} satisfies Partial<Alert>
