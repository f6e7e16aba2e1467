import type { Metric } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import { days, type UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'
import { type Candidate, type Device, newDevice, newSeries, prefixOf, type Series } from './device.ts'

const mostCandidates = 2_000
/** When the table is full, one that was not seen for this long makes room. */
const forgottenAfterMs = days(1)

interface MetricRow extends Omit<Metric, 'guessed'> {
  candidateId: string
  guessed: number
  told: number
}
interface CandidateRow extends Omit<Candidate, 'isIgnored'> {
  candidateId: string
  source: string
  ignored: number
  lastSeenUtcMs: number
}

/** Devices that were discovered, and those that sensors wait for: in memory, and on disk so that they are known after a restart. */
export function deviceTable(store: Store) {
  const { db } = store
  /** By prefix, then by name: a message finds its device without a text being put together. */
  const byPrefix = new Map<string, Map<string, Device>>()
  let candidates = 0

  const saveRow = db.prepare<CandidateRow>(
    `INSERT INTO sensor_candidate (candidate_id, name, model, source, topic, ignored, first_seen_utc_ms, last_seen_utc_ms)
     VALUES (@candidateId, @name, @model, @source, @topic, @ignored, @firstSeenUtcMs, @lastSeenUtcMs)
     ON CONFLICT (candidate_id) DO UPDATE
     SET name = excluded.name, model = excluded.model, ignored = excluded.ignored, last_seen_utc_ms = excluded.last_seen_utc_ms`,
  )
  const saveMetricRow = db.prepare<MetricRow>(
    `INSERT INTO sensor_metric (candidate_id, key, name, unit, source_unit, kind, type, guessed, told, period_ms)
     VALUES (@candidateId, @key, @name, @unit, @sourceUnit, @kind, @type, @guessed, @told, @periodMs)
     ON CONFLICT (candidate_id, key) DO UPDATE
     SET name = excluded.name, unit = excluded.unit, source_unit = excluded.source_unit, kind = excluded.kind,
         type = excluded.type, guessed = excluded.guessed, told = excluded.told, period_ms = excluded.period_ms`,
  )
  const dropCandidateRow = db.prepare<[string]>('DELETE FROM sensor_candidate WHERE candidate_id = ?')
  const dropMetricRow = db.prepare<[string, string]>('DELETE FROM sensor_metric WHERE candidate_id = ? AND key = ?')
  const dropMetricRows = db.prepare<[string]>('DELETE FROM sensor_metric WHERE candidate_id = ?')

  const named = (prefix: string): Map<string, Device> => {
    const found = byPrefix.get(prefix) ?? new Map<string, Device>()
    byPrefix.set(prefix, found)
    return found
  }
  const find = (id: string): Device | undefined => {
    const prefix = prefixOf(id)
    return byPrefix.get(prefix)?.get(id.slice(prefix.length))
  }
  function ensure(id: string, nowUtcMs: UtcMs): Device {
    const found = find(id)
    if (found) return found
    const device = newDevice(id, nowUtcMs)
    const prefix = prefixOf(id)
    named(prefix).set(id.slice(prefix.length), device)
    return device
  }
  function* all(): Generator<Device> {
    for (const devices of byPrefix.values()) yield* devices.values()
  }

  for (const row of db
    .prepare<[], CandidateRow>(
      `SELECT candidate_id AS candidateId, name, model, source, topic, ignored, first_seen_utc_ms AS firstSeenUtcMs,
              last_seen_utc_ms AS lastSeenUtcMs FROM sensor_candidate`,
    )
    .all()) {
    const { candidateId, source: _source, ignored, lastSeenUtcMs, ...what } = row
    ensure(candidateId, lastSeenUtcMs).candidate = { ...what, isIgnored: ignored === 1 }
    candidates++
  }
  for (const row of db
    .prepare<[], MetricRow>(
      `SELECT candidate_id AS candidateId, key, name, unit, source_unit AS sourceUnit, kind, type, guessed, told,
              period_ms AS periodMs FROM sensor_metric ORDER BY rowid`,
    )
    .all()) {
    const { candidateId, told, guessed, ...metric } = row
    ensure(candidateId, 0).series.set(metric.key, newSeries({ ...metric, guessed: guessed === 1 }, told === 1))
  }

  function forget(device: Device) {
    const prefix = prefixOf(device.id)
    named(prefix).delete(device.id.slice(prefix.length))
    dropMetricRows.run(device.id)
  }

  /** The device is no candidate any more. It is forgotten, unless a sensor needs its metrics. */
  function drop(device: Device) {
    if (device.candidate) candidates--
    device.candidate = null
    device.said = null
    dropCandidateRow.run(device.id)
    if (device.sensorId === null) forget(device)
  }

  /** @returns whether there is room for another candidate; the one that was not seen for the longest time may have to go */
  function makeRoom(nowUtcMs: UtcMs): boolean {
    if (candidates < mostCandidates) return true
    let oldest: Device | undefined
    for (const device of all())
      if (device.candidate && !device.candidate.isIgnored && device.sensorId === null)
        if (device.lastSeenUtcMs < (oldest?.lastSeenUtcMs ?? Infinity)) oldest = device
    if (!oldest || nowUtcMs - oldest.lastSeenUtcMs < forgottenAfterMs) return false
    drop(oldest)
    return true
  }

  return {
    named,
    find,
    ensure,
    all,
    makeRoom,
    drop,
    forget,
    /** Writes a candidate; its metrics are rows of their own. */
    save(device: Device, candidate: Candidate) {
      const { isIgnored, ...what } = candidate
      const { id, source, lastSeenUtcMs } = device
      saveRow.run({ ...what, candidateId: id, source, ignored: Number(isIgnored), lastSeenUtcMs })
      if (!device.candidate) candidates++
      device.candidate = candidate
    },
    saveMetric(device: Device, metric: Metric, isTold: boolean) {
      const guessed = Number(metric.guessed)
      saveMetricRow.run({ ...metric, candidateId: device.id, guessed, told: Number(isTold) })
    },
    dropMetric(device: Device, series: Series) {
      device.series.delete(series.key)
      dropMetricRow.run(device.id, series.key)
    },
    /** @throws Failure missing (`candidate-missing`) */
    need(id: string): Device & { candidate: Candidate } {
      const found = find(id)
      if (found && hasCandidate(found)) return found
      throw new Failure('missing', 'candidate-missing', 'this device has not announced itself', { candidateId: id })
    },
  }
}
export type DeviceTable = ReturnType<typeof deviceTable>

const hasCandidate = (device: Device): device is Device & { candidate: Candidate } => device.candidate !== null
