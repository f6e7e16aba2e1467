import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { SignedIn } from '../access/sessions.ts'
import { Failure } from '../domain/failure.ts'
import type { Permission } from '../domain/words.ts'

/** A Fastify whose routes are typed by their zod schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** Who may use a route: everybody, everybody who is signed in, or who has a permission. */
export type Allowed = Permission | 'signed-in' | 'anyone'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route under /api states it; the server does not start otherwise. */
    permission?: Allowed
    /** The action in the audit trail; a refusal for lack of rights is written under it. */
    audit?: string
  }
  interface FastifyRequest {
    /** Set by the guard for every request with a live session. */
    signedIn: SignedIn | null
  }
}

/** The person behind a request; the guard has let nobody else through. */
export function personOf({ signedIn }: Pick<FastifyRequest, 'signedIn'>): SignedIn {
  if (signedIn === null) throw new Failure('denied', 'login-required', 'sign in first')
  return signedIn
}
