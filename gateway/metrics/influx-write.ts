import { Failure } from '../domain/failure.ts'
import { isBeyondRetention, outcomeOf, quotedLines } from './influx-answers.ts'
import type { InfluxHttp } from './influx-http.ts'
import type { Rejected } from './store.ts'

/** A line, and what it is of. */
export interface Line<Of> {
  readonly of: Of
  readonly text: string
}
export interface Refused<Of> {
  readonly of: Of
  readonly reason: Rejected['reason']
  /** The server's own words. */
  readonly words: string
}

interface Run<Of> {
  readonly refused: Refused<Of>[]
  /** Refused in words that nobody knows. */
  readonly odd: Refused<Of>[]
  stored: number
  oddAnswers: number
}

/** Halving ten thousand lines down to one takes fourteen. */
const enoughOddAnswers = 40

/**
 * Writes lines until each is stored or known to be bad. Of a batch with bad lines InfluxDB stores the good ones: the bad ones are those it
 * quotes, or are found by halving; writing a line again changes nothing.
 * @param prepare creates what the server says is missing
 * @throws Failure as `outcomeOf`; away (`influx-odd-answer`) when everything was refused for a reason that nobody knows: then it is not the lines
 */
export function influxWriter(http: InfluxHttp, prepare: (signal: AbortSignal) => Promise<void>) {
  async function send<Of>(
    run: Run<Of>,
    lines: readonly Line<Of>[],
    policy: string | undefined,
    signal: AbortSignal,
    mayPrepare = true,
  ): Promise<void> {
    if (lines.length === 0) return
    const texts = lines.map(({ text }) => text)
    const outcome = outcomeOf(await http.write(texts, policy, signal))
    if (outcome.kind === 'stored') {
      run.stored += lines.length
      return
    }
    if (outcome.kind === 'create') {
      const { database } = http
      if (!mayPrepare) throw new Failure('away', 'influx-database', 'InfluxDB does not keep the database', { database })
      await prepare(signal)
      return send(run, lines, policy, signal, false)
    }
    if (outcome.kind === 'odd' && run.stored === 0 && ++run.oddAnswers > enoughOddAnswers)
      throw notTheLines(outcome.words)
    const words = 'words' in outcome ? outcome.words : 'too large'
    const reason = isBeyondRetention(words) ? 'beyond-retention' : 'store-refused'
    const refuse = (bad: readonly Line<Of>[], into: Refused<Of>[]) => {
      for (const { of } of bad) into.push({ of, reason, words: words.slice(0, 500) })
    }
    if (lines.length === 1) return refuse(lines, outcome.kind === 'odd' ? run.odd : run.refused)
    if (outcome.kind === 'refused') {
      const quoted = quotedLines(words)
      const bad = lines.filter(({ text }) => quoted.has(text))
      if (bad.length === 0 && outcome.dropped === lines.length && isOneReason(words)) return refuse(lines, run.refused)
      if (bad.length > 0) {
        refuse(bad, run.refused)
        return send(
          run,
          lines.filter(({ text }) => !quoted.has(text)),
          policy,
          signal,
        )
      }
    }
    const middle = Math.ceil(lines.length / 2)
    await send(run, lines.slice(0, middle), policy, signal)
    await send(run, lines.slice(middle), policy, signal)
  }

  return async <Of>(
    lines: readonly Line<Of>[],
    policy: string | undefined,
    signal: AbortSignal,
  ): Promise<Refused<Of>[]> => {
    const run: Run<Of> = { refused: [], odd: [], stored: 0, oddAnswers: 0 }
    await send(run, lines, policy, signal)
    const [odd] = run.odd
    // The same server took other lines meanwhile, so it is these lines. Otherwise nobody can tell, and nothing is given up.
    if (odd && run.stored === 0) throw notTheLines(odd.words)
    return [...run.refused, ...run.odd]
  }
}

/** Parse errors and dropped points may come in one answer. */
const isOneReason = (words: string) => !words.includes('unable to parse')

const notTheLines = (words: string) =>
  new Failure('away', 'influx-odd-answer', 'InfluxDB refuses everything, in words that are not its own', {
    answer: words.slice(0, 200),
  })
