import { Camera, NewCamera, PatchCamera } from '../../contract/camera.ts'
import { Cameras } from '../../contract/lists.ts'
import type { App } from '../app.ts'
import { audited } from '../audited.ts'
import { clientGone } from '../client-gone.ts'
import type { HttpParts } from '../parts.ts'
import { fileOf, NoContent, OneId } from './params.ts'

export function cameraRoutes(app: App, { cameras, audit }: Pick<HttpParts, 'cameras' | 'audit'>): void {
  const tags = ['cameras']

  app.get(
    '/api/cameras',
    { config: { permission: 'watch' }, schema: { tags, summary: 'All cameras', response: { 200: Cameras } } },
    async () => ({ cameras: await cameras.list() }),
  )
  app.get(
    '/api/cameras/:id',
    {
      config: { permission: 'watch' },
      schema: { tags, summary: 'One camera', params: OneId, response: { 200: Camera } },
    },
    ({ params }) => cameras.get(params.id),
  )
  app.post(
    '/api/cameras',
    {
      config: { permission: 'configure', audit: 'camera.add' },
      schema: { tags, summary: 'Add a camera', body: NewCamera, response: { 201: Camera } },
    },
    async (request, reply) => {
      const { name, areaId } = request.body
      // Whom the gateway was made to speak to; the whole address may hold a password.
      const { host } = new URL('address' in request.body ? request.body.address : request.body.rtspUrl)
      const what = { object: ({ id }: Camera) => id, facts: { name, areaId, host } }
      return reply.code(201).send(await audited(audit, request, what, () => cameras.add(request.body)))
    },
  )
  app.patch(
    '/api/cameras/:id',
    {
      config: { permission: 'configure', audit: 'camera.change' },
      schema: { tags, summary: 'Change a camera', params: OneId, body: PatchCamera, response: { 200: Camera } },
    },
    (request) => {
      const { params, body } = request
      const what = { object: params.id, facts: { fields: Object.keys(body) } }
      return audited(audit, request, what, () => cameras.patch(params.id, body))
    },
  )
  app.delete(
    '/api/cameras/:id',
    {
      config: { permission: 'configure', audit: 'camera.remove' },
      schema: {
        tags,
        summary: 'Remove a camera; its footage stays until retention',
        params: OneId,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { params } = request
      await audited(audit, request, { object: params.id }, () => cameras.remove(params.id))
      return reply.code(204).send(null)
    },
  )
  app.get(
    '/api/cameras/:id/snapshot.jpg',
    {
      config: { permission: 'snapshot', audit: 'footage.snapshot' },
      schema: {
        tags,
        summary: 'A picture of now; refused while the live picture is withheld',
        params: OneId,
        response: { 200: fileOf('image/jpeg', 'the picture') },
      },
    },
    async (request, reply) => {
      const { params } = request
      const gone = clientGone(reply)
      const jpeg = await audited(audit, request, { object: params.id }, () => cameras.snapshot(params.id, gone))
      return reply.type('image/jpeg').send(Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength))
    },
  )
}
