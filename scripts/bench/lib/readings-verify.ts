import type { Influx } from '../../../test/support/influx.ts'
import type { Sent } from './readings-device.ts'
import { firstNumber } from './readings-frames.ts'

export interface Row {
  readonly utcMs: number
  readonly value: number
}

/** What became of numbered readings. */
export interface Verdict {
  readonly acknowledged: number
  readonly stored: number
  /** Acknowledged, and neither stored nor excused. */
  readonly lost: number
  /** The same by device, of those that have some. */
  readonly lostOf: ReadonlyMap<string, number>
  /** Rows by device. */
  readonly storedOf: ReadonlyMap<string, number>
  /** Rows of a series with a time that another row of it has. */
  readonly duplicates: number
  /** Numbers that stand there more than once, at different times: sent again, because the acknowledgement did not arrive. */
  readonly twice: number
  /** Numbers that nobody sent. */
  readonly strange: number
  /** The first stretches that are missing, in words. */
  readonly missing: readonly string[]
}

const shownStretches = 5

/**
 * Compares what was acknowledged with what a store holds.
 * @param rowsOf all rows of a device
 * @param excused says of a missing number that it was accounted for elsewhere, e.g. quarantined
 */
export async function compare(
  sent: readonly Sent[],
  rowsOf: (device: string) => Promise<readonly Row[]>,
  excused: (device: string, number: number) => boolean = () => false,
): Promise<Verdict> {
  const sum = { acknowledged: 0, stored: 0, lost: 0, duplicates: 0, twice: 0, strange: 0 }
  const [lostOf, storedOf] = [new Map<string, number>(), new Map<string, number>()]
  const missing: string[] = []
  for (const { device, sentTo, acknowledged } of sent) {
    const rows = await rowsOf(device)
    const count = sentTo - firstNumber + 1
    const times = new Uint8Array(count)
    for (const { value } of rows) {
      const at = value - firstNumber
      if (!Number.isInteger(at) || at < 0 || at >= count) sum.strange++
      else times[at] = Math.min(255, (times[at] ?? 0) + 1)
    }
    sum.stored += rows.length
    storedOf.set(device, rows.length)
    sum.duplicates += rows.length - new Set(rows.map(({ utcMs }) => utcMs)).size
    for (const found of times) if (found > 1) sum.twice += found - 1
    for (const [from, to] of acknowledged) {
      sum.acknowledged += to - from + 1
      let gap: { from: number; to: number } | undefined
      const tell = () => {
        if (gap && missing.length < shownStretches) missing.push(`${device} ${gap.from} to ${gap.to}`)
        gap = undefined
      }
      for (let number = from; number <= to; number++) {
        if (times[number - firstNumber] !== 0 || excused(device, number)) tell()
        else {
          sum.lost++
          lostOf.set(device, (lostOf.get(device) ?? 0) + 1)
          gap = { from: gap?.from ?? number, to: number }
        }
      }
      tell()
    }
  }
  return { ...sum, lostOf, storedOf, missing }
}

interface QueryAnswer {
  readonly results: readonly {
    readonly error?: string
    readonly series?: readonly {
      readonly columns: readonly string[]
      readonly values: readonly (readonly unknown[])[]
    }[]
  }[]
}

/** The rows of one InfluxQL statement. @throws Error with InfluxDB's words */
export async function influxRows(influx: Influx, text: string): Promise<(readonly unknown[])[]> {
  const { results } = (await influx.query(text, { database: 'zone' })) as QueryAnswer
  const failed = results.find(({ error }) => error !== undefined)
  if (failed) throw new Error(`${text}: ${failed.error}`)
  return results.flatMap(({ series = [] }) => series.flatMap(({ values }) => values))
}

/** Where whole readings are kept: the retention policy `raw` where there is one. */
export async function rawReadings(influx: Influx): Promise<string> {
  const policies = await influxRows(influx, 'SHOW RETENTION POLICIES ON "zone"')
  const name = policies.map(([first]) => String(first)).find((found) => found === 'raw')
  const standard = policies.find((row) => row.at(-1) === true)?.[0]
  return `"zone"."${name ?? String(standard)}"."reading"`
}

/** Rows of a device in InfluxDB, over all tags it ever had. */
export async function rowsInInflux(influx: Influx): Promise<(device: string) => Promise<Row[]>> {
  const from = await rawReadings(influx)
  return async (device) => {
    const rows = await influxRows(influx, `SELECT "value" FROM ${from} WHERE "sensor" = '${device}'`)
    return rows.map(([utcMs, value]) => ({ utcMs: Number(utcMs), value: Number(value) }))
  }
}
