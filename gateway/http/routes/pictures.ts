import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { checkWatch } from '../../access/watching.ts'
import { UtcMsQuery } from '../../contract/common.ts'
import { PictureState, PictureStates } from '../../contract/footage.ts'
import { type App, personOf } from '../app.ts'
import { audited } from '../audited.ts'
import { clientGone } from '../client-gone.ts'
import type { HttpParts, Shot } from '../parts.ts'
import { fileOf, OneId } from './params.ts'

/** When the picture was taken: UTC milliseconds. */
const momentHeader = 'x-utc-ms'

export function pictureRoutes(
  app: App,
  { pictures, audit, areaOf }: Pick<HttpParts, 'pictures' | 'audit' | 'areaOf'>,
): void {
  const tags = ['pictures']
  const jpeg = { 200: fileOf('image/jpeg', `the picture; ${momentHeader} says of which moment`) }
  const send = (reply: FastifyReply, shot: Shot) =>
    reply
      .type('image/jpeg')
      .header(momentHeader, Math.round(shot.utcMs))
      .send(Buffer.from(shot.jpeg.buffer, shot.jpeg.byteOffset, shot.jpeg.byteLength))

  app.get(
    '/api/cameras/:id/preview.jpg',
    {
      config: { permission: 'review' },
      schema: {
        tags,
        summary:
          'A small picture of what was recorded at or up to 12 seconds before a moment; there is one for every ten seconds',
        params: OneId,
        querystring: z.object({ utcMs: UtcMsQuery }),
        response: jpeg,
      },
    },
    async ({ params, query }, reply) => send(reply, await pictures.preview(params.id, query.utcMs, clientGone(reply))),
  )
  app.get(
    '/api/pictures',
    {
      config: { permission: 'watch' },
      schema: { tags, summary: 'What is wrong with the picture of each camera', response: { 200: PictureStates } },
    },
    async () => ({ pictures: await pictures.states() }),
  )
  app.post(
    '/api/cameras/:id/picture/reference',
    {
      config: { permission: 'configure', audit: 'camera.confirm-view' },
      schema: {
        tags,
        summary: 'Confirm that what the camera shows now is what it should show',
        params: OneId,
        response: { 200: PictureState },
      },
    },
    (request, reply) => {
      const { id } = request.params
      const { user } = personOf(request)
      const gone = clientGone(reply)
      return audited(audit, request, { object: id }, () => pictures.confirmReference(id, user, gone))
    },
  )
  app.get(
    '/api/cameras/:id/picture/reference.jpg',
    {
      config: { permission: 'watch' },
      schema: { tags, summary: 'The view that was confirmed', params: OneId, response: jpeg },
    },
    async ({ params }, reply) => send(reply, await pictures.reference(params.id)),
  )
  app.get(
    '/api/alerts/:id/picture.jpg',
    {
      config: { permission: 'watch' },
      schema: { tags, summary: 'The picture that raised an alert about a picture', params: OneId, response: jpeg },
    },
    async (request, reply) => {
      const shot = await pictures.ofAlert(request.params.id)
      checkWatch(personOf(request), areaOf(shot.cameraId))
      return send(reply, shot)
    },
  )
}
