import { AcknowledgeBody, Alert, AlertQuery } from '../../contract/alert.ts'
import { Alerts } from '../../contract/lists.ts'
import { type App, personOf } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'
import { OneId } from './params.ts'

export function alertRoutes(app: App, { alerts, audit }: Pick<HttpParts, 'alerts' | 'audit'>): void {
  const tags = ['alerts']

  app.get(
    '/api/alerts',
    {
      config: { permission: 'watch' },
      schema: {
        tags,
        summary: 'Alerts; open ones unless asked otherwise, of a time, an area or a camera',
        querystring: AlertQuery,
        response: { 200: Alerts },
      },
    },
    async ({ query }) => ({ alerts: await alerts.list(query) }),
  )
  app.post(
    '/api/alerts/:id/acknowledge',
    {
      config: { permission: 'acknowledge', audit: 'alert.acknowledge' },
      schema: {
        tags,
        summary: 'Take an alert on by name',
        params: OneId,
        body: AcknowledgeBody,
        response: { 200: Alert },
      },
    },
    (request) => {
      const { params, body } = request
      const { name } = personOf(request)
      const what = { object: params.id, facts: { note: body.note } }
      return audited(audit, request, what, () => alerts.acknowledge(params.id, name, body.note))
    },
  )
}
