import { z } from 'zod'
import { type App, personOf } from '../app.ts'
import type { HttpParts } from '../parts.ts'
import { refusal } from '../docs.ts'
import { fileOf } from './params.ts'

const Part = z.object({ ok: z.boolean(), code: z.string().nullable(), message: z.string().nullable() })
const Ready = z.object({ ok: z.boolean(), parts: z.record(z.string(), Part) })

export function healthRoutes(app: App, { ready, metricsText }: Pick<HttpParts, 'ready' | 'metricsText'>): void {
  app.get(
    '/healthz',
    {
      schema: { tags: ['health'], summary: 'The process is up', response: { 200: z.object({ ok: z.literal(true) }) } },
    },
    () => ({ ok: true as const }),
  )
  app.get(
    '/readyz',
    { schema: { tags: ['health'], summary: 'Every part with ok, or why not', response: { 200: Ready, 503: Ready } } },
    async (_request, reply) => {
      const answer = await ready()
      return reply.code(answer.ok ? 200 : 503).send(answer)
    },
  )
  app.get(
    '/metrics',
    {
      schema: {
        tags: ['health'],
        summary: 'Prometheus metrics, from this machine or with a session',
        response: { 200: fileOf('text/plain', 'Prometheus text'), default: refusal },
      },
    },
    async (request, reply) => {
      // They name cameras and sensors, so they are not for everybody. A local proxy marks what it forwards.
      const { remoteAddress = '' } = request.socket
      const local = /^(::1|(::ffff:)?127\..*)$/.test(remoteAddress) && request.headers['x-forwarded-for'] === undefined
      if (!local) personOf(request)
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metricsText())
    },
  )
}
