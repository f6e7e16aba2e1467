/** Screens over HTTP: what the link does, what the cookie is, and what is written down. */
import { expect, test } from 'vitest'
import { days } from '../../gateway/domain/units.ts'
import type { ScreenLink } from '../../gateway/contract/wall.ts'
import { openGateway } from './fixture.ts'

async function open() {
  const gateway = await openGateway()
  const headers = { cookie: await gateway.cookie('admin') }
  const admin = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
    gateway.app.inject({ method, url, payload, headers })
  const enter = (path: string) => {
    const ticket = new URL(path, 'http://gateway').searchParams.get('ticket')
    return gateway.app.inject({ method: 'POST', url: '/api/session', payload: { ticket } })
  }
  return { ...gateway, admin, enter }
}
const fourHundredDays = days(400) / 1_000

test('from the link to the wall, and out again', async () => {
  const { app, admin, enter, parts, clock } = await open()
  const added = (await admin('POST', '/api/screens', { name: '大厅' })).json<ScreenLink>()
  expect(added).toMatchObject({ path: expect.stringMatching(/^\/enter\?ticket=[\w-]{43}$/) })
  const entered = await enter(added.path)
  expect(entered.json()).toMatchObject({ role: 'screen', name: '大厅', permissions: ['watch'], areaIds: null })
  const [cookie] = entered.cookies
  expect(cookie).toMatchObject({ name: 'zone_session', httpOnly: true, sameSite: 'Strict', maxAge: fourHundredDays })
  const headers = { cookie: `zone_session=${cookie?.value}` }

  // Long after the cookie's first time it is there, because it was set again.
  await clock.jump(days(399))
  const session = await app.inject({ url: '/api/session', headers })
  expect(session.cookies).toMatchObject([{ name: 'zone_session', value: cookie?.value, maxAge: fourHundredDays }])
  const [listed] = parts.screens.list()
  expect(listed).toMatchObject({ seenUtcMs: clock.now(), address: '127.0.0.1', createdBy: 'admin', revokedUtcMs: null })

  parts.screens.revoke(added.screen.id, 'admin')
  const after = await app.inject({ url: '/api/session', headers })
  expect([after.statusCode, after.json<{ code: string }>().code]).toEqual([401, 'login-required'])
})

test('a person’s cookie is not set again, and lives no longer than before', async () => {
  const { app, cookie } = await open()
  const { cookies } = await app.inject({ url: '/api/session', headers: { cookie: await cookie('office') } })
  expect(cookies).toEqual([])
})

test('adding, linking and revoking are written down, without the ticket', async () => {
  const { admin, parts, enter } = await open()
  const { screen, path } = (await admin('POST', '/api/screens', { name: '大厅' })).json<ScreenLink>()
  const link = (await admin('POST', `/api/screens/${screen.id}/link`)).json<ScreenLink>()
  expect((await enter(path)).statusCode).toBe(401)
  expect((await enter(link.path)).statusCode).toBe(200)
  expect((await admin('DELETE', `/api/screens/${screen.id}`)).json()).toMatchObject({ revokedBy: 'admin' })
  const again = await admin('POST', `/api/screens/${screen.id}/link`)
  expect([again.statusCode, again.json<{ code: string }>().code]).toEqual([409, 'screen-revoked'])
  const rows = parts.audit.list({ limit: 9, object: screen.id })
  expect(rows.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'screen.link refused',
    'screen.revoke done',
    'screen.link done',
    'screen.add done',
  ])
  const written = JSON.stringify(parts.audit.list({ limit: 99 }))
  for (const secret of [path, link.path]) expect(written).not.toContain(secret.split('=')[1])
})

test('screens are no accounts for people', async () => {
  const { admin, app, cookie } = await open()
  const { screen } = (await admin('POST', '/api/screens', { name: '大厅' })).json<ScreenLink>()
  const { accounts } = (await admin('GET', '/api/accounts')).json<{ accounts: { role: string }[] }>()
  expect(accounts.map(({ role }) => role)).toEqual(['admin'])
  const headers = { cookie: await cookie('admin') }
  const payload = { name: 'mine', password: 'long enough for us' }
  const changed = await app.inject({ method: 'PATCH', url: `/api/accounts/${screen.id}`, payload, headers })
  expect([changed.statusCode, changed.json<{ code: string }>().code]).toEqual([404, 'account-missing'])
})
