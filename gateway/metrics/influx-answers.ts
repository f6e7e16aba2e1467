import { Failure, type FailureKind } from '../domain/failure.ts'
import { type Answer, wordsOf } from './influx-http.ts'

/**
 * What an answer to a write means. `refused`: the server names the lines, or their kind; `odd`: a refusal in words that nobody knows, which
 * may be about a line, or come from something else than InfluxDB.
 */
export type Outcome =
  | { readonly kind: 'stored' | 'too-large' | 'create' }
  | { readonly kind: 'refused' | 'odd'; readonly words: string; readonly dropped: number | null }

const hold = (kind: FailureKind, code: string, message: string, facts: Failure['facts']) =>
  new Failure(kind, code, message, facts)

/**
 * Every way in which InfluxDB 1.x and 2.x, VictoriaMetrics and what stands in front of them answer a write.
 * @throws Failure denied (`influx-denied`), busy (`influx-busy`, `series-budget`), away (`influx-away`): nothing may be dropped, and only
 * time or an operator helps
 */
export function outcomeOf({ status, body, retryAfterMs }: Answer): Outcome {
  const words = wordsOf(body).slice(0, 20_000)
  const facts = { status, answer: words.slice(0, 200), ...(retryAfterMs === null ? {} : { retryAfterMs }) }
  if (status >= 200 && status < 300) return { kind: 'stored' }
  if (status === 401 || status === 403)
    throw hold('denied', 'influx-denied', 'InfluxDB refuses user or password; readings are held', facts)
  // A policy that is missing is a 500 of InfluxDB 1.x.
  if (status === 404 || /(database|retention policy) not found/.test(words)) return { kind: 'create' }
  if (status === 413) return { kind: 'too-large' }
  if (status === 429) throw hold('busy', 'influx-busy', 'InfluxDB is asked too much; readings are held', facts)
  if (status !== 400 && status !== 422) throw hold('away', 'influx-away', 'InfluxDB cannot take readings now', facts)
  if (/max-series-per-database|max-values-per-tag/.test(words))
    throw hold('busy', 'series-budget', 'InfluxDB has reached its limit of series; readings are held', facts)
  const dropped = /dropped=(\d+)/.exec(words)?.[1]
  const isKnown =
    status === 422 || /partial write|unable to parse|field type conflict|beyond retention|max key length/.test(words)
  return { kind: isKnown ? 'refused' : 'odd', words, dropped: dropped === undefined ? null : Number(dropped) }
}

/** Lines that the server quotes because it cannot read them: InfluxDB 1.x says each one. */
export const quotedLines = (words: string): Set<string> =>
  new Set([...words.matchAll(/unable to parse '([^\n]*?)': /g)].map(([, text = '']) => text))

/** Older than what the store keeps. */
export const isBeyondRetention = (words: string): boolean => /beyond retention policy/.test(words)
