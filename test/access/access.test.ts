import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { accounts } from '../../gateway/access/accounts.ts'
import { audit } from '../../gateway/access/audit.ts'
import { sessions } from '../../gateway/access/sessions.ts'
import { days, hours, minutes } from '../../gateway/domain/units.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { openStore } from '../../gateway/store/open.ts'
import { manualClock } from '../http/manual-clock.ts'
import { tempFolder } from '../support/temp.ts'

const chen = { user: 'chen', name: 'Chen', role: 'regulator', password: 'bean curd skin' } as const
const right = { user: chen.user, password: chen.password }

function open() {
  const clock = manualClock()
  const tools = { clock, log: openLog('silent') }
  const store = openStore(join(tempFolder('access'), 'gateway.db'), 'gateway')
  onTestFinished(() => store.close())
  const people = accounts({ store, tools })
  return { clock, store, people, sessions: sessions({ store, tools }, people), trail: audit({ store, tools }) }
}

test('first start: a password is made up and told once, and nothing happens the second time', async () => {
  const { people, sessions } = open()
  const password = await people.ensureAdmin(undefined)
  expect(password).toMatch(/^[\w-]{16}$/)
  expect(await people.ensureAdmin(undefined)).toBeNull()
  const { signedIn } = await sessions.login({ user: 'admin', password: password ?? '' }, null)
  expect(signedIn).toMatchObject({ user: 'admin', role: 'admin' })
})

test('first start: a given password is not told again, and must not be short', async () => {
  const { people } = open()
  await expect(people.ensureAdmin('short')).rejects.toMatchObject({ code: 'admin-password-short' })
  expect(await people.ensureAdmin('long enough for us')).toBeNull()
  expect(await people.verify('admin', 'long enough for us')).toMatchObject({ role: 'admin', disabled: false })
  expect(await people.ensureAdmin('another password')).toBeNull()
  expect(await people.verify('admin', 'another password')).toBeUndefined()
})

test('passwords are kept as argon2id, tokens and tickets as hashes', async () => {
  const { people, sessions, store } = open()
  const { id } = await people.add(chen)
  const ticket = sessions.createTicket(id, minutes(5))
  const { token } = await sessions.login(right, null)
  const hash = store.db.prepare('SELECT password_hash FROM account').pluck().get()
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  const sha256 = (text: string) => createHash('sha256').update(text).digest()
  expect(store.db.prepare('SELECT token_sha256 FROM session').pluck().all()).toEqual([sha256(token)])
  expect(store.db.prepare('SELECT token_sha256 FROM ticket').pluck().all()).toEqual([sha256(ticket)])
  expect(token).toMatch(/^[\w-]{43}$/)
})

test('a user name is taken once; an unknown account is missing', async () => {
  const { people } = open()
  await people.add(chen)
  await expect(people.add(chen)).rejects.toMatchObject({ kind: 'conflict', code: 'account-exists' })
  await expect(people.patch('acc-none', {})).rejects.toMatchObject({ kind: 'missing', code: 'account-missing' })
})

test('the last administrator stays one', async () => {
  const { people } = open()
  await people.ensureAdmin('long enough for us')
  const admin = people.find('admin')?.id ?? ''
  for (const patch of [{ disabled: true }, { role: 'ops' } as const])
    await expect(people.patch(admin, patch)).rejects.toMatchObject({ code: 'last-admin' })
  await people.add({ ...chen, role: 'admin' })
  expect(await people.patch(admin, { disabled: true })).toMatchObject({ disabled: true })
})

test.each([
  ['disabled', { disabled: true }],
  ['of another role', { role: 'office' } as const],
  ['with another password', { password: 'another password' }],
])('an account %s loses its sessions, and whoever holds a socket is told', async (_name, patch) => {
  const { people, sessions } = open()
  const { id } = await people.add(chen)
  const logins = [await sessions.login(right, null), await sessions.login(right, null)]
  const ended: string[] = []
  const stop = sessions.onSessionEnd((key) => ended.push(key))
  await people.patch(id, patch)
  expect(ended.toSorted()).toEqual(logins.map(({ signedIn }) => signedIn.key).toSorted())
  for (const { token } of logins) expect(sessions.find(token)).toBeUndefined()
  stop()
})

test('another name keeps the sessions', async () => {
  const { people, sessions } = open()
  const { id } = await people.add(chen)
  const { token } = await sessions.login(right, null)
  await people.patch(id, { name: 'Chen Er' })
  expect(sessions.find(token)).toMatchObject({ name: 'Chen Er' })
})

test('a disabled account cannot sign in, by password or ticket', async () => {
  const { people, sessions } = open()
  const { id } = await people.add(chen)
  const ticket = sessions.createTicket(id, minutes(5))
  await people.patch(id, { disabled: true })
  for (const login of [right, { ticket }])
    await expect(sessions.login(login, null)).rejects.toMatchObject({ kind: 'denied', code: 'login-refused' })
})

