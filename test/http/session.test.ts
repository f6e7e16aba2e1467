import { expect, test } from 'vitest'
import { minutes } from '../../gateway/domain/units.ts'
import { openGateway } from './fixture.ts'

const people = { user: '王办', name: 'Wang', role: 'office', password: 'noodles at dawn' } as const

async function withWang() {
  const gateway = await openGateway()
  const account = await gateway.parts.accounts.add(people)
  const login = (payload: object, headers = {}) =>
    gateway.app.inject({ method: 'POST', url: '/api/session', payload, headers })
  return { ...gateway, account, login }
}

test('signing in sets a cookie that scripts and other pages cannot use, and tells what the person may do', async () => {
  const { app, login } = await withWang()
  const answer = await login({ user: people.user, password: people.password })
  expect(answer.json()).toMatchObject({
    user: '王办',
    role: 'office',
    permissions: ['watch', 'snapshot', 'steer', 'review', 'download', 'hold', 'acknowledge', 'measure'],
    zoneName: '福安',
    timeZone: 'Asia/Shanghai',
  })
  const [cookie] = answer.cookies
  expect(cookie).toMatchObject({ name: 'zone_session', httpOnly: true, sameSite: 'Strict', path: '/' })
  expect(cookie).not.toHaveProperty('secure')
  const headers = { cookie: `zone_session=${cookie?.value}` }
  expect((await app.inject({ url: '/api/session', headers })).json()).toMatchObject({ user: '王办' })
})

test('a page that came by https gets a Secure cookie', async () => {
  const { login } = await withWang()
  const headers = { origin: 'https://zone.example' }
  const { cookies } = await login({ user: people.user, password: people.password }, headers)
  expect(cookies[0]).toMatchObject({ secure: true })
})

test('signing out ends the session, and both are in the audit trail with the address', async () => {
  const { app, login, parts } = await withWang()
  const { cookies } = await login({ user: people.user, password: people.password })
  const headers = { cookie: `zone_session=${cookies[0]?.value}` }
  expect((await app.inject({ method: 'DELETE', url: '/api/session', headers })).statusCode).toBe(204)
  expect((await app.inject({ url: '/api/session', headers })).statusCode).toBe(401)
  expect(parts.audit.list({ limit: 9 })).toMatchObject([
    { action: 'session.logout', user: '王办', role: 'office', address: '127.0.0.1' },
    { action: 'session.login', user: '王办', outcome: 'done', address: '127.0.0.1', facts: { with: 'password' } },
  ])
})

test('the same refusal for a wrong password and for nobody', async () => {
  const { login } = await withWang()
  const wrong = await login({ user: people.user, password: 'wrong' })
  const nobody = await login({ user: 'nobody', password: 'wrong' })
  expect(wrong.statusCode).toBe(401)
  expect(nobody.json()).toEqual(wrong.json())
})

test('five failures close the door for 30 s to this user from this address, even with the right password', async () => {
  const { login, clock, parts } = await withWang()
  for (let i = 0; i < 5; i++) expect((await login({ user: people.user, password: 'wrong' })).statusCode).toBe(401)
  const right = { user: people.user, password: people.password }
  const refused = await login(right)
  expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([429, 'login-throttled'])
  expect(refused.headers['retry-after']).toBe('30')
  await clock.advance(30_001)
  expect((await login(right)).statusCode).toBe(200)
  const refusals = parts.audit.list({ limit: 99 }).filter(({ outcome }) => outcome === 'refused')
  expect(refusals).toHaveLength(5)
})

test('a ticket signs in once, and not after its time', async () => {
  const { account, login, parts, clock } = await withWang()
  const ticket = parts.sessions.createTicket(account.id, minutes(10))
  expect((await login({ ticket })).statusCode).toBe(200)
  expect((await login({ ticket })).statusCode).toBe(401)
  const late = parts.sessions.createTicket(account.id, minutes(10))
  await clock.advance(minutes(10))
  expect((await login({ ticket: late })).statusCode).toBe(401)
})

test('changes to accounts are in the audit trail without the password', async () => {
  const { app, cookie, account, parts } = await withWang()
  const headers = { cookie: await cookie('admin') }
  const payload = { password: 'another password', name: 'Wang Er' }
  await app.inject({ method: 'PATCH', url: `/api/accounts/${account.id}`, payload, headers })
  const [entry] = parts.audit.list({ limit: 1 })
  expect(entry).toMatchObject({ action: 'account.change', facts: { name: 'Wang Er', newPassword: true } })
  expect(JSON.stringify(entry)).not.toContain('another password')
})
