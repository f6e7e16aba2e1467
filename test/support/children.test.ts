import { expect, test } from 'vitest'
import { startChild } from './children.ts'
import { waitFor } from './wait.ts'

const node = (source: string) => startChild(process.execPath, ['-e', source])

test('a line is waited for, with its match', async () => {
  await using child = node(`setTimeout(() => console.error('port 4711'), 50); setInterval(() => {}, 1000)`)
  expect((await child.line(/port (\d+)/))[1]).toBe('4711')
})

test('waiting for a line fails at once when the program ends, and shows what it said', async () => {
  await using child = node(`console.log('no disk'); process.exit(4)`)
  await expect(child.line(/ready/)).rejects.toThrow(/ended before it said .*ready[^]*no disk/)
  expect(await child.ended).toEqual({ code: 4, signal: null })
})

test('a program that does not listen is ended all the same', async () => {
  await using child = node(`process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`)
  await child.line(/up/)
  expect(await child.stop(100)).toEqual({ code: null, signal: 'SIGKILL' })
})

test('waiting in vain says for what, and keeps the last error', async () => {
  const waiting = waitFor(() => Promise.reject(new Error('refused')), { timeoutMs: 60, message: 'the port' })
  await expect(waiting).rejects.toMatchObject({
    message: 'waited 60 ms in vain for the port',
    cause: { message: 'refused' },
  })
})
