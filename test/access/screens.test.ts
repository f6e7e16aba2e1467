/** Walls that nobody sits at: what opens one, what ends it, and what it never can. */
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { access } from '../../gateway/access/access.ts'
import { days, hours, minutes, seconds } from '../../gateway/domain/units.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { openStore } from '../../gateway/store/open.ts'
import { manualClock } from '../http/manual-clock.ts'
import { tempFolder } from '../support/temp.ts'

function open() {
  const clock = manualClock()
  const store = openStore(join(tempFolder('screens'), 'gateway.db'), 'gateway')
  onTestFinished(() => store.close())
  return { clock, store, ...access({ store, tools: { clock, log: openLog('silent') } }) }
}
const refused = { kind: 'denied', code: 'login-refused' }
const hall = { name: '大厅', areaIds: null }

test('a link opens the screen once, and not after 30 minutes', async () => {
  const { screens, signedIn, clock } = open()
  const { screen, ticket, expiresUtcMs } = screens.add({ name: '大厅', areaIds: ['gate'] }, 'admin')
  expect([screen.seenUtcMs, expiresUtcMs]).toEqual([null, clock.now() + minutes(30)])
  const entered = await signedIn.login({ ticket }, '192.0.2.9')
  expect(entered.signedIn).toMatchObject({ role: 'screen', name: '大厅', areaIds: ['gate'], accountId: screen.id })
  await expect(signedIn.login({ ticket }, '192.0.2.9')).rejects.toMatchObject(refused)
  const late = screens.link(screen.id)
  await clock.jump(minutes(30))
  await expect(signedIn.login({ ticket: late.ticket }, null)).rejects.toMatchObject(refused)
})

test('its session ends neither by idleness nor by age', async () => {
  const { screens, signedIn, clock } = open()
  const { token } = await signedIn.login({ ticket: screens.add(hall, 'admin').ticket }, null)
  await clock.jump(days(1_000))
  expect(signedIn.find(token)).toMatchObject({ role: 'screen' })
  // Neither is it swept out when somebody else comes.
  await signedIn.login({ ticket: screens.add({ name: 'B', areaIds: null }, 'admin').ticket }, null)
  expect(signedIn.find(token)).toMatchObject({ role: 'screen' })
})

test('a new link replaces the one before, and the browser that was the screen gives way to the new one', async () => {
  const { screens, signedIn } = open()
  const { screen, ticket } = screens.add(hall, 'admin')
  const next = screens.link(screen.id)
  await expect(signedIn.login({ ticket }, null)).rejects.toMatchObject(refused)
  const first = await signedIn.login({ ticket: next.ticket }, null)
  const again = screens.link(screen.id)
  expect(signedIn.find(first.token)).toBeDefined()
  const ended: string[] = []
  signedIn.onSessionEnd((key) => ended.push(key))
  const second = await signedIn.login({ ticket: again.ticket }, null)
  expect([signedIn.find(first.token), ended]).toEqual([undefined, [first.signedIn.key]])
  expect(signedIn.find(second.token)).toBeDefined()
})

test('revoking ends its session and its links at once, tells who holds a socket, and stays', async () => {
  const { screens, signedIn, clock } = open()
  const { screen, ticket } = screens.add(hall, 'admin')
  const { token, signedIn: who } = await signedIn.login({ ticket }, null)
  const { ticket: unused } = screens.link(screen.id)
  const ended: string[] = []
  signedIn.onSessionEnd((key) => ended.push(key))
  const revoked = screens.revoke(screen.id, 'admin')
  expect(revoked).toMatchObject({ revokedUtcMs: clock.now(), revokedBy: 'admin' })
  expect([signedIn.find(token), signedIn.touch(who.key), ended]).toEqual([undefined, undefined, [who.key]])
  await expect(signedIn.login({ ticket: unused }, null)).rejects.toMatchObject(refused)
  expect(() => screens.link(screen.id)).toThrow(expect.objectContaining({ kind: 'conflict', code: 'screen-revoked' }))
  await clock.jump(hours(1))
  expect(screens.revoke(screen.id, 'ops')).toEqual(revoked)
})

test('it is nobody’s account: not listed, not found, not changed, and no password opens it', async () => {
  const { screens, people, store } = open()
  const { screen } = screens.add(hall, 'admin')
  const user = `screen:${screen.id.slice(4)}`
  expect([people.list(), people.find(user)]).toEqual([[], undefined])
  const missing = { kind: 'missing', code: 'account-missing' }
  await expect(people.patch(screen.id, { name: 'mine' })).rejects.toMatchObject(missing)
  await expect(people.patch(screen.id, { password: 'long enough for us', role: 'admin' })).rejects.toMatchObject(
    missing,
  )
  const stored = store.db.prepare('SELECT password_hash FROM account').pluck().get()
  for (const password of ['!', '', user, String(stored)]) expect(await people.verify(user, password)).toBeUndefined()
})

test('signs of life are kept, at most one a minute, with the address when it is known', async () => {
  const { screens, signedIn, clock } = open()
  const { ticket } = screens.add(hall, 'admin')
  const began = clock.now()
  const { token, signedIn: who } = await signedIn.login({ ticket }, '192.0.2.9')
  const seen = () => screens.list().map(({ seenUtcMs, address }) => [Number(seenUtcMs) - began, address])[0]
  expect(seen()).toEqual([0, '192.0.2.9'])
  await clock.jump(seconds(59))
  signedIn.find(token, '192.0.2.10')
  expect(seen()).toEqual([0, '192.0.2.9'])
  await clock.jump(seconds(1))
  signedIn.touch(who.key)
  expect(seen()).toEqual([60_000, '192.0.2.9'])
  await clock.jump(minutes(2))
  signedIn.find(token, '192.0.2.10')
  expect(seen()).toEqual([180_000, '192.0.2.10'])
})

test('the revoked ones come last, and there is an end to how many watch', () => {
  const { screens } = open()
  const ids = ['c', 'a', 'b'].map((name) => screens.add({ name, areaIds: null }, 'admin').screen.id)
  screens.revoke(ids[1] ?? '', 'admin')
  expect(screens.list().map(({ name }) => name)).toEqual(['b', 'c', 'a'])
  for (let i = 0; i < 198; i++) screens.add({ name: `n${i}`, areaIds: null }, 'admin')
  const add = () => screens.add({ name: 'one more', areaIds: null }, 'admin')
  expect(add).toThrow(expect.objectContaining({ kind: 'conflict', code: 'screens-too-many' }))
  screens.revoke(ids[0] ?? '', 'admin')
  expect(add().screen.name).toBe('one more')
  for (const call of [() => screens.link('scr-x'), () => screens.revoke('scr-x', 'admin')])
    expect(call).toThrow(expect.objectContaining({ kind: 'missing', code: 'screen-missing' }))
})

test('other areas end the sessions of a person, the same ones do not', async () => {
  const { people, signedIn } = open()
  const { id } = await people.add({ user: 'chen', name: 'Chen', role: 'office', password: 'bean curd skin' })
  const { token } = await signedIn.login({ user: 'chen', password: 'bean curd skin' }, null)
  expect(signedIn.find(token)?.areaIds).toBeNull()
  await people.patch(id, { areaIds: ['gate'] })
  expect(signedIn.find(token)).toBeUndefined()
  const again = await signedIn.login({ user: 'chen', password: 'bean curd skin' }, null)
  expect(again.signedIn.areaIds).toEqual(['gate'])
  await people.patch(id, { areaIds: ['gate'] })
  expect(signedIn.find(again.token)).toBeDefined()
})
