import type { FastifyRequest } from 'fastify'
import type { Audit } from '../access/audit.ts'
import { Failure, toFailure } from '../domain/failure.ts'
import { who } from './guard.ts'

/**
 * Runs `work` and writes the route's action to the audit trail, done or refused.
 * @param what `isOne`: false for a result that is no action of its own, but part of one that has its row
 */
export async function audited<T>(
  audit: Audit,
  request: FastifyRequest,
  what: { object: string | ((result: T) => string); facts?: Record<string, unknown>; isOne?: (result: T) => boolean },
  work: () => T | Promise<T>,
): Promise<T> {
  const { audit: action } = request.routeOptions.config
  if (action === undefined) throw new Failure('bug', 'audit-undeclared', 'the route names no audit action')
  const { object, facts = {}, isOne = () => true } = what
  try {
    const result = await work()
    if (isOne(result))
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
