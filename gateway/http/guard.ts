import type { IncomingMessage } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import type { FastifyRequest } from 'fastify'
import type { SignedIn } from '../access/sessions.ts'
import { checkWatch } from '../access/watching.ts'
import { Failure, toFailure } from '../domain/failure.ts'
import { may } from '../domain/words.ts'
import type { Allowed, App } from './app.ts'
import { checkOrigin } from './origin.ts'
import type { HttpParts } from './parts.ts'

export const sessionCookie = 'zone_session'
const safeMethods = ['GET', 'HEAD', 'OPTIONS']

type GuardParts = Pick<HttpParts, 'sessions' | 'audit' | 'config' | 'areaOf'>

/**
 * Sets `request.signedIn`, and lets through only what the route's `permission` allows, and nothing of cameras whose area the account may
 * not see. Lists stay whole, coverage, holds and planned interruptions among them: that there is a camera, and when it recorded, is no
 * picture, and who sees half of the zone must not take it for the whole.
 */
export function addGuard(app: App, { sessions, audit, config, areaOf }: GuardParts): void {
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
    request.signedIn = token === undefined ? null : (sessions.find(token, request.ip) ?? null)
    const { permission, audit: action } = request.routeOptions.config
    // What is no route is told apart only for people who are signed in.
    const allowed = permission ?? (isApi(request.url) ? 'signed-in' : 'anyone')
    try {
      checkAllowed(request.signedIn, allowed)
      if (request.signedIn !== null && isOfCamera(request))
        checkWatch(request.signedIn, areaOf(objectOf(request) ?? ''))
    } catch (cause) {
      if (request.signedIn !== null && action !== undefined)
        audit.add({
          ...who(request),
          action,
          object: objectOf(request),
          outcome: 'refused',
          facts: { code: toFailure(cause).code },
        })
      throw cause
    }
  })
}

/** What shows or moves a camera's picture lies below its address. Changing the camera itself could move it into an area that may be seen. */
const isOfCamera = ({ routeOptions: { url = '' }, method }: FastifyRequest): boolean =>
  url.startsWith('/api/cameras/:id/') || (url === '/api/cameras/:id' && !safeMethods.includes(method))

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
