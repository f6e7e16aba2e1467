import { z } from 'zod'
import { Id } from '../../contract/common.ts'
import { Coverage, CoverageQuery, Disks, NewPlannedOff, PlannedOff, PlannedOffs } from '../../contract/footage.ts'
import { type App, personOf } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'
import { checkLength } from '../ranges.ts'
import { OneId } from './params.ts'

/** Whether footage is kept as it should be: coverage, planned interruptions, disks. */
export function keepingRoutes(
  app: App,
  { keeping, plannedOff, audit }: Pick<HttpParts, 'keeping' | 'plannedOff' | 'audit'>,
): void {
  app.get(
    '/api/coverage',
    {
      config: { permission: 'watch' },
      schema: {
        tags: ['footage'],
        summary:
          'Expected, recorded and planned-off time, and gaps by reason; at most 62 days by the hour, 400 by the day',
        querystring: CoverageQuery,
        response: { 200: Coverage },
      },
    },
    async ({ query }) => {
      checkLength(query, query.bucket === 'hour' ? 'spans' : 'history')
      return { bucket: query.bucket, rows: await keeping.coverage(query) }
    },
  )
  app.get(
    '/api/disks',
    {
      config: { permission: 'watch' },
      schema: {
        tags: ['footage'],
        summary: 'The recordings disks, and when they will be full',
        response: { 200: Disks },
      },
    },
    async () => ({ disks: await keeping.disks() }),
  )

  const tags = ['planned-off']
  app.get(
    '/api/planned-off',
    {
      config: { permission: 'watch' },
      schema: {
        tags,
        summary: 'When cameras are off by plan, latest first',
        querystring: z.object({ cameraId: Id.optional() }),
        response: { 200: PlannedOffs },
      },
    },
    async ({ query }) => ({ plannedOff: await plannedOff.list(query.cameraId) }),
  )
  app.post(
    '/api/planned-off',
    {
      config: { permission: 'configure', audit: 'planned-off.add' },
      schema: {
        tags,
        summary: 'Plan an interruption, with the reason; never in the past',
        body: NewPlannedOff,
        response: { 201: PlannedOffs },
      },
    },
    async (request, reply) => {
      const { body } = request
      const ids = (rows: PlannedOff[]) => rows.map(({ id }) => id).join(' ')
      const what = { object: ids, facts: { ...body } }
      const rows = await audited(audit, request, what, () => plannedOff.add(body, personOf(request)))
      return reply.code(201).send({ plannedOff: rows })
    },
  )
  app.delete(
    '/api/planned-off/:id',
    {
      config: { permission: 'configure', audit: 'planned-off.end' },
      schema: { tags, summary: 'End a planned interruption now', params: OneId, response: { 200: PlannedOff } },
    },
    (request) => {
      const { id } = request.params
      return audited(audit, request, { object: id }, () => plannedOff.cancel(id, personOf(request)))
    },
  )
}
