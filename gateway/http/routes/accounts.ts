import { Account, NewAccount, PatchAccount } from '../../contract/access.ts'
import { Accounts } from '../../contract/lists.ts'
import type { App } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'
import { checkAreas } from './areas.ts'
import { OneId } from './params.ts'

export function accountRoutes(
  app: App,
  { accounts, audit, zone }: Pick<HttpParts, 'accounts' | 'audit' | 'zone'>,
): void {
  const tags = ['accounts']

  app.get(
    '/api/accounts',
    { config: { permission: 'administer' }, schema: { tags, summary: 'All accounts', response: { 200: Accounts } } },
    () => ({ accounts: accounts.list() }),
  )
  app.post(
    '/api/accounts',
    {
      config: { permission: 'administer', audit: 'account.add' },
      schema: { tags, summary: 'Add an account', body: NewAccount, response: { 201: Account } },
    },
    async (request, reply) => {
      const { user, name, role, areaIds } = request.body
      const what = { object: ({ id }: Account) => id, facts: { user, name, role, areaIds } }
      const add = async () => {
        await checkAreas(zone, areaIds)
        return accounts.add(request.body)
      }
      return reply.code(201).send(await audited(audit, request, what, add))
    },
  )
  app.patch(
    '/api/accounts/:id',
    {
      config: { permission: 'administer', audit: 'account.change' },
      schema: {
        tags,
        summary: 'Change an account; a new role, password or areas, or disabling it, ends its sessions',
        params: OneId,
        body: PatchAccount,
        response: { 200: Account },
      },
    },
    (request) => {
      const { params, body } = request
      const { password, ...facts } = body
      const what = { object: params.id, facts: { ...facts, ...(password === undefined ? {} : { newPassword: true }) } }
      return audited(audit, request, what, async () => {
        await checkAreas(zone, body.areaIds)
        return accounts.patch(params.id, body)
      })
    },
  )
}
