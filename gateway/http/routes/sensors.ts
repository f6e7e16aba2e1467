import { z } from 'zod'
import { RangeQuery } from '../../contract/common.ts'
import { Quarantine, Sensors } from '../../contract/lists.ts'
import {
  Approval,
  History,
  MetricKey,
  NewManualSensor,
  NewSensor,
  PatchMetric,
  PatchSensor,
  Sensor,
} from '../../contract/sensor.ts'
import type { App } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'
import { checkLength } from '../ranges.ts'
import { NoContent, OneId } from './params.ts'

const HistoryQuery = RangeQuery.safeExtend({
  metric: z.string().min(1).max(80),
  widthPx: z.coerce.number<string>().int().min(1).max(4_096).default(800).describe('As many buckets at most.'),
})

const OneMetric = OneId.extend({ metric: MetricKey })

export function sensorRoutes(app: App, { sensors, audit }: Pick<HttpParts, 'sensors' | 'audit'>): void {
  const tags = ['sensors']

  app.get(
    '/api/sensors',
    { config: { permission: 'watch' }, schema: { tags, summary: 'All sensors', response: { 200: Sensors } } },
    async () => ({ sensors: await sensors.list() }),
  )
  app.post(
    '/api/sensors',
    {
      config: { permission: 'configure', audit: 'sensor.approve' },
      schema: { tags, summary: 'Approve a candidate to an area', body: NewSensor, response: { 201: Sensor } },
    },
    async (request, reply) => {
      const { body } = request
      const what = { object: ({ id }: Sensor) => id, facts: { ...body } }
      return reply.code(201).send(await audited(audit, request, what, () => sensors.approve(body)))
    },
  )
  app.post(
    '/api/sensors/approve',
    {
      config: { permission: 'configure', audit: 'sensor.approve' },
      schema: {
        tags,
        summary: 'Approve several candidates with their rules: all of them or none',
        body: Approval,
        response: { 201: Sensors },
      },
    },
    async (request, reply) => {
      const { entries } = request.body
      const what = {
        object: (placed: readonly Sensor[]) => placed.map(({ id }) => id).join(' '),
        facts: { entries },
      }
      const placed = await audited(audit, request, what, () => sensors.approveAll(entries))
      return reply.code(201).send({ sensors: placed })
    },
  )
  app.post(
    '/api/sensors/manual',
    {
      config: { permission: 'configure', audit: 'sensor.approve' },
      schema: {
        tags,
        summary: 'Add a measuring point that a person reads',
        body: NewManualSensor,
        response: { 201: Sensor },
      },
    },
    async (request, reply) => {
      const { body } = request
      const what = { object: ({ id }: Sensor) => id, facts: { ...body } }
      return reply.code(201).send(await audited(audit, request, what, () => sensors.addManual(body)))
    },
  )
  app.patch(
    '/api/sensors/:id',
    {
      config: { permission: 'configure', audit: 'sensor.change' },
      schema: { tags, summary: 'Rename or move a sensor', params: OneId, body: PatchSensor, response: { 200: Sensor } },
    },
    (request) => {
      const { params, body } = request
      return audited(audit, request, { object: params.id, facts: { ...body } }, () => sensors.patch(params.id, body))
    },
  )
  app.patch(
    '/api/sensors/:id/metrics/:metric',
    {
      config: { permission: 'configure', audit: 'sensor.change' },
      schema: {
        tags,
        summary: 'Say what a metric is; no device changes that any more',
        params: OneMetric,
        body: PatchMetric,
        response: { 200: Sensor },
      },
    },
    (request) => {
      const { params, body } = request
      const { id, metric } = params
      const what = { object: id, facts: { metric, ...body } }
      return audited(audit, request, what, () => sensors.patchMetric(id, metric, body))
    },
  )
  app.delete(
    '/api/sensors/:id',
    {
      config: { permission: 'configure', audit: 'sensor.remove' },
      schema: { tags, summary: 'Remove a sensor; its readings stay', params: OneId, response: { 204: NoContent } },
    },
    async (request, reply) => {
      const { params } = request
      await audited(audit, request, { object: params.id }, () => sensors.remove(params.id))
      return reply.code(204).send(null)
    },
  )
  app.get(
    '/api/sensors/:id/history',
    {
      config: { permission: 'watch' },
      schema: {
        tags,
        summary: 'Readings of one metric in buckets; at most 400 days',
        params: OneId,
        querystring: HistoryQuery,
        response: { 200: History },
      },
    },
    ({ params, query }) => {
      checkLength(query, 'history')
      return sensors.history(params.id, query)
    },
  )
  app.get(
    '/api/quarantine',
    {
      config: { permission: 'configure' },
      schema: { tags, summary: 'Payloads that could not be read, and why', response: { 200: Quarantine } },
    },
    async () => ({ quarantined: await sensors.quarantined() }),
  )
}
