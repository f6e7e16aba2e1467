import { pipeline } from 'node:stream/promises'
import { PassThrough, Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { Reading } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'

/** One metric of one sensor, in the words of the file. */
export interface CsvSeries {
  readonly sensorId: string
  readonly sensorName: string
  readonly areaName: string
  readonly metric: string
  readonly unit: string | null
  /** In order of time. */
  readonly readings: AsyncIterable<Reading>
}

const columns = [
  'time_utc',
  'time_local',
  'sensor',
  'name',
  'area',
  'metric',
  'unit',
  'value',
  'raw',
  'quality',
  'device_time_utc',
  'source',
] as const

/** A spreadsheet runs a cell that begins like a formula: names come from devices. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)

/**
 * Readings as CSV (RFC 4180), one line each, series after series; with a byte order mark, by which spreadsheets know UTF-8. Made while it is
 * read; an error on the way cuts the file off, so that nobody takes a part for the whole.
 */
export function readingsCsv(series: readonly CsvSeries[], timeZone: string, signal: AbortSignal): Readable {
  const local = localTime(timeZone)
  const rows = async function* () {
    for (const { sensorId, sensorName, areaName, metric, unit, readings } of series)
      for await (const { utcMs, value, rawValue, quality, deviceUtcMs, source } of readings)
        yield [
          new Date(utcMs).toISOString(),
          local(utcMs),
          sensorId,
          harmless(sensorName),
          harmless(areaName),
          harmless(metric),
          harmless(unit ?? ''),
          value,
          rawValue ?? value,
          quality,
          deviceUtcMs === null ? '' : new Date(deviceUtcMs).toISOString(),
          harmless(source),
        ]
  }
  const text = stringify({ header: true, columns: [...columns], bom: true, record_delimiter: 'windows' })
  const out = new PassThrough()
  pipeline(Readable.from(rows()), text, out, { signal }).catch((cause: unknown) =>
    out.destroy(cause instanceof Error ? cause : new Failure('bug', 'csv-failed', 'the file could not be written')),
  )
  return out
}

/** `2026-11-24 20:15:03.250`, as a clock on the wall of the zone shows it. */
function localTime(timeZone: string): (utcMs: UtcMs) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  return (utcMs) => `${format.format(utcMs)}.${String(((utcMs % 1_000) + 1_000) % 1_000).padStart(3, '0')}`
}
