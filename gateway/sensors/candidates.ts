import type { Metric, SensorCandidate } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import type { QuarantineReason } from '../domain/reading.ts'
import { days, type UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'
import { type ConfigTopic, type HaDevice, readConfig } from './ha-discovery.ts'

export interface Candidate {
  readonly candidateId: string
  name: string
  readonly source: SensorCandidate['source']
  readonly topic: string
  readonly metrics: Map<string, Metric>
  readonly firstSeenUtcMs: UtcMs
  lastSeenUtcMs: UtcMs
  /** Home Assistant devices: what each discovery topic said. */
  readonly configs: Map<string, HaDevice>
}

const maxCandidates = 2_000
export const maxMetrics = 64
/** Discovery topics of one device; a Home Assistant device has one for each metric, and some for what is no sensor. */
const maxConfigs = 128
/** When the table is full, one that was not seen for this long makes room. */
const forgottenAfterMs = days(1)

type MetricRow = Omit<Metric, 'guessed'> & { candidateId: string; guessed: number }

interface CandidateRow {
  candidateId: string
  name: string
  source: SensorCandidate['source']
  topic: string
  firstSeenUtcMs: number
  lastSeenUtcMs: number
}

/** Devices that were discovered, approved or not: in memory, and on disk so that they are known after a restart. */
export function candidateTable(
  store: Store,
  prefixOf: (topic: string) => ConfigTopic | undefined,
  onForgotten: (candidateId: string) => void,
) {
  const { db } = store
  const all = new Map<string, Candidate>()
  const byConfig = new Map<string, string>()
  /** Also of sensors whose candidate is gone. */
  const metrics = new Map<string, Map<string, Metric>>()

  const insert = db.prepare<CandidateRow>(
    `INSERT INTO sensor_candidate (candidate_id, name, source, topic, first_seen_utc_ms, last_seen_utc_ms)
     VALUES (@candidateId, @name, @source, @topic, @firstSeenUtcMs, @lastSeenUtcMs)
     ON CONFLICT (candidate_id) DO UPDATE SET name = excluded.name, last_seen_utc_ms = excluded.last_seen_utc_ms`,
  )
  const insertMetric = db.prepare<MetricRow>(
    `INSERT INTO sensor_metric (candidate_id, key, name, unit, source_unit, kind, type, guessed, period_ms)
     VALUES (@candidateId, @key, @name, @unit, @sourceUnit, @kind, @type, @guessed, @periodMs)
     ON CONFLICT (candidate_id, key) DO UPDATE
     SET name = excluded.name, unit = excluded.unit, source_unit = excluded.source_unit, kind = excluded.kind,
         type = excluded.type, guessed = excluded.guessed, period_ms = excluded.period_ms`,
  )
  const saveConfig = db.prepare<[string, Buffer, number]>(
    `INSERT INTO sensor_said (topic, source, payload, said_utc_ms) VALUES (?, 'home-assistant', ?, ?)
     ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload, said_utc_ms = excluded.said_utc_ms`,
  )
  const findConfig = db.prepare<[string], { payload: Buffer }>('SELECT payload FROM sensor_said WHERE topic = ?')
  const dropConfig = db.prepare<[string]>('DELETE FROM sensor_said WHERE topic = ?')
  const dropCandidate = db.prepare<[string]>('DELETE FROM sensor_candidate WHERE candidate_id = ?')
  const dropMetrics = db.prepare<[string]>('DELETE FROM sensor_metric WHERE candidate_id = ?')

  const metricsOf = (candidateId: string) => {
    const found = metrics.get(candidateId) ?? new Map<string, Metric>()
    metrics.set(candidateId, found)
    return found
  }

  function load() {
    for (const row of db
      .prepare<[], MetricRow>(
        `SELECT candidate_id AS candidateId, key, name, unit, source_unit AS sourceUnit, kind, type, guessed,
                period_ms AS periodMs FROM sensor_metric ORDER BY rowid`,
      )
      .all()) {
      const { candidateId, ...metric } = row
      metricsOf(candidateId).set(metric.key, { ...metric, guessed: metric.guessed === 1 })
    }
    for (const row of db
      .prepare<[], CandidateRow>(
        `SELECT candidate_id AS candidateId, name, source, topic, first_seen_utc_ms AS firstSeenUtcMs,
                last_seen_utc_ms AS lastSeenUtcMs FROM sensor_candidate`,
      )
      .all())
      all.set(row.candidateId, { ...row, metrics: metricsOf(row.candidateId), configs: new Map() })
    for (const { topic, payload } of db
      .prepare<[], { topic: string; payload: Buffer }>('SELECT topic, payload FROM sensor_said')
      .all()) {
      const configTopic = prefixOf(topic)
      const device = configTopic && readConfig(configTopic, payload.toString('utf8'))
      const candidate = device && all.get(device.candidateId)
      if (!candidate) continue
      candidate.configs.set(topic, device)
      byConfig.set(topic, device.candidateId)
    }
  }
  load()

  function forgetMetrics(candidateId: string) {
    metrics.delete(candidateId)
    dropMetrics.run(candidateId)
  }

  function save(candidate: Candidate) {
    const { metrics: _metrics, configs: _configs, ...row } = candidate
    insert.run(row)
  }

  return {
    all: all as ReadonlyMap<string, Candidate>,
    metricsOf: (candidateId: string): Metric[] => [...(metrics.get(candidateId)?.values() ?? [])],

    /** The candidate of this id, made when it is new; undefined when there is no room. */
    ensure(
      what: { candidateId: string; name: string; source: SensorCandidate['source']; topic: string },
      nowUtcMs: UtcMs,
      isApproved: (candidateId: string) => boolean,
    ): { candidate: Candidate; isNew: boolean } | undefined {
      const found = all.get(what.candidateId)
      if (found) {
        found.lastSeenUtcMs = nowUtcMs
        return { candidate: found, isNew: false }
      }
      if (all.size >= maxCandidates && !this.makeRoom(nowUtcMs, isApproved)) return undefined
      const candidate: Candidate = {
        ...what,
        firstSeenUtcMs: nowUtcMs,
        lastSeenUtcMs: nowUtcMs,
        metrics: metricsOf(what.candidateId),
        configs: new Map(),
      }
      all.set(what.candidateId, candidate)
      save(candidate)
      return { candidate, isNew: true }
    },

    makeRoom(nowUtcMs: UtcMs, isApproved: (candidateId: string) => boolean): boolean {
      let oldest: Candidate | undefined
      for (const candidate of all.values())
        if (!isApproved(candidate.candidateId) && candidate.lastSeenUtcMs < (oldest?.lastSeenUtcMs ?? Infinity))
          oldest = candidate
      if (!oldest || nowUtcMs - oldest.lastSeenUtcMs < forgottenAfterMs) return false
      this.drop(oldest, false)
      return true
    },

    /** Adds or updates a metric. @returns what changed, or why not */
    setMetric(candidate: Candidate, metric: Metric): 'same' | 'changed' | QuarantineReason {
      const found = candidate.metrics.get(metric.key)
      if (found && JSON.stringify(found) === JSON.stringify(metric)) return 'same'
      if (!found && candidate.metrics.size >= maxMetrics) return 'too-many-metrics'
      candidate.metrics.set(metric.key, metric)
      insertMetric.run({ candidateId: candidate.candidateId, ...metric, guessed: Number(metric.guessed) })
      return 'changed'
    },

    /** Keeps what a discovery topic said. @returns `same` when it said nothing new, or why there is no room */
    setConfig(
      candidate: Candidate,
      topic: string,
      device: HaDevice,
      payload: string,
    ): 'same' | 'changed' | QuarantineReason {
      if (findConfig.get(topic)?.payload.toString('utf8') === payload && candidate.configs.has(topic)) return 'same'
      if (!candidate.configs.has(topic) && candidate.configs.size >= maxConfigs) return 'too-many-metrics'
      const before = byConfig.get(topic)
      if (before !== undefined && before !== candidate.candidateId) all.get(before)?.configs.delete(topic)
      candidate.configs.set(topic, device)
      candidate.name = [...candidate.configs.values()][0]?.name ?? candidate.name
      byConfig.set(topic, candidate.candidateId)
      saveConfig.run(topic, Buffer.from(payload), candidate.lastSeenUtcMs)
      save(candidate)
      return 'changed'
    },

    /** The device withdrew one of its discovery topics. @returns its candidate, which may have nothing left */
    removeConfig(topic: string): Candidate | undefined {
      const candidateId = byConfig.get(topic)
      const candidate = candidateId === undefined ? undefined : all.get(candidateId)
      byConfig.delete(topic)
      dropConfig.run(topic)
      candidate?.configs.delete(topic)
      return candidate
    },

    /** Forgets a candidate; its metrics stay when a sensor still needs them. */
    drop(candidate: Candidate, keepMetrics: boolean) {
      for (const topic of candidate.configs.keys()) {
        byConfig.delete(topic)
        dropConfig.run(topic)
      }
      all.delete(candidate.candidateId)
      dropCandidate.run(candidate.candidateId)
      if (keepMetrics) return
      forgetMetrics(candidate.candidateId)
      onForgotten(candidate.candidateId)
    },
    forgetMetrics,

    need(candidateId: string): Candidate {
      const found = all.get(candidateId)
      if (found) return found
      throw new Failure('missing', 'candidate-missing', 'this device has not announced itself', { candidateId })
    },
  }
}
export type CandidateTable = ReturnType<typeof candidateTable>
