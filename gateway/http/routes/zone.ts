import { Zone } from '../../contract/zone.ts'
import type { App } from '../app.ts'
import type { HttpParts } from '../parts.ts'
import { fileOf } from './params.ts'

export function zoneRoutes(app: App, { zone }: Pick<HttpParts, 'zone'>): void {
  app.get(
    '/api/zone',
    {
      config: { permission: 'watch' },
      schema: { tags: ['zone'], summary: 'Sites, workshops and areas', response: { 200: Zone } },
    },
    () => zone.tree(),
  )
  app.get(
    '/api/zone/export',
    {
      config: { permission: 'configure' },
      schema: {
        tags: ['zone'],
        summary: 'zone.yaml to start another gateway from; without passwords and accounts',
        response: { 200: fileOf('application/yaml', 'zone.yaml') },
      },
    },
    async (_request, reply) =>
      reply
        .type('application/yaml; charset=utf-8')
        .header('content-disposition', 'attachment; filename="zone.yaml"')
        .send(await zone.exportYaml()),
  )
}