test('a new password ends the links that were given out before it', async () => {
  const { people, sessions } = open()
  const { id } = await people.add(chen)
  const ticket = sessions.createTicket(id, minutes(5))
  await people.patch(id, { password: 'another long password' })
  await expect(sessions.login({ ticket }, null)).rejects.toMatchObject({ code: 'login-refused' })
})

test('a session ends 12 h after its last use, and 30 days after its begin', async () => {
  const { people, sessions, clock } = open()
  await people.add(chen)
  const { token } = await sessions.login(right, null)
  await clock.jump(hours(11))
  expect(sessions.find(token)).toBeDefined()
  await clock.jump(hours(11))
  expect(sessions.find(token)?.expiresUtcMs).toBe(clock.now() + hours(12))
  await clock.jump(hours(12))
  expect(sessions.find(token)).toBeUndefined()

  const other = await sessions.login(right, null)
  let lived = 0
  while (sessions.find(other.token) !== undefined) {
    await clock.jump(hours(10))
    lived += hours(10)
  }
  expect([lived > days(29), lived <= days(30) + hours(10)]).toEqual([true, true])
})

test('a ticket works once, also when two ask at the same time', async () => {
  const { people, sessions } = open()
  const { id } = await people.add(chen)
  const ticket = sessions.createTicket(id, minutes(5))
  const results = await Promise.allSettled([sessions.login({ ticket }, null), sessions.login({ ticket }, null)])
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('pauses grow, are per user and address, and many tries at once gain nothing', async () => {
  const { people, sessions, clock } = open()
  await people.add(chen)
  const attempt = (password: string, address: string) =>
    sessions.login({ user: chen.user, password }, address).then(
      () => 'in',
      (failure: { code: string; facts: { retryAfterMs?: number } }) => failure.facts.retryAfterMs ?? failure.code,
    )
  const burst = await Promise.all(Array.from({ length: 8 }, () => attempt('wrong', '192.0.2.1')))
  expect(burst.filter((code) => code === 'login-refused')).toHaveLength(5)
  expect(burst.filter((code) => code === 30_000)).toHaveLength(3)
  expect(await attempt(chen.password, '192.0.2.2')).toBe('in')
  for (const pause of [60_000, 120_000, 240_000, 480_000, 900_000, 900_000]) {
    await clock.jump(minutes(15))
    expect(await attempt('wrong', '192.0.2.1')).toBe('login-refused')
    expect(await attempt(chen.password, '192.0.2.1')).toBe(pause)
  }
  await clock.jump(minutes(15))
  expect(await attempt(chen.password, '192.0.2.1')).toBe('in')
  expect(await attempt('wrong', '192.0.2.1')).toBe('login-refused')
})

test('an address that guesses at many names is slowed down too', async () => {
  const { sessions } = open()
  const attempt = (user: string) =>
    sessions.login({ user, password: 'x' }, '192.0.2.1').catch(({ code }: { code: string }) => code)
  const codes: unknown[] = []
  for (let i = 0; i < 21; i++) codes.push(await attempt(`user-${i}`))
  expect(codes.filter((code) => code === 'login-refused')).toHaveLength(20)
  expect(codes.at(-1)).toBe('login-throttled')
})

test('the audit trail is told newest first, by pages and by what is looked for', () => {
  const { trail, clock } = open()
  const base = { user: 'chen', role: 'regulator', outcome: 'done', address: '192.0.2.1' } as const
  for (let i = 1; i <= 5; i++)
    trail.add({ ...base, action: i % 2 ? 'footage.play' : 'footage.download', object: `cam-${i}`, facts: { i } })
  trail.add({ ...base, user: null, role: null, action: 'session.login', outcome: 'refused' })
  const ids = (query: Parameters<typeof trail.list>[0]) => trail.list(query).map(({ id }) => id)
  expect(ids({ limit: 3 })).toEqual([6, 5, 4])
  expect(ids({ limit: 3, beforeId: 4 })).toEqual([3, 2, 1])
  expect(ids({ limit: 9, action: 'footage.download' })).toEqual([4, 2])
  expect(ids({ limit: 9, object: 'cam-3' })).toEqual([3])
  expect(ids({ limit: 9, object: 'cam-3', action: 'footage.download' })).toEqual([])
  expect(trail.list({ limit: 1, beforeId: 4 })).toEqual([
    { ...base, id: 3, utcMs: clock.now(), action: 'footage.play', object: 'cam-3', facts: { i: 3 } },
  ])
  expect(trail.list({ limit: 1 })[0]).toMatchObject({ user: null, object: null, facts: {} })
})

test.each(["UPDATE audit SET user = 'nobody'", 'DELETE FROM audit'])('the audit trail refuses: %s', (sql) => {
  const { trail, store } = open()
  trail.add({ user: 'a', role: 'ops', action: 'camera.remove', outcome: 'done', address: null })
  expect(() => store.db.exec(sql)).toThrow('the audit trail is append-only')
  expect(trail.list({ limit: 9 })).toMatchObject([{ user: 'a' }])
})
