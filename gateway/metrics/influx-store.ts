import { InfluxDB } from 'influx'
import { type Bucket, bucketMsFor } from '../domain/buckets.ts'
import { Failure } from '../domain/failure.ts'
import { line } from '../domain/line-protocol.ts'
import type { Tools } from '../lib/supervise.ts'
import { type InfluxAddress, postLines } from './influx-http.ts'
import type { MetricsStore, Rejected, TaggedReading } from './store.ts'

/** A line, and what it is of. */
interface Line<Of> {
  readonly of: Of
  readonly text: string
}
interface Refused<Of> {
  readonly of: Of
  /** InfluxDB's own words. */
  readonly reason: string
}

/** What an answer to a write means. */
type Outcome = 'stored' | 'split' | 'all-refused' | 'create-database'

/**
 * Readings in InfluxDB 1.x: the measurement `reading`, times in milliseconds, all numbers floats. Lines are written by our own
 * function over HTTP; the `influx` package creates the database and asks the questions.
 */
export function influxStore(address: InfluxAddress, { log }: Tools): MetricsStore {
  const { url, database, user, password } = address
  const { hostname, port, protocol, pathname } = new URL(url)
  const backoff = { getDelay: () => 0, next: () => backoff, reset: () => backoff }
  const influx = new InfluxDB({
    host: hostname,
    port: Number(port || (protocol === 'https:' ? 443 : 80)),
    protocol: protocol === 'https:' ? 'https' : 'http',
    path: pathname.replace(/\/+$/, ''),
    database,
    username: user,
    password,
    // Its pool would park the only host after one error; retrying is the writer's duty.
    pool: { maxRetries: 0, requestTimeout: 10_000, backoff },
  })

  async function send<Of>(lines: readonly Line<Of>[], signal: AbortSignal, isRetry: boolean): Promise<Refused<Of>[]> {
    if (lines.length === 0) return []
    const { status, words } = await postLines(
      address,
      lines.map(({ text }) => text),
      signal,
    )
    const refuse = () => lines.map(({ of }) => ({ of, reason: words }))
    const outcome = outcomeOf(status, words, lines.length)
    if (outcome === 'stored') return []
    if (outcome === 'all-refused' || (outcome === 'split' && lines.length === 1)) return refuse()
    // The good lines of a partial write are stored; the bad ones are found by halving. Writing a line again changes nothing.
    if (outcome === 'split') return halves(lines, signal)
    if (isRetry) throw new Failure('away', 'influx-database', 'InfluxDB does not keep the database', { database })
    await createDatabase()
    return send(lines, signal, true)
  }

  async function halves<Of>(lines: readonly Line<Of>[], signal: AbortSignal): Promise<Refused<Of>[]> {
    const middle = Math.ceil(lines.length / 2)
    const first = await send(lines.slice(0, middle), signal, false)
    return [...first, ...(await send(lines.slice(middle), signal, false))]
  }

  async function createDatabase() {
    log.info({ database }, 'creating the InfluxDB database')
    await ask(() => influx.createDatabase(database))
  }

  return {
    name: 'influx',
    async write(readings, signal) {
      const lines: Line<TaggedReading['reading']>[] = []
      const rejected: Rejected[] = []
      for (const { reading, tags } of readings) {
        const { sensorId, metric, value, quality, deviceUtcMs, utcMs } = reading
        const { zone, site, workshop, area, unit } = tags
        const text = line({
          measurement: 'reading',
          tags: { zone, site, workshop, area, sensor: sensorId, metric, unit },
          fields: { value, quality, device_ms: deviceUtcMs },
          utcMs,
        })
        if (text !== undefined && Number.isFinite(value)) lines.push({ of: reading, text })
        else rejected.push({ reading, reason: 'not a finite number' })
      }
      const refused = await send(lines, signal, false)
      return [...rejected, ...refused.map(({ of, reason }) => ({ reading: of, reason }))]
    },
    async writePoints(points, signal) {
      const lines = points.flatMap((of) => {
        const text = line(of)
        return text === undefined ? [] : [{ of, text }]
      })
      const [refused] = await send(lines, signal, false)
      if (refused)
        throw new Failure('bug', 'points-refused', 'InfluxDB refuses what the gateway wrote of itself', {
          measurement: refused.of.measurement,
          reason: refused.reason.slice(0, 200),
        })
    },
    async history({ sensorId, metric, fromUtcMs, toUtcMs, widthPx }) {
      const bucketMs = bucketMsFor(fromUtcMs, toUtcMs, widthPx)
      const query = `SELECT min("value") AS "min", max("value") AS "max", mean("value") AS "mean", count("value") AS "count"
        FROM "reading" WHERE "sensor" = $sensor AND "metric" = $metric
        AND time >= ${Math.trunc(fromUtcMs)}ms AND time < ${Math.trunc(toUtcMs)}ms
        GROUP BY time(${bucketMs}ms) fill(none)`
      const rows = await ask(() =>
        influx.query<Omit<Bucket, 'utcMs'>>(query, { precision: 'ms', placeholders: { sensor: sensorId, metric } }),
      )
      const buckets = rows.map(({ time, min, max, mean, count }) => ({ utcMs: time.getTime(), min, max, mean, count }))
      return { bucketMs, buckets }
    },
  }
}

/** Every way in which InfluxDB 1.x answers a write. Throws when nothing may be dropped and only time or an operator helps. */
function outcomeOf(status: number, words: string, sent: number): Outcome {
  const facts = { status, answer: words.slice(0, 200) }
  if (status < 300) return 'stored'
  if (status === 401 || status === 403)
    throw new Failure('denied', 'influx-denied', 'InfluxDB refuses user or password; readings are held', facts)
  if (status === 404) return 'create-database'
  if (status === 413) return sent > 1 ? 'split' : 'all-refused'
  if (status !== 400 && status !== 422)
    throw new Failure(status === 429 ? 'busy' : 'away', 'influx-away', 'InfluxDB cannot take readings now', facts)
  if (/max-series-per-database|max-values-per-tag/.test(words))
    throw new Failure(
      'busy',
      'influx-cardinality',
      'InfluxDB has reached its limit of series; readings are held',
      facts,
    )
  return Number(/dropped=(\d+)/.exec(words)?.[1]) === sent ? 'all-refused' : 'split'
}

/** Calls the `influx` package; its errors become ours. */
async function ask<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (cause) {
    const status = Number(/^A (\d{3}) /.exec(cause instanceof Error ? cause.message : '')?.[1])
    if (status === 401 || status === 403)
      throw new Failure('denied', 'influx-denied', 'InfluxDB refuses user or password', {}, { cause })
    throw new Failure('away', 'influx-away', 'InfluxDB does not answer', {}, { cause })
  }
}
