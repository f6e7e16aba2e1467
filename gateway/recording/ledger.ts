import type { CoverageRow } from '../contract/footage.ts'
import { type Account, accountOf, addUp, type Expectation } from '../domain/coverage.ts'
import { dayStarts, type WeeklyWindow, windowsIn } from '../domain/hours.ts'
import { both, normal, without } from '../domain/stretches.ts'
import type { SpanOf } from '../domain/timeline.ts'
import { hours, minutes, type UtcMs, type UtcRange } from '../domain/units.ts'
import { LogKey } from '../lib/log.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { coverageTable, type HourRow } from './coverage-table.ts'

/** What is known of a camera's life, also of one that was removed. */
export interface CameraLife {
  readonly id: string
  readonly areaId: string
  readonly addedUtcMs: UtcMs
  readonly removedUtcMs: UtcMs | null
  /** In order; each holds until the next one. null: always. Before the first one: always. */
  readonly hours: readonly { readonly fromUtcMs: UtcMs; readonly windows: readonly WeeklyWindow[] | null }[]
}

export interface LedgerParts {
  readonly store: Store
  readonly tools: Tools
  /** Every camera that ever was. */
  readonly lives: () => readonly CameraLife[]
  readonly timeZone: () => string
  readonly plannedOff: (cameraId: string, range: UtcRange) => readonly UtcRange[]
  /** Recorded stretches and gaps of the whole range, expected or not. */
  readonly spans: (cameraId: string, range: UtcRange) => readonly SpanOf[]
  /** Behind this nothing is known yet: frames are on their way. */
  readonly knownUntilUtcMs: (cameraId: string) => UtcMs
  /** Oldest moment that is recorded or explained; undefined when there is none. */
  readonly firstKnownUtcMs: (cameraId: string) => UtcMs | undefined
}

/** Less is rounding: starts and ends are whole milliseconds, and joined stretches may lie this far apart. */
const seamMs = 50

/** What was on its way when an hour ended has come this long after it. */
const lateMs = minutes(2)

const hourOf = (utcMs: UtcMs): UtcMs => Math.floor(utcMs / hours(1)) * hours(1)

/**
 * The account of every camera, hour by hour: expected = recorded + gaps with a reason. The running hour is looked at again every
 * 10 s; an hour that is over stays, and is only counted anew when its footage changed.
 */
