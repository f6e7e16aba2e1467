import { STATUS_CODES } from 'node:http'
import type { z } from 'zod'
import type { Problem } from '../contract/common.ts'
import { Failure, type FailureKind, toFailure } from '../domain/failure.ts'

/** The only table from kinds of failure to HTTP statuses. */
const statusOfKind: Record<FailureKind, number> = {
  invalid: 400,
  denied: 403,
  missing: 404,
  conflict: 409,
  busy: 503,
  away: 502,
  lost: 500,
  bug: 500,
}
/** Where HTTP has a better word than the kind. */
const statusOfCode: Readonly<Record<string, number>> = {
  'login-required': 401,
  'login-refused': 401,
  'login-throttled': 429,
  'body-too-large': 413,
  'body-type': 415,
  'range-not-satisfiable': 416,
  'upgrade-required': 426,
}
/** What Fastify itself refuses, in our words. */
const fastifyCodes: Readonly<Record<string, readonly [code: string, message: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', 'the body is too large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['body-type', 'the body must be application/json'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['body-not-json', 'the body is not JSON'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['body-not-json', 'the body is empty, and must be JSON'],
}

type FieldError = NonNullable<Problem['errors']>[number]

/** A request whose fields are wrong; `errors` names each. */
export class InvalidRequest extends Failure {
  readonly errors: FieldError[]
  constructor(errors: FieldError[]) {
    const first = errors[0]
    const detail = first === undefined ? 'the request is wrong' : [first.path, first.message].filter(Boolean).join(': ')
    super('invalid', 'request-invalid', detail)
    this.errors = errors
  }
}

/** The fields a schema complains about. Of alternatives the one that fits best is meant. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[], parent: readonly PropertyKey[] = []): FieldError[] {
  return issues.flatMap((issue) => {
    const path = [...parent, ...issue.path]
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const [nearest] = issue.errors.toSorted((a, b) => unknownKeys(a) - unknownKeys(b))
      return fieldErrors(nearest ?? [], path)
    }
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: [...path, key].map(String).join('.'), message: 'unknown field' }))
    return [{ path: path.map(String).join('.'), message: plainMessage(issue, path.length === 0) }]
  })
}

const unknownKeys = (issues: readonly z.core.$ZodIssue[]): number =>
  issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0)

/** The schema's own words, but for what is simply not there. */
function plainMessage({ code, message }: z.core.$ZodIssue, isWhole: boolean): string {
  if (code !== 'invalid_type') return message
  if (isWhole) return 'the body must be a JSON object'
  return /received (undefined|NaN)$/.test(message) ? 'missing, or of the wrong kind' : message
}

/** Any thrown thing as a Failure, Fastify's own refusals among them. */
export function requestFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure || !(thrown instanceof Error)) return toFailure(thrown)
  const { code, statusCode } = thrown as { code?: unknown; statusCode?: unknown }
  const known = typeof code === 'string' ? fastifyCodes[code] : undefined
  if (known !== undefined) return new Failure('invalid', known[0], known[1], {}, { cause: thrown })
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new Failure('invalid', 'request-invalid', thrown.message, {}, { cause: thrown })
  return toFailure(thrown)
}

export const statusOf = (failure: Failure): number => statusOfCode[failure.code] ?? statusOfKind[failure.kind]

/** RFC 9457. A bug says nothing of itself: its message may hold anything. */
export function problemOf(failure: Failure): Problem {
  const status = statusOf(failure)
  const isBug = failure.kind === 'bug'
  return {
    type: `urn:zone-gateway:${failure.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code: failure.code,
    detail: isBug ? 'something went wrong inside the gateway; its log says what' : failure.message,
    ...(isBug || Object.keys(failure.facts).length === 0 ? {} : { facts: { ...failure.facts } }),
    ...(failure instanceof InvalidRequest ? { errors: failure.errors } : {}),
  }
}

/** Seconds for the header Retry-After, when the failure knows. */
export function retryAfterSeconds({ facts }: Failure): number | undefined {
  const { retryAfterMs } = facts
  return typeof retryAfterMs === 'number' ? Math.ceil(retryAfterMs / 1_000) : undefined
}
