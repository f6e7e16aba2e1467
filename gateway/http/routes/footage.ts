import { open } from 'node:fs/promises'
import { z } from 'zod'
import { Spans } from '../../contract/camera.ts'
import { Id, RangeQuery } from '../../contract/common.ts'
import { Failure } from '../../domain/failure.ts'
import type { App } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'
import { byteRange, checkLength } from '../ranges.ts'
import { clipRoutes } from './clips.ts'
import { fileOf, OneId } from './params.ts'

/** One path part without tricks: no folder, no leading dot. */
const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,120}$/, 'a file name from the playlist')

export function footageRoutes(
  app: App,
  { footage, audit, tools }: Pick<HttpParts, 'footage' | 'audit' | 'tools'>,
): void {
  const tags = ['footage']

  app.get(
    '/api/cameras/:id/spans',
    {
      config: { permission: 'watch' },
      schema: {
        tags,
        summary: 'Recorded stretches, and gaps with their reasons; at most 62 days',
        params: OneId,
        querystring: RangeQuery,
        response: { 200: Spans },
      },
    },
    async ({ params, query }) => {
      checkLength(query, 'spans')
      return { spans: await footage.spans(params.id, query) }
    },
  )

  app.get(
    '/api/cameras/:id/playlist.m3u8',
    {
      config: { permission: 'review', audit: 'footage.play' },
      schema: {
        tags,
        summary: 'HLS playlist; at most 24 hours',
        params: OneId,
        querystring: RangeQuery,
        response: { 200: fileOf('application/vnd.apple.mpegurl', 'the playlist') },
      },
    },
    async (request, reply) => {
      const { params, query } = request
      checkLength(query, 'playlist')
      const what = { object: params.id, facts: { ...query } }
      const text = await audited(audit, request, what, () => footage.playlist(params.id, query))
      return reply.type('application/vnd.apple.mpegurl').send(text)
    },
  )

  app.get(
    '/api/cameras/:id/segments/:file',
    {
      config: { permission: 'review' },
      schema: {
        tags,
        summary: 'A file of the playlist, by byte range; one that is still written is served up to where it is whole',
        params: z.object({ id: Id, file: FileName }),
        headers: z.looseObject({ range: z.string().optional().describe('One byte range, e.g. bytes=0-1023.') }),
        response: { 200: fileOf('video/mp4', 'the file'), 206: fileOf('video/mp4', 'the range asked for') },
      },
    },
    async ({ params, headers }, reply) => {
      const { path, sizeBytes } = await footage.segment(params.id, params.file)
      reply.header('accept-ranges', 'bytes').type('video/mp4')
      const range = byteRange(headers.range, sizeBytes)
      const handle = await open(path).catch((cause: unknown) => {
        throw new Failure(
          'missing',
          'segment-missing',
          'this footage is not on the disk',
          { file: params.file },
          { cause },
        )
      })
      const { start, end } = range ?? { start: 0, end: sizeBytes - 1 }
      if (range !== undefined) reply.code(206).header('content-range', `bytes ${start}-${end}/${sizeBytes}`)
      reply.header('content-length', end - start + 1)
      if (end < start) {
        await handle.close()
        return reply.send('')
      }
      return reply.send(handle.createReadStream({ start, end }))
    },
  )
  clipRoutes(app, { footage, audit, tools })
}
