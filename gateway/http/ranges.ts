import { Failure } from '../domain/failure.ts'
import { days, hours, type Millis, type UtcRange } from '../domain/units.ts'

/** How much one request may ask for. A camera that loses its connection each minute has 3,000 spans a day; the timeline of a week asks for 50 days. */
export const longest = { clip: hours(2), playlist: hours(24), spans: days(62), history: days(400) } as const

/** @throws Failure invalid (`range-too-long`) naming the limit */
export function checkLength({ fromUtcMs, toUtcMs }: UtcRange, what: keyof typeof longest): void {
  const limitMs: Millis = longest[what]
  if (toUtcMs - fromUtcMs <= limitMs) return
  const hoursAllowed = limitMs / hours(1)
  const shown = hoursAllowed > 48 ? `${hoursAllowed / 24} days` : `${hoursAllowed} hours`
  throw new Failure('invalid', 'range-too-long', `one ${what} request covers at most ${shown}`, {
    limitMs,
    askedMs: toUtcMs - fromUtcMs,
  })
}

/** The part of a file a `Range` header asks for; both ends are inclusive. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * One byte range of RFC 9110, section 14. More than one, or something that is no range, means the whole file.
 * @throws Failure invalid (`range-not-satisfiable`) when nothing of it lies inside the file
 */
export function byteRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (parts === null) return undefined
  const [, first = '', last = ''] = parts
  if (first === '' && last === '') return undefined
  if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (start >= sizeBytes || (first === '' && Number(last) === 0))
    throw new Failure('invalid', 'range-not-satisfiable', 'the file is shorter than the range asked for', { sizeBytes })
  return { start, end }
}

/** `If-None-Match` of RFC 9110, section 13.1.2: does the client have these bytes already? */
export const isHeld = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))

/** `If-Range` of RFC 9110, section 13.1.5: a part is only good to who has the rest of the same bytes. A date is never enough. */
export const partFits = (header: string | undefined, etag: string): boolean =>
  header === undefined || header.trim() === etag
