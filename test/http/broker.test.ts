/** Accounts of MQTT devices over HTTP: secrets are said once, and written down nowhere. */
import { join } from 'node:path'
import { onTestFinished, expect, test } from 'vitest'
import { brokerAccounts } from '../../gateway/broker/accounts.ts'
import type { MadeBrokerAccount, MadeClaim } from '../../gateway/contract/broker.ts'
import { openStore } from '../../gateway/store/open.ts'
import { tempFolder } from '../support/temp.ts'
import { quietTools } from '../support/sensors.ts'
import { openGateway } from './fixture.ts'

async function open(isOutside = false) {
  const store = openStore(join(tempFolder('broker'), 'gateway.db'), 'gateway')
  onTestFinished(() => store.close())
  const mqttAccounts = brokerAccounts({ store, tools: quietTools, configuredUser: 'gateway', isOutside })
  const gateway = await openGateway({ mqttAccounts })
  const headers = { cookie: await gateway.cookie('ops') }
  const ops = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
    gateway.app.inject({ method, url: `/api/broker/${url}`, payload, headers })
  return { ...gateway, mqttAccounts, ops }
}

test('an account: made with its password, listed without, removed', async () => {
  const { ops, mqttAccounts, parts } = await open()
  const answer = await ops('POST', 'accounts', { user: 'cold-1', publish: ['zone/cold-1/#'] })
  expect(answer.statusCode).toBe(201)
  const { password, ...made } = answer.json<MadeBrokerAccount>()
  expect(made).toMatchObject({ user: 'cold-1', note: '', subscribe: [], createdBy: 'ops', connected: false })
  expect(mqttAccounts.enter('cold-1', Buffer.from(password))?.id).toBe(made.id)
  const listed = await ops('GET', 'accounts')
  expect(listed.json()).toMatchObject({ accounts: [{ id: made.id }] })
  expect(listed.body).not.toContain(password)

  const twice = await ops('POST', 'accounts', { user: 'cold-1', publish: [] })
  expect([twice.statusCode, twice.json<{ code: string }>().code]).toEqual([409, 'broker-account-exists'])
  expect((await ops('DELETE', `accounts/${made.id}`)).statusCode).toBe(204)
  expect((await ops('DELETE', `accounts/${made.id}`)).statusCode).toBe(404)
  const entries = parts.audit.list({ limit: 10, action: 'broker.account' })
  expect(entries.map(({ outcome, object, facts }) => [outcome, object, facts.what ?? facts.code])).toEqual([
    ['refused', made.id, 'removed'],
    ['done', made.id, 'removed'],
    ['refused', null, 'added'],
    ['done', made.id, 'added'],
  ])
  expect(JSON.stringify(entries)).not.toContain(password)
})

test('a claim code: made with its code, listed without, taken back', async () => {
  const { ops, parts } = await open()
  const answer = await ops('POST', 'claims', { publish: ['zone/%c'], note: 'new boiler' })
  expect(answer.statusCode).toBe(201)
  const { code, ...claim } = answer.json<MadeClaim>()
  expect(code).toHaveLength(10)
  const listed = await ops('GET', 'claims')
  expect(listed.json()).toEqual({ claims: [claim] })
  expect((await ops('DELETE', `claims/${claim.id}`)).statusCode).toBe(204)
  expect((await ops('DELETE', `claims/${claim.id}`)).statusCode).toBe(404)
  expect((await ops('GET', 'claims')).json()).toEqual({ claims: [] })
  const entries = parts.audit.list({ limit: 10, action: 'broker.claim' })
  expect(entries.map(({ outcome }) => outcome)).toEqual(['refused', 'done', 'done'])
  expect(JSON.stringify([entries, listed.body])).not.toContain(code)
})

test('with a broker outside the accounts are made there, and this is said', async () => {
  const { ops } = await open(true)
  for (const answer of [
    await ops('POST', 'accounts', { user: 'cold-1', publish: [] }),
    await ops('POST', 'claims', { publish: [] }),
  ])
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([409, 'broker-outside'])
})
