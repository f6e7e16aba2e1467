import { expect, test } from 'vitest'
import { door, rightsOf } from '../../gateway/broker/door.ts'
import { minutes, seconds } from '../../gateway/domain/units.ts'

function handMonotonic() {
  let nowMs = 1_000
  return { clock: { monotonic: () => nowMs }, pass: (ms: number) => (nowMs += ms) }
}
const secret = (text: string) => Buffer.from(text)
const noAccounts = { areAny: false, enter: () => undefined }
const someAccounts = { ...noAccounts, areAny: true }

test.each([
  ['no password, no account, loopback', { isLoopback: true, accounts: noAccounts }, true],
  ['an account', { isLoopback: true, accounts: someAccounts }, false],
  ['a password', { isLoopback: true, accounts: noAccounts, password: 'p' }, false],
  ['beyond loopback', { isLoopback: false, accounts: noAccounts }, false],
])('open with %s: %#', (_name, options, isOpen) => {
  const entrance = door({ ...options, clock: handMonotonic().clock })
  expect(entrance.isOpen()).toBe(isOpen)
  const guest = entrance.enter('c', '127.0.0.1', '', secret(''))
  expect(typeof guest === 'string' ? guest : guest.isAnybody).toBe(isOpen ? true : 'login')
})

test('the configured user may do everything, and is not anybody', () => {
  const entrance = door({ user: 'u', password: 'p', isLoopback: false, clock: handMonotonic().clock })
  const guest = entrance.enter('c', '192.0.2.1', 'u', secret('p'))
  expect(guest).toMatchObject({ accountId: null, isAnybody: false })
  expect(typeof guest !== 'string' && guest.mayPublish('x/y') && guest.mayHear('#')).toBe(true)
  // The line between name and password is not movable.
  expect(entrance.enter('c', '192.0.2.1', 'u\np', secret(''))).toBe('login')
})

test('guessing slows down: one user at one address first, and others are heard', () => {
  const { clock, pass } = handMonotonic()
  const entrance = door({ user: 'u', password: 'p', isLoopback: false, clock })
  const guess = (user: string, password: string, address = '192.0.2.1') => {
    const guest = entrance.enter('c', address, user, secret(password))
    return typeof guest === 'string' ? guest : 'in'
  }
  expect([guess('u', '1'), guess('u', '2'), guess('u', '3')]).toEqual(['login', 'login', 'login'])
  // Not even the right one is heard now, so that nothing is learned from asking.
  expect(guess('u', 'p')).toBe('login-paused')
  expect(guess('u', 'p', '192.0.2.2')).toBe('in')
  pass(seconds(2))
  expect(guess('u', '4')).toBe('login')
  pass(seconds(2))
  expect(guess('u', 'p')).toBe('login-paused')
  pass(seconds(2))
  expect(guess('u', 'p')).toBe('in')
  // And what is right forgives.
  expect([guess('u', '5'), guess('u', 'p')]).toEqual(['login', 'in'])
})

test('many wrong names from one address slow down the address', () => {
  const { clock, pass } = handMonotonic()
  const entrance = door({ user: 'u', password: 'p', isLoopback: false, clock })
  const enter = (user: string, password: string) => entrance.enter('c', '192.0.2.1', user, secret(password))
  for (let n = 0; n < 30; n++) expect(enter(`name-${n}`, 'x')).toBe('login')
  expect(enter('u', 'p')).toBe('login-paused')
  pass(minutes(1))
  expect(enter('u', 'p')).toMatchObject({ user: 'u' })
})

test.each([
  ['cold-1', 'zone/cold-1', true],
  ['cold-1', 'zone/cold-2', false],
  ['+', 'zone/cold-2', false],
  ['+', 'zone/+', false],
  ['#', 'zone/x', false],
  ['a/b', 'zone/a/b', false],
  ['$SYS', 'zone/$SYS', false],
  ['', 'zone/', false],
  // `$&` would be what was found, in a replacement.
  ['a$&', 'zone/a$&', true],
])('%%c with the client id %j: %s is allowed: %s', (clientId, topic, expected) => {
  expect(rightsOf({ publish: ['zone/%c'], subscribe: [] }, clientId).mayPublish(topic)).toBe(expected)
})

test('rights of an account', () => {
  const { mayPublish, mayHear } = rightsOf({ publish: ['zone/a', 'lines/+/t'], subscribe: ['zone/%c/set/#'] }, 'c1')
  const topics = ['zone/a', 'zone/b', 'lines/1/t', 'lines/1/t/x']
  // Twice: answers are remembered.
  for (let n = 0; n < 2; n++) expect(topics.map(mayPublish)).toEqual([true, false, true, false])
  expect(['zone/c1/set/x', 'zone/c1/set/#', 'zone/c2/set/x', '#', 'zone/+/set/x'].map(mayHear)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})
