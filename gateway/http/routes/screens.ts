import type { LinkedScreen } from '../../access/screens.ts'
import { NewScreen, Screen, ScreenLink, Screens } from '../../contract/wall.ts'
import { type App, personOf } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'
import { checkAreas } from './areas.ts'
import { OneId } from './params.ts'

/** Walls that nobody sits at. The ticket in a link is a secret: it is in no audit row. */
export function screenRoutes(app: App, { screens, audit, zone }: Pick<HttpParts, 'screens' | 'audit' | 'zone'>): void {
  const tags = ['screens']
  const shown = ({ screen, ticket, expiresUtcMs }: LinkedScreen): ScreenLink => ({
    screen,
    path: `/enter?ticket=${ticket}`,
    expiresUtcMs,
  })

  app.get(
    '/api/screens',
    {
      config: { permission: 'administer' },
      schema: { tags, summary: 'All screens; the revoked ones last', response: { 200: Screens } },
    },
    () => ({ screens: screens.list() }),
  )
  app.post(
    '/api/screens',
    {
      config: { permission: 'administer', audit: 'screen.add' },
      schema: {
        tags,
        summary: 'Add a screen; the link opens it once, within 30 minutes',
        body: NewScreen,
        response: { 201: ScreenLink },
      },
    },
    async (request, reply) => {
      const { body } = request
      const what = { object: ({ screen }: ScreenLink) => screen.id, facts: { ...body } }
      const add = async () => {
        await checkAreas(zone, body.areaIds)
        return shown(screens.add(body, personOf(request).user))
      }
      return reply.code(201).send(await audited(audit, request, what, add))
    },
  )
  app.post(
    '/api/screens/:id/link',
    {
      config: { permission: 'administer', audit: 'screen.link' },
      schema: {
        tags,
        summary: 'A new link for a screen whose browser lost its session; links before it open nothing any more',
        params: OneId,
        response: { 201: ScreenLink },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      return reply.code(201).send(await audited(audit, request, { object: id }, () => shown(screens.link(id))))
    },
  )
  app.delete(
    '/api/screens/:id',
    {
      config: { permission: 'administer', audit: 'screen.revoke' },
      schema: {
        tags,
        summary: 'End a screen now and for good: its session, sockets and links',
        params: OneId,
        response: { 200: Screen },
      },
    },
    (request) => {
      const { id } = request.params
      return audited(audit, request, { object: id }, () => screens.revoke(id, personOf(request).user))
    },
  )
}
