import type { Keeping } from '../domain/buckets.ts'
import { days, hours, type Millis, minutes, type UtcMs } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import { type InfluxAdmin, quoted } from './influx-admin.ts'

const hourMs = hours(1)
const dueLine = (hourUtcMs: UtcMs, due: 0 | 1) => `rollup_due due=${due} ${hourUtcMs}`
const hourOf = (utcMs: UtcMs): UtcMs => Math.floor(utcMs / hourMs) * hourMs
/** The policy that every database begins with. */
const old = quoted('autogen')
/** After an hour is over its last readings may still be on their way. */
const settleMs: Millis = minutes(1)
/** An hour that readings still arrive in is summed up when they have stopped, or after so long. */
const longestWaitMs: Millis = minutes(10)

/** One query sums up so many hours: of all series of a zone they are some million readings. */
const hoursAtOnce = 6

interface Due {
  /** When readings of it were written last, and first, by the monotonic clock. */
  lastMs: Millis
  sinceMs: Millis
  /** Writes of it that are under way. */
  open: number
}

/**
 * Minutes and hours in InfluxDB, summed up by its own queries from all readings of an hour: once when the hour is over, and again whenever
 * late readings came. What is due is written as the measurement `rollup_due` together with the readings, so that no end of this program
 * loses it. Continuous queries of the server would miss what arrives later than their window.
 */
