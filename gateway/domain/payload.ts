import type { MetricType, QuarantineReason } from './reading.ts'
import type { UtcMs } from './units.ts'

/** Bytes of a payload; more is refused before anything is parsed. */
export const maxPayloadBytes = 256 * 1024
const maxDepth = 16

export interface Payload {
  readonly text: string
  /** undefined when the text is not JSON. */
  readonly json: unknown
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads bytes as UTF-8 and, where it is, as JSON. */
export function parsePayload(bytes: Uint8Array, maxBytes = maxPayloadBytes): Payload | { reason: QuarantineReason } {
  if (bytes.byteLength > maxBytes) return { reason: 'too-large' }
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return { reason: 'bad-utf8' }
  }
  if (isTooDeep(text)) return { reason: 'too-deep' }
  return { text, json: parseJson(text) }
}

/** undefined when it is not JSON. A word such as `on` is told by its first letter: to throw costs more than to look. */
function parseJson(text: string): unknown {
  let at = 0
  while (text.charCodeAt(at) <= 0x20) at++
  if (!mayBegin[text.charCodeAt(at)]) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
/** Characters that JSON may begin with. */
const mayBegin: readonly boolean[] = Array.from({ length: 128 }, (_, code) =>
  '{["-0123456789tfn'.includes(String.fromCharCode(code)),
)

const quote = 0x22
const backslash = 0x5c

/** Are brackets nested deeper than they may, counted without parsing? Those inside strings do not count. */
function isTooDeep(text: string): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === backslash) at++
      else if (code === quote) quoted = false
    } else if (code === quote) quoted = true
    // { and [, then } and ]
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > maxDepth) return true
    } else if (code === 0x7d || code === 0x5d) depth--
  }
  return false
}

const words = new Map<string, number>([
  ['true', 1],
  ['on', 1],
  ['open', 1],
  ['yes', 1],
  ['false', 0],
  ['off', 0],
  ['closed', 0],
  ['close', 0],
  ['no', 0],
])

/** A finite number from a number, a boolean, or text that is one (`"3.4"`, `"on"`). */
export function toValue(raw: unknown): { value: number; type: MetricType } | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? { value: raw, type: 'number' } : undefined
  if (typeof raw === 'boolean') return { value: raw ? 1 : 0, type: 'binary' }
  if (typeof raw !== 'string') return undefined
  const text = raw.trim().toLowerCase()
  const word = words.get(text)
  if (word !== undefined) return { value: word, type: 'binary' }
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? { value, type: 'number' } : undefined
}

export const timeKeys: ReadonlySet<string> = new Set(['ts', 'timestamp', 'time'])
const oldestUtcMs = Date.UTC(2015, 0)
const newestUtcMs = Date.UTC(2100, 0)

/** Is this the key of the device's own time? */
export const isTimeKey = (key: string): boolean =>
  (key.length === 2 || key.length === 4 || key.length === 9) && timeKeys.has(key.toLowerCase())

/** The device's own time in a JSON object: `ts`, `timestamp` or `time` in seconds, milliseconds or RFC 3339 with a zone; else null. */
export function deviceTime(json: unknown): UtcMs | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null
  for (const key in json) {
    if (!isTimeKey(key)) continue
    const utcMs = momentOf((json as Record<string, unknown>)[key])
    if (utcMs !== null) return utcMs
  }
  return null
}

/** A moment in seconds, milliseconds or RFC 3339 with a zone; null for anything else, and before 2015. */
export function momentOf(raw: unknown): UtcMs | null {
  const plausible = (ms: number) => (ms >= oldestUtcMs && ms <= newestUtcMs ? Math.round(ms) : null)
  if (typeof raw === 'string') {
    if (/^\d+(\.\d+)?$/.test(raw)) return momentOf(Number(raw))
    // Without a zone (Tasmota's `Time`) nobody knows which moment is meant.
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i.test(raw)) return null
    return plausible(Date.parse(raw))
  }
  if (typeof raw !== 'number' || !Number.isFinite(raw)) return null
  return plausible(raw < 1e11 ? raw * 1_000 : raw)
}
