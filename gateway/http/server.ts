import cookie from '@fastify/cookie'
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { LogKey } from '../lib/log.ts'
import type { App } from './app.ts'
import { addDocs, addRouteDefaults } from './docs.ts'
import { addGuard } from './guard.ts'
import { addSecurityHeaders } from './headers.ts'
import { addPages } from './pages.ts'
import type { HttpParts } from './parts.ts'
import { fieldErrors, InvalidRequest, problemOf, requestFailure, retryAfterSeconds } from './problem.ts'
import { accountRoutes } from './routes/accounts.ts'
import { alertRoutes } from './routes/alerts.ts'
import { auditRoutes } from './routes/audit.ts'
import { brokerRoutes } from './routes/broker.ts'
import { cameraRoutes } from './routes/cameras.ts'
import { discoveryRoutes } from './routes/discovery.ts'
import { footageRoutes } from './routes/footage.ts'
import { healthRoutes } from './routes/health.ts'
import { holdRoutes } from './routes/holds.ts'
import { keepingRoutes } from './routes/keeping.ts'
import { ledgerRoutes } from './routes/ledger.ts'
import { readingRoutes } from './routes/readings.ts'
import { pictureRoutes } from './routes/pictures.ts'
import { ptzRoutes } from './routes/ptz.ts'
import { ruleRoutes } from './routes/rules.ts'
import { screenRoutes } from './routes/screens.ts'
import { sensorRoutes } from './routes/sensors.ts'
import { sessionRoutes } from './routes/session.ts'
import { socketRoutes } from './routes/sockets.ts'
import { wallRoutes } from './routes/walls.ts'
import { zoneRoutes } from './routes/zone.ts'
import { addSockets } from './sockets.ts'

/**
 * Builds the HTTP server, and does not listen: `inject()` tests it without a port, `listen` opens one. `ready()` refuses when a route
 * under /api declares no permission; `close()` ends the sockets too.
 */
export async function httpServer(parts: HttpParts): Promise<App> {
  const answer = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const failure = requestFailure(thrown)
    if (failure.kind === 'bug' || failure.kind === 'lost') {
      const line = { [LogKey.code]: failure.code, method: request.method, route: request.routeOptions.url }
      parts.tools.log.error({ ...line, err: failure.cause ?? failure }, 'request failed')
    }
    const waitSeconds = retryAfterSeconds(failure)
    if (waitSeconds !== undefined) reply.header('retry-after', waitSeconds)
    const { sizeBytes } = failure.facts
    if (failure.code === 'range-not-satisfiable') reply.header('content-range', `bytes */${String(sizeBytes)}`)
    const problem = problemOf(failure)
    // Serialized here: the schema of the route's good answer does not fit.
    void reply.code(problem.status).type('application/problem+json').serializer(JSON.stringify).send(problem)
  }
  const app: App = fastify({
    // Addresses that are no addresses never reach a route.
    frameworkErrors: answer,
    bodyLimit: 64 * 1_024,
    requestTimeout: 30_000,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    // A proxy on this machine may say for whom it asks; nobody else is believed.
    trustProxy: 'loopback',
    routerOptions: { maxParamLength: 200 },
  }).withTypeProvider<ZodTypeProvider>()

  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data) => {
    const result = schema.safeParse(data)
    return result.success ? { value: result.data } : { error: new InvalidRequest(fieldErrors(result.error.issues)) }
  })
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(answer)

  await app.register(cookie)
  addSecurityHeaders(app)
  addRouteDefaults(app)
  addGuard(app, parts)
  await addDocs(app, parts.version)

  healthRoutes(app, parts)
  sessionRoutes(app, parts)
  zoneRoutes(app, parts)
  cameraRoutes(app, parts)
  ptzRoutes(app, parts)
  footageRoutes(app, parts)
  holdRoutes(app, parts)
  keepingRoutes(app, parts)
  pictureRoutes(app, parts)
  discoveryRoutes(app, parts)
  sensorRoutes(app, parts)
  readingRoutes(app, parts)
  ledgerRoutes(app, parts)
  brokerRoutes(app, parts)
  ruleRoutes(app, parts)
  alertRoutes(app, parts)
  accountRoutes(app, parts)
  wallRoutes(app, parts)
  screenRoutes(app, parts)
  auditRoutes(app, parts)
  socketRoutes(app)
  addSockets(app, parts)
  await addPages(app, parts.dashboardFolder)
  return app
}
