import type { Reading } from '../contract/sensor.ts'
import type { Keeping, Sum } from '../domain/buckets.ts'
import { Failure, toFailure } from '../domain/failure.ts'
import { line, lineHead, lineWith } from '../domain/line-protocol.ts'
import { days, hours, minutes } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import { influxAdmin } from './influx-admin.ts'
import { influxHistory } from './influx-history.ts'
import { type InfluxAddress, influxHttp } from './influx-http.ts'
import { influxRollups } from './influx-rollups.ts'
import { influxWriter, type Line } from './influx-write.ts'
import type { MetricsStore, ReadingTags, Rejected, SeriesQuery, TaggedReading } from './store.ts'

export interface InfluxStore extends MetricsStore {
  /** Database, policies and sums are kept as configured until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
  close(): void
  /** For carrying the history of another store over. */
  readonly carry: {
    /** Sums that another store made. @throws Failure as `write`, bug (`points-refused`) */
    writeSums(resolution: 'minute' | 'hour', sums: readonly TaggedSum[], signal: AbortSignal): Promise<void>
    /** How many readings of a range are there. */
    count(query: SeriesQuery): Promise<number>
    /** Makes the sums of all that was written. */
    sumUp(signal: AbortSignal): Promise<void>
  }
}
export interface TaggedSum extends Sum {
  readonly sensorId: string
  readonly metric: string
  readonly tags: ReadingTags
}

/** About a megabyte of lines. */
const batch = 10_000

/**
 * Readings in InfluxDB 1.x: the measurement `reading`, times in milliseconds, all numbers floats. InfluxDB 2.x (by its 1.x API) and
 * VictoriaMetrics take readings the same way, but have retention of their own, no sums, and no history for the dashboard.
 */
export function influxStore(address: InfluxAddress, keeping: Keeping, tools: Tools): InfluxStore {
  const { clock, log } = tools
  const http = influxHttp(address)
  const admin = influxAdmin(http, keeping, log)
  const send = influxWriter(http, admin.reconcile)
  /** Only InfluxDB 1.x has policies and sums. */
  const isWhole = async (signal?: AbortSignal) => (await admin.flavour(signal)) === 'influx-1'
  const policyOf = async (policy: string, signal: AbortSignal) => ((await isWhole(signal)) ? policy : undefined)
  const rollups = influxRollups(
    admin,
    async (lines, signal, policy = 'raw') => {
      await send(
        lines.map((text) => ({ of: undefined, text })),
        policy,
        signal,
      )
    },
    keeping,
    tools,
  )
  const asked = influxHistory(admin, keeping, rollups.summedUpToUtcMs, clock)

  async function mustBeWhole() {
    if (await isWhole()) return
    throw new Failure(
      'away',
      'history-unavailable',
      'the metrics store takes readings, but cannot be asked for them here',
    )
  }

  /** Until it succeeds: the policies are there before the first reading is. */
  async function prepareOnce(signal: AbortSignal) {
    await admin.reconcile(signal)
    if (await isWhole(signal)) {
      await rollups.recall(signal)
      await rollups.adoptOld(signal)
    }
  }
  /** @returns whether it succeeded */
  async function keepUp(signal: AbortSignal, work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (cause) {
      const { code, message, facts } = toFailure(cause)
      // The writer tells of a store that is away.
      if (!signal.aborted) log.debug({ code, ...facts }, message)
      return false
    }
  }

  return {
    name: 'influx',
    batch,
    async write(readings, signal) {
      const policy = await policyOf('raw', signal)
      const { lines, rejected } = linesOf(readings)
      if (lines.length === 0) return rejected
      const due = policy === undefined ? undefined : rollups.begin(lines.map(({ of }) => (of as Reading).utcMs))
      const more = (due?.lines ?? []).map((text) => ({ of: undefined, text }))
      try {
        const refused = await send([...lines, ...more], policy, signal)
        for (const { of, ...why } of refused) if (of) rejected.push({ reading: of, ...why })
      } finally {
        due?.end()
      }
      return rejected
    },
    async writePoints(points, signal) {
      // They are asked for longer than readings are.
      const policy = await policyOf('hour', signal)
      const lines = points.flatMap((of) => {
        const text = line(of)
        return text === undefined ? [] : [{ of, text }]
      })
      mustBeTaken(await send(lines, policy, signal))
    },
    async history(query) {
      await mustBeWhole()
      return asked.history(query)
    },
    carry: {
      async writeSums(resolution, sums, signal) {
        const lines = sums.flatMap(({ sensorId, metric, tags, utcMs, min, max, sum, count }) => {
          const head = headOf(tags, sensorId, metric)
          const text = lineWith(head, { min, max, mean: sum / count, sum, count }, utcMs)
          return text === undefined ? [] : [{ of: sensorId, text }]
        })
        mustBeTaken(await send(lines, resolution, signal))
      },
      count: asked.count,
      sumUp: (signal) => rollups.sumUpAll(signal, true),
    },
    async *readings(query) {
      await mustBeWhole()
      yield* asked.readings(query)
    },
    rawFromUtcMs: () => clock.now() - days(keeping.rawDays),
    async run(signal) {
      const reconciled = every(clock, hours(1), signal, () => keepUp(signal, () => admin.reconcile(signal)))
      const sumUp = () =>
        keepUp(signal, async () => {
          if (await isWhole(signal)) await rollups.sumUpAll(signal)
        })
      while (!(await keepUp(signal, () => prepareOnce(signal))) && !signal.aborted)
        await clock.sleep(minutes(1), signal)
      if (!signal.aborted) await sumUp()
      await Promise.all([reconciled, every(clock, minutes(1), signal, sumUp)])
    },
    close: http.close,
  }
}

/** What is older than its policy keeps is nobody's fault. */
function mustBeTaken(refused: readonly Pick<Rejected, 'reason' | 'words'>[]): void {
  const bad = refused.find(({ reason }) => reason !== 'beyond-retention')
  if (bad)
    throw new Failure('bug', 'points-refused', 'InfluxDB refuses what the gateway wrote of itself', {
      reason: bad.words.slice(0, 200),
    })
}

const headOf = ({ zone, site, workshop, area, unit }: ReadingTags, sensor: string, metric: string): string =>
  lineHead('reading', { zone, site, workshop, area, sensor, metric, unit })

/** Lines of readings; the head of a series is made once. */
function linesOf(readings: readonly TaggedReading[]): { lines: Line<Reading | undefined>[]; rejected: Rejected[] } {
  const lines: Line<Reading | undefined>[] = []
  const rejected: Rejected[] = []
  const heads = new Map<ReadingTags, Map<string, string>>()
  for (const { reading, tags } of readings) {
    const { sensorId, metric, value, rawValue, quality, deviceUtcMs, source, utcMs } = reading
    const key = `${sensorId}/${metric}`
    let known = heads.get(tags)
    if (!known) heads.set(tags, (known = new Map()))
    let head = known.get(key)
    if (head === undefined) known.set(key, (head = headOf(tags, sensorId, metric)))
    // Who read it off an instrument is part of the reading; topics are known from the sensor.
    const author = quality === 'manual' ? source : null
    const text = Number.isFinite(value)
      ? lineWith(head, { value, quality, device_ms: deviceUtcMs, raw: rawValue, source: author }, utcMs)
      : undefined
    if (text !== undefined) lines.push({ of: reading, text })
    else rejected.push({ reading, reason: 'store-refused', words: 'not a finite number' })
  }
  return { lines, rejected }
}
