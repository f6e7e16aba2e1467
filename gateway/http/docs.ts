import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { Problem } from '../contract/common.ts'
import type { App } from './app.ts'
import { isApi, sessionCookie } from './guard.ts'

/** An answer of every route, as the API description shows it. */
export const refusal = {
  description: 'Refused, and why: RFC 9457 problem details.',
  content: { 'application/problem+json': { schema: Problem } },
}

/** What every route has in common: its refusals, and that it needs a session. Comes before the guard, which reads it. */
export function addRouteDefaults(app: App): void {
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/api/docs')) route.config = { ...route.config, permission: 'signed-in' }
    else if (isApi(route.url) && route.schema !== undefined) {
      const { response } = route.schema
      route.schema.response = { ...(typeof response === 'object' ? response : {}), default: refusal }
      if (route.config?.permission !== 'anyone') route.schema.security = [{ session: [] }]
    }
  })
}

/** The API description, made from the same schemas that check requests. Comes before the routes it describes. */
export async function addDocs(app: App, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Zone gateway',
        version,
        description:
          'Sign in with POST /api/session; the cookie does the rest. Times are UTC milliseconds. Errors are RFC 9457 problem details with a stable `code`.',
      },
      components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: sessionCookie } } },
    },
    transform: jsonSchemaTransform,
  })
  await app.register(swaggerUi, { routePrefix: '/api/docs', uiConfig: { docExpansion: 'list' } })
  app.get('/api/openapi.json', { config: { permission: 'anyone' }, schema: { hide: true } }, (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  )
}
