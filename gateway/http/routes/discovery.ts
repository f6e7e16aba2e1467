import { Discovery } from '../../contract/lists.ts'
import type { App } from '../app.ts'
import type { HttpParts } from '../parts.ts'

export function discoveryRoutes(app: App, { discovery }: Pick<HttpParts, 'discovery'>): void {
  const tags = ['discovery']
  const found = async () => ({ cameras: await discovery.cameras(), sensors: await discovery.sensors() })

  app.get(
    '/api/discovery',
    {
      config: { permission: 'configure' },
      schema: { tags, summary: 'Cameras and sensors that were heard of', response: { 200: Discovery } },
    },
    found,
  )
  app.post(
    '/api/discovery/scan',
    {
      config: { permission: 'configure' },
      schema: { tags, summary: 'Look for cameras now', response: { 200: Discovery } },
    },
    async () => {
      await discovery.scan()
      return await found()
    },
  )
}