export function ledger(parts: LedgerParts) {
  const { tools, lives, spans } = parts
  const table = coverageTable(parts.store)
  const complained = new Map<string, UtcMs>()
  let unequal: { cameraId: string; hourUtcMs: UtcMs; unexplainedMs: number } | null = null

  const startOf = (life: CameraLife): UtcMs =>
    Math.min(life.addedUtcMs, parts.firstKnownUtcMs(life.id) ?? life.addedUtcMs)

  /** When a camera should record, within `range`. */
  function expectation(life: CameraLife, range: UtcRange): Expectation {
    const alive = both([{ fromUtcMs: startOf(life), toUtcMs: life.removedUtcMs ?? Infinity }], [range])
    const { hours: declared } = life
    const always = both([{ fromUtcMs: -Infinity, toUtcMs: declared[0]?.fromUtcMs ?? Infinity }], [range])
    const open = declared.flatMap(({ fromUtcMs, windows }, n) => {
      const during = both([{ fromUtcMs, toUtcMs: declared[n + 1]?.fromUtcMs ?? Infinity }], [range])
      return windows === null ? during : during.flatMap((part) => windowsIn(windows, part, parts.timeZone()))
    })
    const within = both(alive, normal([...always, ...open]))
    const plannedOff = both(within, parts.plannedOff(life.id, range))
    return { expected: without(within, plannedOff), plannedOff }
  }

  function account(life: CameraLife, hourUtcMs: UtcMs): HourRow {
    // The last picture may last a little beyond now.
    const toUtcMs = Math.min(hourUtcMs + hours(1), parts.knownUntilUtcMs(life.id), tools.clock.now())
    const range = { fromUtcMs: hourUtcMs, toUtcMs: Math.max(hourUtcMs, toUtcMs) }
    const sum = accountOf(spans(life.id, range), expectation(life, range), range)
    return { cameraId: life.id, hourUtcMs, ...sum, unexplainedMs: sum.unexplainedMs < seamMs ? 0 : sum.unexplainedMs }
  }

  function complain({ cameraId, hourUtcMs, unexplainedMs }: HourRow) {
    unequal = { cameraId, hourUtcMs, unexplainedMs }
    if (complained.get(cameraId) === hourUtcMs) return
    complained.set(cameraId, hourUtcMs)
    tools.log.error(
      { code: 'ledger-unequal', [LogKey.camera]: cameraId, hourUtcMs, unexplainedMs },
      'time that is neither recorded nor explained',
    )
  }

  const hoursOf = (fromUtcMs: UtcMs, toUtcMs: UtcMs): UtcMs[] => {
    const found: UtcMs[] = []
    for (let at = hourOf(fromUtcMs); at < toUtcMs; at += hours(1)) found.push(at)
    return found
  }

  function save(rows: readonly HourRow[]) {
    unequal = null
    for (const row of rows) if (row.unexplainedMs > 0) complain(row)
    table.save(rows)
  }

  return {
    expectation,
    /** Counts the running hour, and those that are not counted yet. One transaction. */
    tick(): void {
      const now = tools.clock.now()
      save(
        lives().flatMap((life) => {
          const counted = table.latestHour(life.id)
          const until = Math.min(now, life.removedUtcMs ?? now)
          // Nothing comes any more.
          if (counted !== undefined && counted >= hourOf(until) && until < now - lateMs) return []
          // What was on its way at the end of an hour has come shortly after it.
          const from = Math.min(counted ?? startOf(life), hourOf(now - lateMs))
          return hoursOf(Math.max(from, startOf(life)), until).map((hour) => account(life, hour))
        }),
      )
    },
    /** Footage of these stretches changed: what is counted of it is counted anew. */
    recount(cameraId: string, changed: UtcRange): void {
      const life = lives().find(({ id }) => id === cameraId)
      if (life)
        save(
          hoursOf(changed.fromUtcMs, Math.min(changed.toUtcMs, tools.clock.now())).map((hour) => account(life, hour)),
        )
    },
    /** The hour in which the last look found time without explanation; null when all is equal. */
    unequal: () => unequal,
    coverage(
      query: UtcRange & {
        bucket: 'hour' | 'day'
        by: 'camera' | 'area'
        cameraId?: string | undefined
        areaId?: string | undefined
      },
    ): CoverageRow[] {
      const areaOf = new Map(lives().map(({ id, areaId }) => [id, areaId]))
      const range = { fromUtcMs: hourOf(query.fromUtcMs), toUtcMs: query.toUtcMs }
      const starts = query.bucket === 'day' ? dayStarts(range, parts.timeZone()) : []
      const bucketOf = (hourUtcMs: UtcMs): UtcRange => {
        if (query.bucket === 'hour') return { fromUtcMs: hourUtcMs, toUtcMs: hourUtcMs + hours(1) }
        const n = starts.findLastIndex((start) => start <= hourUtcMs)
        return { fromUtcMs: starts[n] ?? hourUtcMs, toUtcMs: starts[n + 1] ?? hourUtcMs + hours(1) }
      }
      const groups = new Map<
        string,
        { cameraId: string | null; areaId: string; range: UtcRange; accounts: Account[] }
      >()
      for (const row of table.rows(range)) {
        const areaId = areaOf.get(row.cameraId)
        if (areaId === undefined || (query.areaId ?? areaId) !== areaId) continue
        if ((query.cameraId ?? row.cameraId) !== row.cameraId) continue
        const bucket = bucketOf(row.hourUtcMs)
        const cameraId = query.by === 'camera' ? row.cameraId : null
        const key = `${cameraId ?? areaId} ${bucket.fromUtcMs}`
        const group = groups.get(key)
        if (group) group.accounts.push(row)
        else groups.set(key, { cameraId, areaId, range: bucket, accounts: [row] })
      }
      return [...groups.values()].map(({ accounts, range: bucket, ...who }) => ({
        ...who,
        ...bucket,
        ...inSeconds(addUp(accounts)),
      }))
    },
    /** Hours that are over, for the metrics store. */
    toExport: {
      waiting: (limit: number): HourRow[] => table.waiting(hourOf(tools.clock.now() - lateMs) - hours(1), limit),
      exported: table.exported,
    },
  }
}
export type Ledger = ReturnType<typeof ledger>

function inSeconds({ expectedMs, recordedMs, plannedOffMs, gapMs, unexplainedMs }: Account) {
  return {
    expectedSeconds: expectedMs / 1_000,
    recordedSeconds: recordedMs / 1_000,
    plannedOffSeconds: plannedOffMs / 1_000,
    gapSeconds: Object.fromEntries(Object.entries(gapMs).map(([reason, ms]) => [reason, ms / 1_000])),
    unexplainedSeconds: unexplainedMs / 1_000,
  }
}
