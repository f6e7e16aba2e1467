import type { FastifyRequest } from 'fastify'
import { longestMs, type SignedIn } from '../../access/sessions.ts'
import { LoginBody, Session } from '../../contract/access.ts'
import { toFailure } from '../../domain/failure.ts'
import { days } from '../../domain/units.ts'
import { may, permissions, type Role } from '../../domain/words.ts'
import { type App, personOf } from '../app.ts'
import { sessionCookie, who } from '../guard.ts'
import type { HttpParts } from '../parts.ts'
import { NoContent } from './params.ts'

type Parts = Pick<HttpParts, 'sessions' | 'audit' | 'zone'>

export function sessionRoutes(app: App, { sessions, audit, zone }: Parts): void {
  const shown = async ({ user, name, role, areaIds, expiresUtcMs }: SignedIn): Promise<Session> => {
    const { name: zoneName, timeZone } = await zone.tree()
    const granted = permissions.filter((permission) => may(role, permission))
    return {
      user,
      name,
      role,
      permissions: granted,
      areaIds: areaIds === null ? null : [...areaIds],
      expiresUtcMs,
      zoneName,
      timeZone,
    }
  }

  app.post(
    '/api/session',
    {
      config: { permission: 'anyone' },
      schema: { tags: ['session'], summary: 'Sign in: sets the cookie', body: LoginBody, response: { 200: Session } },
    },
    async (request, reply) => {
      const { body, ip } = request
      const typed = 'user' in body ? body.user : null
      const facts = { with: typed === null ? 'ticket' : 'password' }
      try {
        const { token, signedIn } = await sessions.login(body, ip)
        const { user, role } = signedIn
        audit.add({ user, role, action: 'session.login', outcome: 'done', facts, address: ip })
        reply.setCookie(sessionCookie, token, { ...cookieFor(request), maxAge: cookieSeconds(role) })
        return await shown(signedIn)
      } catch (cause) {
        const { code } = toFailure(cause)
        // While an address is slowed down its tries are not written: guessing must not fill the trail.
        if (code === 'login-refused')
          audit.add({
            user: typed,
            role: null,
            action: 'session.login',
            outcome: 'refused',
            facts: { ...facts, code },
            address: ip,
          })
        throw cause
      }
    },
  )

  app.get(
    '/api/session',
    {
      config: { permission: 'signed-in' },
      schema: { tags: ['session'], summary: 'Who is signed in; 401 for nobody', response: { 200: Session } },
    },
    (request, reply) => {
      const person = personOf(request)
      const token = request.cookies[sessionCookie]
      // A screen's session has no end, but browsers forget every cookie that is not set again.
      if (person.role === 'screen' && token !== undefined)
        reply.setCookie(sessionCookie, token, { ...cookieFor(request), maxAge: cookieSeconds(person.role) })
      return shown(person)
    },
  )

  app.delete(
    '/api/session',
    {
      config: { permission: 'signed-in' },
      schema: { tags: ['session'], summary: 'Sign out', response: { 204: NoContent } },
    },
    async (request, reply) => {
      sessions.end(personOf(request).key)
      audit.add({ ...who(request), action: 'session.logout', outcome: 'done' })
      reply.clearCookie(sessionCookie, cookieFor(request))
      return reply.code(204).send(null)
    },
  )
}

/** Chrome keeps no cookie for more than 400 days. */
const cookieSeconds = (role: Role): number => (role === 'screen' ? days(400) : longestMs) / 1_000

/** Secure when the page came by https, also behind a proxy that ends it. A client that lies only hurts itself. */
function cookieFor({ protocol, headers }: FastifyRequest) {
  const secure =
    protocol === 'https' || headers['x-forwarded-proto'] === 'https' || headers.origin?.startsWith('https://') === true
  return { path: '/', httpOnly: true, sameSite: 'strict', secure } as const
}
