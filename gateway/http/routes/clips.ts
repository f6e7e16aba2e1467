import { z } from 'zod'
import { RangeQuery, UtcMsQuery } from '../../contract/common.ts'
import { ClipPlan } from '../../contract/footage.ts'
import type { App } from '../app.ts'
import { audited } from '../audited.ts'
import { clientGone } from '../client-gone.ts'
import { begunDownloads } from '../downloads.ts'
import { who } from '../guard.ts'
import type { Clip, HttpParts } from '../parts.ts'
import { type ByteRange, byteRange, checkLength, isHeld, partFits } from '../ranges.ts'
import { fileOf, NoContent, OneId } from './params.ts'

const text = (description: string) => z.string().optional().describe(description)
const ClipHeaders = z.looseObject({
  range: text('One byte range, e.g. bytes=0-1023.'),
  'if-range': text('The ETag of the clip that the range belongs to.'),
  'if-none-match': text('ETags of clips that are there already.'),
})

export function clipRoutes(app: App, { footage, audit, tools }: Pick<HttpParts, 'footage' | 'audit' | 'tools'>): void {
  const tags = ['footage']
  const downloads = begunDownloads(tools.clock)

  app.get(
    '/api/cameras/:id/clips',
    {
      config: { permission: 'download' },
      schema: {
        tags,
        summary: 'What can be downloaded of a range: MP4 files that each play by themselves, and gaps; at most 2 hours',
        params: OneId,
        querystring: RangeQuery,
        response: { 200: ClipPlan },
      },
    },
    ({ params, query }) => {
      checkLength(query, 'clip')
      return footage.clips(params.id, query)
    },
  )

  app.get(
    '/api/cameras/:id/clip.mp4',
    {
      config: { permission: 'download', audit: 'footage.download' },
      schema: {
        tags,
        summary: 'One MP4 file to keep, with ETag and byte ranges; at most 2 hours',
        params: OneId,
        querystring: RangeQuery,
        headers: ClipHeaders,
        response: {
          200: fileOf('video/mp4', 'the clip'),
          206: fileOf('video/mp4', 'the range asked for'),
          304: NoContent,
        },
      },
    },
    async (request, reply) => {
      const { params, query, headers } = request
      checkLength(query, 'clip')
      const user = who(request).user ?? ''
      const isThere = ({ etag }: Clip) => isHeld(headers['if-none-match'], etag)
      const what = {
        object: params.id,
        facts: { ...query },
        // A player asks for many ranges of one clip: the first one is the download.
        isOne: ({ clip, slice }: { clip: Clip; slice: ByteRange | undefined }) =>
          !isThere(clip) && downloads.begins(`${user} ${clip.etag}`, (slice?.start ?? 0) === 0),
      }
      const { clip, slice } = await audited(audit, request, what, async () => {
        const made = await footage.clip(params.id, query)
        const isAsked = partFits(headers['if-range'], made.etag) && !isThere(made)
        return { clip: made, slice: isAsked ? byteRange(headers.range, made.sizeBytes) : undefined }
      })
      reply.headers({ 'accept-ranges': 'bytes', etag: clip.etag, ...truthOf(clip) })
      if (isThere(clip)) return reply.code(304).send(null)
      const { start, end } = slice ?? { start: 0, end: clip.sizeBytes - 1 }
      if (slice) reply.code(206).header('content-range', `bytes ${start}-${end}/${clip.sizeBytes}`)
      reply.header('content-length', end - start + 1).header('content-disposition', attachment(clip.fileName))
      return reply.type('video/mp4').send(clip.read({ start, end }))
    },
  )

  app.get(
    '/api/cameras/:id/still.jpg',
    {
      config: { permission: 'review', audit: 'footage.snapshot' },
      schema: {
        tags,
        summary:
          'The picture of a moment, full size, from recorded footage; the header x-utc-ms says when it was filmed',
        params: OneId,
        querystring: z.object({ utcMs: UtcMsQuery }),
        response: { 200: fileOf('image/jpeg', 'the picture') },
      },
    },
    async (request, reply) => {
      const { params, query } = request
      const gone = clientGone(reply)
      const what = { object: params.id, facts: { ...query } }
      const { jpeg, utcMs } = await audited(audit, request, what, () => footage.still(params.id, query.utcMs, gone))
      reply.header('x-utc-ms', utcMs).type('image/jpeg')
      return reply.send(Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength))
    },
  )
}

/** What the file says of itself, for programs. */
const truthOf = ({ fromUtcMs, toUtcMs, clockOffsetMs }: Clip) => ({
  'x-from-utc-ms': fromUtcMs,
  'x-to-utc-ms': toUtcMs,
  ...(clockOffsetMs === null ? {} : { 'x-camera-clock-offset-ms': clockOffsetMs }),
})

/** RFC 6266: a plain name for old clients, the real one beside it. */
function attachment(fileName: string): string {
  const plain = fileName.replace(/[^A-Za-z0-9._-]/g, '_')
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, '_')}`
}
