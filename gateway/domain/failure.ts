/**
 * What kind of failure it is decides what the caller may do about it; `gateway/http/problem.ts` holds the only table to HTTP statuses.
 * - invalid: the input is wrong; say which field and why
 * - denied: known, but not allowed
 * - missing: no such thing
 * - conflict: would break what is already there
 * - busy: try again soon
 * - away: something outside the gateway does not answer
 * - lost: data is damaged or gone
 * - bug: ours; the only kind that is logged with a stack
 */
export type FailureKind = 'invalid' | 'denied' | 'missing' | 'conflict' | 'busy' | 'away' | 'lost' | 'bug'

/** Small and printable: an id, a path, bytes left. Never a secret. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>

/** The one error class. `code` is stable and machine-readable, e.g. `camera-denied`; `message` is one English sentence. */
export class Failure extends Error {
  readonly kind: FailureKind
  readonly code: string
  readonly facts: Facts

  constructor(kind: FailureKind, code: string, message: string, facts: Facts = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Failure'
    this.kind = kind
    this.code = code
    this.facts = facts
  }
}

/** Anything thrown, as a Failure; what is not one already is a bug. */
export function toFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new Failure('bug', 'bug', message, {}, { cause: thrown })
}

/** What `ask` finds, or undefined when there is no such thing (any more). */
export function unlessMissing<T>(ask: () => T): T | undefined {
  try {
    return ask()
  } catch (cause) {
    if (cause instanceof Failure && cause.kind === 'missing') return undefined
    throw cause
  }
}
