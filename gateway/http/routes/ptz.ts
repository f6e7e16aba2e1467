import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Steersman } from '../../cameras/ptz.ts'
import { GotoPreset, NewPreset, PtzMove, PtzPreset, PtzState } from '../../contract/ptz.ts'
import { Id } from '../../contract/common.ts'
import { type App, personOf } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'
import { NoContent, OneId } from './params.ts'

const OnePreset = z.object({ id: Id, token: GotoPreset.shape.token })

/** Cameras that turn. A held button is many requests and one act: `cameras/ptz.ts` tells the audit trail when the hold is over. */
export function ptzRoutes(app: App, { ptz, audit }: Pick<HttpParts, 'ptz' | 'audit'>): void {
  const tags = ['ptz']
  const config = { permission: 'steer', audit: 'camera.ptz' } as const
  const by = (request: Pick<FastifyRequest, 'signedIn' | 'ip'>): Steersman => ({
    ...personOf(request),
    address: request.ip,
  })

  app.get(
    '/api/cameras/:id/ptz',
    {
      config: { permission: 'steer' },
      schema: {
        tags,
        summary: 'Presets, and who turns the camera now; asking first makes the first move faster',
        params: OneId,
        response: { 200: PtzState },
      },
    },
    (request) => ptz.state(request.params.id, by(request)),
  )
  app.post(
    '/api/cameras/:id/ptz/move',
    {
      config,
      schema: {
        tags,
        summary: 'Turn while a button is held: sent again every 500 ms; the camera is stopped 1.5 s after the last one',
        params: OneId,
        body: PtzMove,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await ptz.move(request.params.id, request.body, by(request))
      return reply.code(204).send(null)
    },
  )
  app.post(
    '/api/cameras/:id/ptz/stop',
    { config, schema: { tags, summary: 'Stop turning', params: OneId, response: { 204: NoContent } } },
    async (request, reply) => {
      await ptz.stop(request.params.id, by(request))
      return reply.code(204).send(null)
    },
  )
  app.post(
    '/api/cameras/:id/ptz/preset',
    {
      config,
      schema: {
        tags,
        summary: 'Turn to a preset',
        params: OneId,
        body: GotoPreset,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { token } = request.body
      const what = { object: id, facts: { preset: token } }
      await audited(audit, request, what, () => ptz.goto(id, token, by(request)))
      return reply.code(204).send(null)
    },
  )
  app.post(
    '/api/cameras/:id/ptz/presets',
    {
      config,
      schema: {
        tags,
        summary: 'Keep where the camera looks now under a name',
        params: OneId,
        body: NewPreset,
        response: { 201: PtzPreset },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { name } = request.body
      const what = { object: id, facts: { addedPreset: name } }
      const preset = await audited(audit, request, what, () => ptz.addPreset(id, name, by(request)))
      return reply.code(201).send(preset)
    },
  )
  app.delete(
    '/api/cameras/:id/ptz/presets/:token',
    {
      config,
      schema: { tags, summary: 'Remove a preset', params: OnePreset, response: { 204: NoContent } },
    },
    async (request, reply) => {
      const { id, token } = request.params
      const what = { object: id, facts: { removedPreset: token } }
      await audited(audit, request, what, () => ptz.removePreset(id, token, by(request)))
      return reply.code(204).send(null)
    },
  )
}
