/** A field of a point; all numbers are floats, so that no integer ever meets a float of the same name. */
export type FieldValue = number | string

export interface Point {
  readonly measurement: string
  /** Empty and missing tags are left out. */
  readonly tags: Readonly<Record<string, string | null>>
  readonly fields: Readonly<Record<string, FieldValue | null>>
  readonly utcMs: number
}

type Part = 'measurement' | 'key' | 'text'

/** What ends a part, and is written with a backslash in it. Line protocol reference, "special characters". */
const special: Record<Part, RegExp> = { measurement: /[, ]/g, key: /[,= ]/g, text: /["\\]/g }

/**
 * The only place where text becomes part of a line. Control characters, which might begin a new point, become spaces; so does half a
 * surrogate pair, which has no UTF-8. In names a backslash escapes only what follows it: the last one goes, because the separator follows.
 * `text` is a string between quotes.
 */
export function escape(text: string, part: Part): string {
  const plain = text.toWellFormed().replace(/\p{Cc}+/gu, ' ')
  const kept = part === 'text' ? plain : plain.replace(/\\+$/, '')
  const escaped = kept.replace(special[part], '\\$&')
  // A line that begins like this is a comment.
  return part === 'measurement' ? escaped.replace(/^#/, '_') : escaped
}

/** Measurement and tags, sorted as InfluxDB likes them; what stands before the first space of a line. Empty without a measurement. */
export function lineHead(measurement: string, tags: Point['tags']): string {
  let head = escape(measurement, 'measurement')
  if (head === '') return ''
  for (const key of Object.keys(tags).sort()) {
    const [name, value] = [escape(key, 'key'), escape(tags[key] ?? '', 'key')]
    if (name !== '' && value !== '') head += `,${name}=${value}`
  }
  return head
}

/** A whole line with a time in milliseconds; undefined when no field has a value that can be written. */
export function lineWith(head: string, fields: Point['fields'], utcMs: number): string | undefined {
  let written = ''
  for (const key in fields) {
    const value = fields[key]
    const name = escapedKey(key)
    if (name === '' || value === null || value === undefined) continue
    if (typeof value === 'string') written += `${written && ','}${name}="${escapedText(value)}"`
    else if (Number.isFinite(value)) written += `${written && ','}${name}=${value}`
  }
  return written === '' || head === '' ? undefined : `${head} ${written} ${Math.trunc(utcMs)}`
}

/** Names of fields and words of qualities are few, and the same for each reading. */
const harmless = /^[A-Za-z0-9_-]+$/
const escapedKey = (key: string): string => (harmless.test(key) ? key : escape(key, 'key'))
const escapedText = (text: string): string => (harmless.test(text) ? text : escape(text, 'text'))

/** One point as a line of InfluxDB's line protocol. */
export const line = ({ measurement, tags, fields, utcMs }: Point): string | undefined =>
  lineWith(lineHead(measurement, tags), fields, utcMs)
