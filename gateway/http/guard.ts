import type { IncomingMessage } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import type { SignedIn } from '../access/sessions.ts'
import { Failure } from '../domain/failure.ts'
import { may } from '../domain/words.ts'
import type { Allowed, App } from './app.ts'
import { checkOrigin } from './origin.ts'
import type { HttpParts } from './parts.ts'

export const sessionCookie = 'zone_session'
const safeMethods = ['GET', 'HEAD', 'OPTIONS']

type GuardParts = Pick<HttpParts, 'sessions' | 'audit' | 'config'>

/** Sets `request.signedIn`, and lets through only what the route's `permission` allows. */
export function addGuard(app: App, { sessions, audit, config }: GuardParts): void {
  const undeclared: string[] = []
  app.decorateRequest('signedIn', null)
  app.addHook('onRoute', ({ url, method, config }) => {
    if (isApi(url) && config?.permission === undefined) undeclared.push(`${String(method)} ${url}`)
  })
  app.addHook('onReady', async () => {
    if (undeclared.length > 0)
      throw new Failure('bug', 'permission-undeclared', `routes without a permission: ${undeclared.join(', ')}`)
  })
  app.addHook('onRequest', async (request) => {
    if (!safeMethods.includes(request.method)) checkOrigin(request.headers, config.trustedOrigins)
    const token = request.cookies[sessionCookie]
    request.signedIn = token === undefined ? null : (sessions.find(token) ?? null)
    const { permission, audit: action } = request.routeOptions.config
    // What is no route is told apart only for people who are signed in.
    const allowed = permission ?? (isApi(request.url) ? 'signed-in' : 'anyone')
    try {
      checkAllowed(request.signedIn, allowed)
    } catch (cause) {
      if (request.signedIn !== null && action !== undefined)
        audit.add({
          ...who(request),
          action,
          object: objectOf(request),
          outcome: 'refused',
          facts: { code: 'forbidden' },
        })
      throw cause
    }
  })
}

export const isApi = (url: string) => url === '/api' || url.startsWith('/api/')

/** @throws Failure denied (`login-required`, `forbidden`) */
export function checkAllowed(signedIn: SignedIn | null, allowed: Allowed): void {
  if (allowed === 'anyone') return
  if (signedIn === null) throw new Failure('denied', 'login-required', 'sign in first')
  if (allowed !== 'signed-in' && !may(signedIn.role, allowed))
    throw new Failure('denied', 'forbidden', `this needs the right to ${allowed}`, { permission: allowed })
}

/** The session of a socket's upgrade request. */
export function sessionOf({ headers }: IncomingMessage, { sessions }: Pick<HttpParts, 'sessions'>): SignedIn | null {
  const token = fastifyCookie.parse(headers.cookie ?? '')[sessionCookie]
  return token === undefined ? null : (sessions.find(token) ?? null)
}

/** Who and from where, for the audit trail. */
export function who({ signedIn, ip }: Pick<FastifyRequest, 'signedIn' | 'ip'>) {
  return { user: signedIn?.user ?? null, role: signedIn?.role ?? null, address: ip }
}

function objectOf({ params }: FastifyRequest): string | null {
  const id: unknown = typeof params === 'object' && params !== null && 'id' in params ? params.id : null
  return typeof id === 'string' ? id : null
}
