/** A field of a point; all numbers are floats, so that no integer ever meets a float of the same name. */
export type FieldValue = number | string

export interface Point {
  readonly measurement: string
  /** Empty and missing tags are left out. */
  readonly tags: Readonly<Record<string, string | null>>
  readonly fields: Readonly<Record<string, FieldValue | null>>
  readonly utcMs: number
}

/** No backslash may end a name: it would escape the separator behind it. Line breaks would begin a new point. */
const plain = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/\\+$/, '')
const escapeKey = (text: string): string => plain(text).replace(/[,= ]/g, '\\$&')
const escapeMeasurement = (text: string): string => plain(text).replace(/[, ]/g, '\\$&')
const escapeText = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')

/** One point as a line of InfluxDB's line protocol with a time in milliseconds; undefined when no field has a value that can be written. */
export function line({ measurement, tags, fields, utcMs }: Point): string | undefined {
  const written: string[] = []
  for (const [key, value] of Object.entries(fields)) {
    if (typeof value === 'string') written.push(`${escapeKey(key)}="${escapeText(value)}"`)
    else if (value !== null && Number.isFinite(value)) written.push(`${escapeKey(key)}=${value}`)
  }
  if (written.length === 0) return undefined
  let head = escapeMeasurement(measurement)
  for (const [key, value] of Object.entries(tags)) {
    const tag = value === null ? '' : escapeKey(value)
    if (tag !== '') head += `,${escapeKey(key)}=${tag}`
  }
  return `${head} ${written.join(',')} ${Math.trunc(utcMs)}`
}
