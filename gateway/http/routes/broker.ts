import {
  BrokerAccounts,
  Claims,
  MadeBrokerAccount,
  MadeClaim,
  NewBrokerAccount,
  NewClaim,
} from '../../contract/broker.ts'
import { type App, personOf } from '../app.ts'
import { audited } from '../audited.ts'
import type { HttpParts } from '../parts.ts'
import { NoContent, OneId } from './params.ts'

/** Who may log in at the embedded broker. Passwords and codes are in the answer that makes them, and in no audit row. */
export function brokerRoutes(app: App, { mqttAccounts, audit }: Pick<HttpParts, 'mqttAccounts' | 'audit'>): void {
  const tags = ['broker']

  app.get(
    '/api/broker/accounts',
    {
      config: { permission: 'configure' },
      schema: { tags, summary: 'Accounts of MQTT devices', response: { 200: BrokerAccounts } },
    },
    () => ({ accounts: mqttAccounts.list() }),
  )
  app.post(
    '/api/broker/accounts',
    {
      config: { permission: 'configure', audit: 'broker.account' },
      schema: {
        tags,
        summary:
          'Add an account; its password is shown this once. From the first one on nobody gets in without a login',
        body: NewBrokerAccount,
        response: { 201: MadeBrokerAccount },
      },
    },
    async (request, reply) => {
      const { body } = request
      const what = { object: ({ id }: MadeBrokerAccount) => id, facts: { what: 'added', ...body } }
      const add = () => mqttAccounts.add(body, personOf(request).user)
      return reply.code(201).send(await audited(audit, request, what, add))
    },
  )
  app.delete(
    '/api/broker/accounts/:id',
    {
      config: { permission: 'configure', audit: 'broker.account' },
      schema: {
        tags,
        summary: 'Remove an account and end its connections',
        params: OneId,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const what = { object: id, facts: { what: 'removed' } }
      await audited(audit, request, what, () => mqttAccounts.remove(id))
      return reply.code(204).send(null)
    },
  )
  app.get(
    '/api/broker/claims',
    {
      config: { permission: 'configure' },
      schema: { tags, summary: 'Claim codes that may still be used', response: { 200: Claims } },
    },
    () => ({ claims: mqttAccounts.claims() }),
  )
  app.post(
    '/api/broker/claims',
    {
      config: { permission: 'configure', audit: 'broker.claim' },
      schema: {
        tags,
        summary:
          'Make a claim code, shown this once: the first device that logs in with it as its password gets an account',
        body: NewClaim,
        response: { 201: MadeClaim },
      },
    },
    async (request, reply) => {
      const { body } = request
      const what = { object: ({ id }: MadeClaim) => id, facts: { what: 'made', ...body } }
      const add = () => mqttAccounts.addClaim(body, personOf(request).user)
      return reply.code(201).send(await audited(audit, request, what, add))
    },
  )
  app.delete(
    '/api/broker/claims/:id',
    {
      config: { permission: 'configure', audit: 'broker.claim' },
      schema: {
        tags,
        summary: 'Take back a claim code that was not used yet',
        params: OneId,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const what = { object: id, facts: { what: 'taken back' } }
      await audited(audit, request, what, () => mqttAccounts.removeClaim(id))
      return reply.code(204).send(null)
    },
  )
}
