import { z } from 'zod'
import { AuditEntries } from '../../contract/lists.ts'
import type { App } from '../app.ts'
import type { HttpParts } from '../parts.ts'

const AuditQuery = z.object({
  limit: z.coerce.number<string>().int().min(1).max(1_000).default(100),
  beforeId: z.coerce.number<string>().int().min(1).optional().describe('Only entries older than this one.'),
  action: z.string().max(80).optional(),
  object: z.string().max(80).optional(),
})

export function auditRoutes(app: App, { audit }: Pick<HttpParts, 'audit'>): void {
  app.get(
    '/api/audit',
    {
      config: { permission: 'audit' },
      schema: {
        tags: ['audit'],
        summary: 'Who did what, newest first',
        querystring: AuditQuery,
        response: { 200: AuditEntries },
      },
    },
    ({ query }) => ({ entries: audit.list(query) }),
  )
}