export function influxRollups(
  admin: InfluxAdmin,
  writeLines: (lines: readonly string[], signal: AbortSignal, policy?: string) => Promise<void>,
  keeping: Keeping,
  { clock, log }: Tools,
) {
  const { ask } = admin
  const due = new Map<UtcMs, Due>()
  let isRecalled = false

  function noteDue(hourUtcMs: UtcMs): Due {
    const nowMs = clock.monotonic()
    const found = due.get(hourUtcMs) ?? { lastMs: nowMs, sinceMs: nowMs, open: 0 }
    found.lastMs = nowMs
    due.set(hourUtcMs, found)
    return found
  }
  const range = (fromUtcMs: UtcMs, toUtcMs: UtcMs) => `time >= ${fromUtcMs}ms AND time < ${toUtcMs}ms`

  /** @param source the policy with the readings; of minutes before `wholeFromUtcMs` some may be gone: those stay as they are */
  async function sumUp(fromUtcMs: UtcMs, toUtcMs: UtcMs, source: string, wholeFromUtcMs: UtcMs, signal: AbortSignal) {
    const where = range(fromUtcMs, toUtcMs)
    const minutesWhere = range(Math.max(fromUtcMs, Math.ceil(wholeFromUtcMs / minutes(1)) * minutes(1)), toUtcMs)
    // Times one: counts are floats like every other number.
    await ask(
      `SELECT min("value") AS "min", max("value") AS "max", mean("value") AS "mean", sum("value") AS "sum", count("value") * 1.0 AS "count"
       INTO "minute"."reading" FROM ${quoted(source)}."reading" WHERE ${minutesWhere} GROUP BY time(1m), *`,
      signal,
      {},
      true,
    )
    await ask(
      `SELECT min("min") AS "min", max("max") AS "max", sum("sum") / sum("count") AS "mean", sum("sum") AS "sum", sum("count") AS "count"
       INTO "hour"."reading" FROM "minute"."reading" WHERE ${where} GROUP BY time(1h), *`,
      signal,
      {},
      true,
    )
  }
  const isReady = (hourUtcMs: UtcMs, { lastMs, sinceMs, open }: Due) => {
    const nowMs = clock.monotonic()
    const quiet = nowMs - lastMs >= settleMs || nowMs - sinceMs >= longestWaitMs
    return open === 0 && quiet && hourUtcMs + hourMs + settleMs <= clock.now()
  }

  /** Neighbours among the hours that are ready, a few at a time. */
  function readyRuns(all: boolean): UtcMs[][] {
    const runs: UtcMs[][] = []
    for (const [hourUtcMs, what] of [...due].sort(([a], [b]) => a - b)) {
      if (!all && !isReady(hourUtcMs, what)) continue
      const run = runs.at(-1)
      if (run && run.length < hoursAtOnce && run.at(-1) === hourUtcMs - hourMs) run.push(hourUtcMs)
      else runs.push([hourUtcMs])
    }
    return runs
  }

  /** @param all also hours that may still get readings */
  async function sumUpAll(signal: AbortSignal, all = false) {
    for (const run of readyRuns(all)) {
      if (signal.aborted) return
      const before = new Map(run.map((hourUtcMs) => [hourUtcMs, due.get(hourUtcMs)?.lastMs]))
      const [from = 0, last = 0] = [run[0], run.at(-1)]
      await sumUp(from, last + hourMs, 'raw', clock.now() - days(keeping.rawDays), signal)
      // Readings of others came meanwhile: once more.
      const settled = run.filter((hourUtcMs) => {
        const what = due.get(hourUtcMs)
        return what !== undefined && what.lastMs === before.get(hourUtcMs) && what.open === 0
      })
      for (const hourUtcMs of settled) due.delete(hourUtcMs)
      if (settled.length > 0)
        await writeLines(
          settled.map((hourUtcMs) => dueLine(hourUtcMs, 0)),
          signal,
        )
      // A write that began just then said otherwise, and nobody knows which of the two came last.
      const again = settled.filter((hourUtcMs) => due.has(hourUtcMs))
      if (again.length > 0)
        await writeLines(
          again.map((hourUtcMs) => dueLine(hourUtcMs, 1)),
          signal,
        )
    }
  }

  return {
    /**
     * Called around each write. @returns the lines that go with it, and what to call when it has ended
     */
    begin(times: Iterable<UtcMs>): { lines: string[]; end: () => void } {
      const touched = new Set<UtcMs>()
      for (const utcMs of times) touched.add(hourOf(utcMs))
      const open = [...touched].map((hourUtcMs) => [hourUtcMs, noteDue(hourUtcMs)] as const)
      for (const [, what] of open) what.open++
      return {
        lines: [...touched].map((hourUtcMs) => dueLine(hourUtcMs, 1)),
        end() {
          for (const [hourUtcMs, what] of open) {
            what.open--
            noteDue(hourUtcMs)
          }
        },
      }
    },
    /** From here on only readings themselves tell the truth. */
    summedUpToUtcMs(): UtcMs {
      const nowUtcMs = clock.now()
      // Before it is known what is due: of what is older there are only sums.
      return isRecalled ? Math.min(hourOf(nowUtcMs), ...due.keys()) : hourOf(nowUtcMs - days(keeping.rawDays)) + hourMs
    },
    /** What was due when the gateway ended, e.g. killed. */
    async recall(signal: AbortSignal): Promise<void> {
      const rows = await ask('SELECT "due" FROM "raw"."rollup_due" WHERE "due" = 1', signal)
      const longAgoMs = clock.monotonic() - settleMs
      for (const { time } of rows)
        if (typeof time === 'number') due.set(time, due.get(time) ?? { lastMs: longAgoMs, sinceMs: longAgoMs, open: 0 })
      isRecalled = true
    },
    /**
     * What version 0.3 wrote into the database's first policy: readings move to `raw` as far as that keeps them, all are summed up, and
     * the hours of cameras move to `hour`. A day at a time, oldest first; a mark says that it was done.
     */
    async adoptOld(signal: AbortSignal): Promise<void> {
      const isDone = (await ask('SELECT "done" FROM "hour"."adopted"', signal)).length > 0
      const [first] = isDone ? [] : await ask(`SELECT first("value") FROM ${old}."reading"`, signal)
      if (typeof first?.time === 'number') {
        const nowUtcMs = clock.now()
        const rawFromUtcMs = nowUtcMs - days(keeping.rawDays)
        for (let from = hourOf(first.time); from < nowUtcMs; from += days(1)) {
          if (signal.aborted) return
          const to = Math.min(from + days(1), hourOf(nowUtcMs) + hourMs)
          // The server refuses what a policy does not keep.
          const kept = Math.max(from, hourOf(rawFromUtcMs) + hourMs)
          if (kept < to)
            await ask(
              `SELECT * INTO "raw"."reading" FROM ${old}."reading" WHERE ${range(kept, to)} GROUP BY *`,
              signal,
              {},
              true,
            )
          await sumUp(from, to, 'autogen', from, signal)
        }
        await ask(`SELECT * INTO "hour"."coverage" FROM ${old}."coverage" GROUP BY *`, signal, {}, true)
        log.info('readings of an older version were moved to the retention policies raw, minute and hour')
      }
      if (!isDone) await writeLines(['adopted done=1'], signal, 'hour')
    },
    sumUpAll,
  }
}
export type InfluxRollups = ReturnType<typeof influxRollups>
