import { NewRule, PatchRule, Rule } from '../../contract/alert.ts'
import { Rules } from '../../contract/lists.ts'
import type { App } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'
import { NoContent, OneId } from './params.ts'

export function ruleRoutes(app: App, { rules, audit }: Pick<HttpParts, 'rules' | 'audit'>): void {
  const tags = ['rules']

  app.get(
    '/api/rules',
    { config: { permission: 'watch' }, schema: { tags, summary: 'All rules', response: { 200: Rules } } },
    async () => ({ rules: await rules.list() }),
  )
  app.post(
    '/api/rules',
    {
      config: { permission: 'configure', audit: 'rule.add' },
      schema: { tags, summary: 'Add a rule', body: NewRule, response: { 201: Rule } },
    },
    async (request, reply) => {
      const { body } = request
      const what = { object: ({ id }: Rule) => id, facts: { ...body } }
      return reply.code(201).send(await audited(audit, request, what, () => rules.add(body)))
    },
  )
  app.patch(
    '/api/rules/:id',
    {
      config: { permission: 'configure', audit: 'rule.change' },
      schema: { tags, summary: 'Change a rule', params: OneId, body: PatchRule, response: { 200: Rule } },
    },
    (request) => {
      const { params, body } = request
      return audited(audit, request, { object: params.id, facts: { ...body } }, () => rules.patch(params.id, body))
    },
  )
  app.delete(
    '/api/rules/:id',
    {
      config: { permission: 'configure', audit: 'rule.remove' },
      schema: { tags, summary: 'Remove a rule; its alerts stay', params: OneId, response: { 204: NoContent } },
    },
    async (request, reply) => {
      const { params } = request
      await audited(audit, request, { object: params.id }, () => rules.remove(params.id))
      return reply.code(204).send(null)
    },
  )
}
