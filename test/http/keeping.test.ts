import { expect, test } from 'vitest'
import { openGateway } from './fixture.ts'

const hold = { cameraIds: ['cam-1'], fromUtcMs: 1_000, toUtcMs: 2_000, reason: '抽检' }
const change = (cookie: string, url: string, payload: object, method: 'POST' | 'PATCH' | 'DELETE' = 'POST') => ({
  method,
  url,
  payload,
  headers: { cookie },
})

test('every step of a hold and of a plan is a line of the audit trail, refused ones too', async () => {
  const { app, cookie } = await openGateway()
  const regulator = await cookie('regulator')
  const ops = await cookie('ops')
  expect((await app.inject(change(regulator, '/api/holds', hold))).statusCode).toBe(201)
  expect((await app.inject(change(regulator, '/api/holds/h-1', { toUtcMs: 3_000 }, 'PATCH'))).statusCode).toBe(200)
  expect((await app.inject(change(regulator, '/api/holds/h-1/release', { reason: '合格' }))).statusCode).toBe(200)
  expect((await app.inject(change(ops, '/api/holds', hold))).statusCode).toBe(403)
  expect((await app.inject(change(ops, '/api/planned-off', { ...hold, reason: '粉刷' }))).statusCode).toBe(201)
  expect((await app.inject(change(ops, '/api/planned-off/p-1', {}, 'DELETE'))).statusCode).toBe(200)
  const answer = await app.inject({ url: '/api/audit?limit=20', headers: { cookie: regulator } })
  const lines = answer.json<{ entries: { action: string; outcome: string; facts: { reason?: string } }[] }>().entries
  const said = lines
    .filter(({ action }) => /^(hold|planned-off)\./.test(action))
    .map(({ action, outcome, facts }) => [action, outcome, facts.reason])
  expect(said.toReversed()).toEqual([
    ['hold.add', 'done', '抽检'],
    ['hold.extend', 'done', undefined],
    ['hold.release', 'done', '合格'],
    ['hold.add', 'refused', undefined],
    ['planned-off.add', 'done', '粉刷'],
    ['planned-off.end', 'done', undefined],
  ])
})

test.each<[string, string, object, string]>([
  ['a hold without a reason', '/api/holds', { ...hold, reason: ' ' }, 'reason'],
  ['a hold of no camera', '/api/holds', { ...hold, cameraIds: [] }, 'cameraIds'],
  ['a hold that ends before it begins', '/api/holds', { ...hold, toUtcMs: 500 }, 'toUtcMs'],
  ['a hold in seconds and fractions', '/api/holds', { ...hold, fromUtcMs: 1.5 }, 'fromUtcMs'],
  ['a hold with an unknown field', '/api/holds', { ...hold, forever: true }, 'forever'],
  ['a release without a reason', '/api/holds/h-1/release', {}, 'reason'],
])('%s is refused by the name of its field', async (_name, url, payload, field) => {
  const { app, cookie } = await openGateway()
  const answer = await app.inject(change(await cookie('admin'), url, payload))
  expect(answer.statusCode).toBe(400)
  const { code, errors } = answer.json<{ code: string; errors: { path: string }[] }>()
  expect(code).toBe('request-invalid')
  expect(errors.map(({ path }) => path)).toContain(field)
})

test('coverage asks for a bucket that exists, and for no more than 62 days by the hour and 400 by the day', async () => {
  const { app, cookie } = await openGateway()
  const headers = { cookie: await cookie('ops') }
  const ask = async (query: string) =>
    (await app.inject({ url: `/api/coverage?${query}`, headers })).json<{ code?: string; rows?: object[] }>()
  expect(await ask('fromUtcMs=1000&toUtcMs=2000&bucket=day')).toEqual({ bucket: 'day', rows: [] })
  expect((await ask('fromUtcMs=1000&toUtcMs=2000&bucket=week')).code).toBe('request-invalid')
  const days = (n: number) => `fromUtcMs=0&toUtcMs=${n * 86_400_000}`
  expect((await ask(days(63))).code).toBe('range-too-long')
  expect((await ask(`${days(400)}&bucket=day`)).rows).toEqual([])
  expect((await ask(`${days(401)}&bucket=day`)).code).toBe('range-too-long')
})
