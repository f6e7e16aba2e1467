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

/** Reads bytes as UTF-8 and, where it is, as JSON. */
export function parsePayload(bytes: Uint8Array): Payload | { reason: QuarantineReason } {
  if (bytes.byteLength > maxPayloadBytes) return { reason: 'too-large' }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { reason: 'bad-utf8' }
  }
  if (nesting(text) > maxDepth) return { reason: 'too-deep' }
  try {
    return { text, json: JSON.parse(text) as unknown }
  } catch {
    return { text, json: undefined }
  }
}

/** How deep brackets are nested, counted without parsing; brackets inside strings do not count. */
function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (quoted) {
      if (char === '\\') at++
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth)
    else if (char === '}' || char === ']') depth--
  }
  return deepest
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

/** The device's own time in a JSON object: `ts`, `timestamp` or `time` in seconds, milliseconds or RFC 3339 with a zone; else null. */
export function deviceTime(json: unknown): UtcMs | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null
  for (const [key, raw] of Object.entries(json)) {
    if (!timeKeys.has(key.toLowerCase())) continue
    const utcMs = momentOf(raw)
    if (utcMs !== null) return utcMs
  }
  return null
}

function momentOf(raw: unknown): UtcMs | null {
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
