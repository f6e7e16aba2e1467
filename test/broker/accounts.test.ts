import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { brokerAccounts, type AccountOptions } from '../../gateway/broker/accounts.ts'
import { minutes } from '../../gateway/domain/units.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { handClock, scratchFolder } from '../support/sensors.ts'

const startUtcMs = 1_800_000_000_000
let end: AbortController
let store: Store
let clock: ReturnType<typeof handClock>
beforeEach(() => {
  end = new AbortController()
  store = openStore(join(scratchFolder(end.signal), 'gateway.db'), 'gateway')
  clock = handClock(startUtcMs)
})
afterEach(() => {
  store.close()
  end.abort()
})

const open = (options: Partial<AccountOptions> = {}) =>
  brokerAccounts({
    store,
    tools: { clock, log: openLog('silent') },
    configuredUser: 'gateway',
    isOutside: false,
    ...options,
  })
const rights = { note: 'cold store', publish: ['zone/cold-1/#'], subscribe: [] }
const bytes = (text: string) => Buffer.from(text)

test('an account is let in with its password, and with nothing else', () => {
  const accounts = open()
  const { password, ...made } = accounts.add({ user: 'cold-1', ...rights }, 'ops')
  expect(password).toMatch(/^[\w-]{24}$/)
  expect(made).toMatchObject({ user: 'cold-1', ...rights, createdBy: 'ops', createdUtcMs: startUtcMs, seenUtcMs: null })
  expect(accounts.enter('cold-1', bytes(password))?.id).toBe(made.id)
  expect(accounts.enter('cold-1', bytes(`${password}x`))).toBeUndefined()
  expect(accounts.enter('cold-1', bytes(''))).toBeUndefined()
  expect(accounts.enter('cold-2', bytes(password))).toBeUndefined()
  expect(accounts.list()).toEqual([{ ...made, seenUtcMs: startUtcMs }])
  // And by the next process.
  expect(open().enter('cold-1', bytes(password))?.id).toBe(made.id)
})

test('no password and no code is in the database', () => {
  const accounts = open()
  const { password } = accounts.add({ user: 'cold-1', ...rights }, 'ops')
  const { code } = accounts.addClaim({ ...rights, validMinutes: 5 }, 'ops')
  const rows = ['broker_account', 'broker_claim'].flatMap((table) => store.db.prepare(`SELECT * FROM ${table}`).all())
  expect(rows).toHaveLength(2)
  const dump = rows
    .flatMap((row) => Object.values(row as object))
    .map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)))
  for (const secret of [password, code]) expect(dump.some((value) => value.includes(secret))).toBe(false)
})

test('names are taken once, and the configured one never', () => {
  const accounts = open()
  accounts.add({ user: 'cold-1', ...rights }, 'ops')
  for (const user of ['cold-1', 'gateway'])
    expect(() => accounts.add({ user, ...rights }, 'ops')).toThrowError(
      expect.objectContaining({ kind: 'conflict', code: 'broker-account-exists' }),
    )
})

test('a claim code makes one account, of a free name, once', () => {
  const accounts = open()
  accounts.add({ user: 'taken', ...rights }, 'ops')
  const { code, ...claim } = accounts.addClaim({ ...rights, publish: ['zone/%c'], validMinutes: 60 }, 'ops')
  expect(code).toMatch(/^[ACDEFGHJKMNPQRTUVWXY34679]{10}$/)
  expect(accounts.claims()).toEqual([claim])
  for (const user of ['taken', 'gateway', '', 'a b', 'x'.repeat(61)])
    expect([user, accounts.enter(user, bytes(code))]).toEqual([user, undefined])
  expect(accounts.claims()).toHaveLength(1)

  const made = accounts.enter('boiler-7', bytes(code))
  expect(made).toMatchObject({ user: 'boiler-7', publish: ['zone/%c'], note: 'cold store', createdBy: 'ops' })
  expect(accounts.claims()).toEqual([])
  // It is the password of this account from now on, and nobody else's way in.
  expect(accounts.enter('boiler-7', bytes(code))?.id).toBe(made?.id)
  expect(accounts.enter('boiler-8', bytes(code))).toBeUndefined()
  expect(accounts.list().map(({ user }) => user)).toEqual(['boiler-7', 'taken'])
})

test('a claim code ends: with its time, and when it is taken back', () => {
  const accounts = open()
  const late = accounts.addClaim({ ...rights, validMinutes: 10 }, 'ops')
  const back = accounts.addClaim({ ...rights, validMinutes: 10 }, 'ops')
  accounts.removeClaim(back.id)
  expect(accounts.enter('a', bytes(back.code))).toBeUndefined()
  clock.set(startUtcMs + minutes(10))
  expect(accounts.enter('a', bytes(late.code))).toBeUndefined()
  expect(accounts.claims()).toEqual([])
  expect(store.db.prepare('SELECT count(*) AS n FROM broker_claim').get()).toEqual({ n: 0 })
  expect(() => accounts.removeClaim(back.id)).toThrowError(
    expect.objectContaining({ kind: 'missing', code: 'broker-claim-missing' }),
  )
})

test('the first account and every removal are told', () => {
  const accounts = open()
  const told: unknown[] = []
  accounts.onChange((change) => told.push(change))
  expect(accounts.areAny).toBe(false)
  const first = accounts.add({ user: 'a', ...rights }, 'ops')
  const second = accounts.add({ user: 'b', ...rights }, 'ops')
  expect(accounts.areAny).toBe(true)
  accounts.remove(first.id)
  expect(accounts.enter('a', bytes(first.password))).toBeUndefined()
  accounts.remove(second.id)
  expect(accounts.areAny).toBe(false)
  expect(told).toEqual([{ first: true }, { removed: first.id }, { removed: second.id }])
  expect(() => accounts.remove(first.id)).toThrowError(
    expect.objectContaining({ kind: 'missing', code: 'broker-account-missing' }),
  )
})

test('with a broker outside there is nothing to make here', () => {
  const accounts = open({ isOutside: true })
  const refusal: unknown = expect.objectContaining({ kind: 'conflict', code: 'broker-outside' })
  expect(() => accounts.add({ user: 'a', ...rights }, 'ops')).toThrowError(refusal)
  expect(() => accounts.addClaim({ ...rights, validMinutes: 5 }, 'ops')).toThrowError(refusal)
})
