import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { days, type Millis, minutes, type UtcMs } from '../domain/units.ts'
import type { Db } from '../store/open.ts'
import { unpack } from './outbox-batch.ts'

/** A reading received this much before the last one of its series was: the clock stepped back, or somebody tells of the past. */
const stepMs: Millis = minutes(1)
const minuteMs = 60_000
const bytesOfMinute = minuteMs / 8
/** What is older than this is beyond what a clock is wrong by, and mostly beyond what stores keep. */
const rememberMs: Millis = days(8)
const cachedMinutes = 64

/** What is known of a series since this start. */
interface Last {
  keptUtcMs: UtcMs
  receivedUtcMs: UtcMs
  /** Up to here readings of the series may have been kept before its times went back: each millisecond is looked up. */
  foreignUtcMs: UtcMs
  /** The number of the step back after which it goes. */
  step: number
}

/**
 * Gives each reading a millisecond that no other reading of its series has or ever had.
 *
 * Times of a series only grow from step to step: a new one lies behind the last one. Where it may meet an older one (up to the newest time
 * ever kept when the gateway started, or the last time before a step back), the milliseconds that were used are looked up: those of batches
 * in the batches, those of batches that went in the table `used`, a bit for each, of whatever series.
 *
 * @param closeBatch writes what was collected of the running commit, so that it can be looked up
 */
export function uniqueTimes(db: Db, closeBatch: () => void) {
  const usedRow = db.prepare<[number], { bits: Buffer }>('SELECT bits FROM used WHERE minute = ?')
  const putUsed = db.prepare<[number, Uint8Array]>(
    'INSERT INTO used (minute, bits) VALUES (?, ?) ON CONFLICT DO UPDATE SET bits = excluded.bits',
  )
  const dropUsed = db.prepare<[number]>('DELETE FROM used WHERE minute < ?')
  const touching = db.prepare<[number, number], { body: Buffer }>(
    'SELECT body FROM batch WHERE from_utc_ms < ? AND to_utc_ms >= ?',
  )
  const newest = db
    .prepare<[], { utcMs: number | null }>(
      `SELECT max((SELECT coalesce(max(to_utc_ms), 0) FROM batch), (SELECT coalesce((max(minute) + 1) * ${minuteMs}, 0) FROM used)) AS utcMs`,
    )
    .get()
  const startForeignUtcMs = newest?.utcMs ?? 0
  const lasts: (Last | undefined)[] = []
  const cache = new Map<number, { readonly bits: Uint8Array; readonly step: number }>()
  let steps = 0

  const goneBits = (minute: number): Uint8Array => {
    const row = usedRow.get(minute)
    return row ? new Uint8Array(inflateRawSync(row.bits)) : new Uint8Array(bytesOfMinute)
  }

  function bitsOf(minute: number, step: number): Uint8Array {
    const found = cache.get(minute)
    if (found && found.step >= step) return found.bits
    const bits = goneBits(minute)
    const fromUtcMs = minute * minuteMs
    for (const { body } of touching.iterate(fromUtcMs + minuteMs, fromUtcMs)) {
      const columns = unpack(body)
      if (columns) for (const utcMs of columns.utcMs) if (Math.floor(utcMs / minuteMs) === minute) set(bits, utcMs)
    }
    if (cache.size >= cachedMinutes) cache.clear()
    cache.set(minute, { bits, step: steps })
    return bits
  }
  function isUsed(utcMs: UtcMs, step: number): boolean {
    const at = offsetOf(utcMs)
    return (((bitsOf(Math.floor(utcMs / minuteMs), step)[at >> 3] as number) >> (at & 7)) & 1) === 1
  }

  return {
    /** @param series its number in the table `series` */
    next(series: number, receivedUtcMs: UtcMs): UtcMs {
      let last = lasts[series]
      let utcMs = receivedUtcMs
      if (!last) {
        last = { keptUtcMs: 0, receivedUtcMs, foreignUtcMs: startForeignUtcMs, step: steps }
        lasts[series] = last
      } else if (receivedUtcMs < last.receivedUtcMs - stepMs) {
        closeBatch()
        last.step = ++steps
        last.foreignUtcMs = Math.max(last.foreignUtcMs, last.keptUtcMs)
      } else if (utcMs <= last.keptUtcMs) utcMs = last.keptUtcMs + 1
      if (utcMs <= last.foreignUtcMs) while (utcMs <= last.foreignUtcMs && isUsed(utcMs, last.step)) utcMs++
      last.keptUtcMs = utcMs
      last.receivedUtcMs = receivedUtcMs
      return utcMs
    },
    /** An older version kept this time ahead of the clock; nothing of the series was seen since. */
    startBehind(series: number, keptUtcMs: UtcMs): void {
      lasts[series] ??= { keptUtcMs, receivedUtcMs: 0, foreignUtcMs: startForeignUtcMs, step: steps }
    },
    /** Remembers the times of batches that go, in the same transaction. */
    forget(times: readonly Float64Array[]): void {
      const touched = new Map<number, Uint8Array>()
      for (const column of times)
        for (const utcMs of column) {
          const minute = Math.floor(utcMs / minuteMs)
          let bits = touched.get(minute)
          if (!bits) touched.set(minute, (bits = goneBits(minute)))
          set(bits, utcMs)
        }
      for (const [minute, bits] of touched) putUsed.run(minute, deflateRawSync(bits, { level: 1 }))
    },
    expire(nowUtcMs: UtcMs): void {
      dropUsed.run(Math.floor((nowUtcMs - rememberMs) / minuteMs))
    },
  }
}

/** In its minute, also before 1970. */
const offsetOf = (utcMs: UtcMs): number => ((utcMs % minuteMs) + minuteMs) % minuteMs
function set(bits: Uint8Array, utcMs: UtcMs): void {
  const at = offsetOf(utcMs)
  bits[at >> 3] = (bits[at >> 3] as number) | (1 << (at & 7))
}
