import { NewWallView, PatchWallView, Walls, WallSettings, WallView } from '../../contract/wall.ts'
import { type App, personOf } from '../app.ts'
import type { HttpParts } from '../parts.ts'
import { NoContent, OneId } from './params.ts'

/** How walls look. Nothing of it is in the audit trail: it shows nobody anything. */
export function wallRoutes(app: App, { walls }: Pick<HttpParts, 'walls'>): void {
  const tags = ['walls']
  const config = { permission: 'watch' } as const

  app.get(
    '/api/walls',
    {
      config,
      schema: { tags, summary: 'How this person left the wall, and the walls under a name', response: { 200: Walls } },
    },
    (request) => walls.of(personOf(request)),
  )
  app.put(
    '/api/walls/current',
    {
      config,
      schema: {
        tags,
        summary: 'Keep how this person leaves the wall',
        body: WallSettings,
        response: { 200: WallSettings },
      },
    },
    (request) => walls.keep(personOf(request), request.body),
  )
  app.post(
    '/api/walls',
    {
      config,
      schema: {
        tags,
        summary: 'Keep a wall under a name: an own one, or one of a role, which needs the right to administer',
        body: NewWallView,
        response: { 201: WallView },
      },
    },
    async (request, reply) => reply.code(201).send(walls.add(personOf(request), request.body)),
  )
  app.patch(
    '/api/walls/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Change a wall: an own one, or with the right to administer a role’s',
        params: OneId,
        body: PatchWallView,
        response: { 200: WallView },
      },
    },
    (request) => walls.change(personOf(request), request.params.id, request.body),
  )
  app.delete(
    '/api/walls/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Remove a wall: an own one, or with the right to administer a role’s',
        params: OneId,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      walls.remove(personOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}
