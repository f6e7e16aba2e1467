import { z } from 'zod'
import { checkWatch } from '../../access/watching.ts'
import { ExtendHold, Hold, Holds, NewHold, ReleaseHold } from '../../contract/footage.ts'
import { type App, personOf } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'
import { OneId } from './params.ts'

/** Everybody who may review sees all holds: why a disk is full is nobody's secret. Who places one must be allowed to see what it holds. */
export function holdRoutes(app: App, { holds, audit, areaOf }: Pick<HttpParts, 'holds' | 'audit' | 'areaOf'>): void {
  const tags = ['holds']

  app.get(
    '/api/holds',
    {
      config: { permission: 'review' },
      schema: {
        tags,
        summary: 'Footage that retention must not delete',
        querystring: z.object({ state: z.enum(['active', 'all']).default('active') }),
        response: { 200: Holds },
      },
    },
    async ({ query }) => ({ holds: await holds.list(query.state) }),
  )
  app.post(
    '/api/holds',
    {
      config: { permission: 'hold', audit: 'hold.add' },
      schema: {
        tags,
        summary: 'Hold footage of cameras; the span may lie in the future',
        body: NewHold,
        response: { 201: Hold },
      },
    },
    async (request, reply) => {
      const { body } = request
      const what = { object: ({ id }: Hold) => id, facts: { ...body } }
      const add = () => {
        for (const cameraId of body.cameraIds) checkWatch(personOf(request), areaOf(cameraId))
        return holds.add(body, personOf(request))
      }
      return reply.code(201).send(await audited(audit, request, what, add))
    },
  )
  app.patch(
    '/api/holds/:id',
    {
      config: { permission: 'hold', audit: 'hold.extend' },
      schema: {
        tags,
        summary: 'Make a hold longer; it never becomes shorter',
        params: OneId,
        body: ExtendHold,
        response: { 200: Hold },
      },
    },
    (request) => {
      const { params, body } = request
      return audited(audit, request, { object: params.id, facts: { ...body } }, () => holds.extend(params.id, body))
    },
  )
  app.post(
    '/api/holds/:id/release',
    {
      config: { permission: 'hold', audit: 'hold.release' },
      schema: {
        tags,
        summary: 'Release a hold, with the reason; what somebody else holds only an administrator releases',
        params: OneId,
        body: ReleaseHold,
        response: { 200: Hold },
      },
    },
    (request) => {
      const { params, body } = request
      const what = { object: params.id, facts: { reason: body.reason } }
      return audited(audit, request, what, () => holds.release(params.id, body.reason, personOf(request)))
    },
  )
}
