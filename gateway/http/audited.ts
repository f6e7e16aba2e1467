import type { FastifyRequest } from 'fastify'
import type { Audit } from '../access/audit.ts'
import { toFailure } from '../domain/failure.ts'
import { who } from './guard.ts'

/** Runs `work` and writes the route's action to the audit trail, done or refused. */
export async function audited<T>(
  audit: Audit,
  request: FastifyRequest,
  what: { object: string | ((result: T) => string); facts?: Record<string, unknown> },
  work: () => T | Promise<T>,
): Promise<T> {
  const action = request.routeOptions.config.audit ?? 'unnamed'
  const { object, facts = {} } = what
  try {
    const result = await work()
    audit.add({
      ...who(request),
      action,
      object: typeof object === 'string' ? object : object(result),
      outcome: 'done',
      facts,
    })
    return result
  } catch (cause) {
    const { code } = toFailure(cause)
    const named = typeof object === 'string' ? object : null
    audit.add({ ...who(request), action, object: named, outcome: 'refused', facts: { ...facts, code } })
    throw cause
  }
}
