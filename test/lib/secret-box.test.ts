import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Failure } from '../../gateway/domain/failure.ts'
import { loadOrCreateKey, openSecretBox } from '../../gateway/lib/secret-box.ts'
import { tempFolder } from '../support/temp.ts'

const codeOf = (work: () => unknown) => {
  try {
    work()
  } catch (cause) {
    if (cause instanceof Failure) return `${cause.kind} ${cause.code}`
    throw cause
  }
  return 'nothing thrown'
}

test('what is sealed opens again, also after a restart, and never shows the secret', () => {
  const folder = join(tempFolder(), 'keys')
  const box = openSecretBox(folder)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const sealed = box.seal(text)
      expect(sealed).toMatch(/^v1\.[\w-]+$/)
      expect(openSecretBox(folder).open(sealed)).toBe(text)
      expect(box.seal(text)).not.toBe(sealed)
    }),
    { numRuns: 30 },
  )
})

test('the key and its folder are for the owner only, and the key stays the same', () => {
  const folder = join(tempFolder(), 'data', 'keys')
  openSecretBox(folder)
  const file = join(folder, 'secret.key')
  const key = readFileSync(file)
  expect(key.length).toBe(32)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  openSecretBox(folder)
  expect(readFileSync(file)).toEqual(key)
})

test('changed, cut, foreign and empty text is refused', () => {
  const box = openSecretBox(join(tempFolder(), 'keys'))
  const sealed = box.seal('boiler-7')
  for (let at = 3; at < sealed.length - 1; at++) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    expect(codeOf(() => box.open(sealed.slice(0, at) + other + sealed.slice(at + 1)))).toBe('lost secret-damaged')
  }
  const foreign = openSecretBox(join(tempFolder(), 'keys')).seal('boiler-7')
  for (const bad of ['', 'v1.', 'boiler-7', sealed.slice(0, -4), sealed.slice(3), foreign])
    expect(codeOf(() => box.open(bad))).toBe('lost secret-damaged')
})

test('a key file of another length is refused and not replaced', () => {
  const folder = join(tempFolder(), 'keys')
  mkdirSync(folder)
  const file = join(folder, 'secret.key')
  writeFileSync(file, 'short')
  expect(codeOf(() => openSecretBox(folder))).toBe('lost key-damaged')
  expect(codeOf(() => loadOrCreateKey(file, 32))).toBe('lost key-damaged')
  expect(readFileSync(file, 'utf8')).toBe('short')
  expect(loadOrCreateKey(join(folder, 'other.key'), 16).length).toBe(16)
})
