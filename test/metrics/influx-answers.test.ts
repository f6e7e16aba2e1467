/** Every way in which something answers a write, by a server that says what it is told to. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type InfluxStore, influxStore } from '../../gateway/metrics/influx-store.ts'
import { quietTools } from '../support/sensors.ts'
import { keeping, reading, tagged } from './fixture.ts'

interface Said {
  readonly status: number
  readonly body?: string
  readonly headers?: Record<string, string>
}
/** What a write is answered; undefined hangs up. */
type Answering = (lines: string[], nth: number) => Said | undefined

let end: AbortController
let asked: string[]
let writes: string[][]
beforeEach(() => {
  end = new AbortController()
  asked = []
  writes = []
})
afterEach(() => end.abort())

async function answering(answer: Answering): Promise<InfluxStore> {
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname } = new URL(request.url ?? '', 'http://x')
      if (pathname === '/query') {
        asked.push(new URLSearchParams(await text(request)).get('q') ?? '')
        return response.writeHead(200).end('{"results":[{}]}')
      }
      if (pathname !== '/write') return response.writeHead(pathname === '/ping' ? 204 : 404).end()
      const lines = (await text(request.pipe(createGunzip()))).split('\n')
      writes.push(lines)
      const said = answer(lines, writes.length)
      if (!said) return request.socket.destroy()
      return response.writeHead(said.status, said.headers).end(said.body)
    })()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  end.signal.addEventListener('abort', () => void server.close())
  const { port } = server.address() as AddressInfo
  const store = influxStore({ url: `http://127.0.0.1:${port}`, database: 'zone' }, keeping, quietTools)
  end.signal.addEventListener('abort', () => store.close())
  return store
}
const error = (words: string) => JSON.stringify({ error: words })
const readings = Array.from({ length: 100 }, (_, n) => reading(n))
const write = (store: InfluxStore, count = 100) => store.write(tagged(readings.slice(0, count)), end.signal)
const badValue = /value=(13|14|77),/
const isBad = (line: string) => badValue.test(line)
const refusedOf = async (store: InfluxStore) =>
  (await write(store)).map(({ reading: { value }, reason }) => [value, reason])

test.each([
  [401, error('authorization failed'), 'denied', 'influx-denied'],
  [403, error('"zone" user is not authorized'), 'denied', 'influx-denied'],
  [404, error('database not found: "zone"'), 'away', 'influx-database'],
  [500, error('retention policy not found: raw'), 'away', 'influx-database'],
  [429, '', 'busy', 'influx-busy'],
  [500, error('timeout'), 'away', 'influx-away'],
  [500, error('hinted handoff queue not empty'), 'away', 'influx-away'],
  [502, '<html>bad gateway</html>', 'away', 'influx-away'],
  [503, '', 'away', 'influx-away'],
  [301, '', 'away', 'influx-away'],
  [400, error('partial write: max-series-per-database limit exceeded: (1000000) dropped=1'), 'busy', 'series-budget'],
  [400, error('partial write: max-values-per-tag limit exceeded (100001/100000): dropped=1'), 'busy', 'series-budget'],
  // Words that nobody knows, about everything: that is not the readings' fault.
  [400, '<html>400 Bad Request</html>', 'away', 'influx-odd-answer'],
  [400, '', 'away', 'influx-odd-answer'],
] as const)('%d %s holds all readings', async (status, body, kind, code) => {
  const store = await answering(() => ({ status, body }))
  await expect(write(store)).rejects.toMatchObject({ kind, code })
  // Never a request for each line.
  expect(writes.length).toBeLessThan(60)
})

test('no answer, or none that ends, holds them too', async () => {
  await expect(write(await answering(() => undefined))).rejects.toMatchObject({ kind: 'away', code: 'influx-away' })
})

test('a connection that the server had closed meanwhile is no failure', async () => {
  const store = await answering((_lines, nth) => (nth === 2 ? undefined : { status: 204 }))
  await write(store)
  expect(await write(store)).toEqual([])
  expect(writes).toHaveLength(3)
})

test('Retry-After is passed on', async () => {
  const store = await answering(() => ({ status: 503, headers: { 'retry-after': '7' } }))
  await expect(write(store)).rejects.toMatchObject({ facts: { retryAfterMs: 7_000 } })
})

test('a database or policy that is missing is made, and the same lines are sent again', async () => {
  const store = await answering((_lines, nth) =>
    nth === 1 ? { status: 404, body: error('database not found: "zone"') } : { status: 204 },
  )
  expect(await write(store)).toEqual([])
  expect(writes[0]).toEqual(writes[1])
  expect(asked).toContain('CREATE DATABASE "zone"')
  expect(asked).toContain('CREATE RETENTION POLICY "raw" ON "zone" DURATION 43200m REPLICATION 1 DEFAULT')
  expect(asked).toContain('CREATE RETENTION POLICY "minute" ON "zone" DURATION 527040m REPLICATION 1')
  expect(asked).toContain('CREATE RETENTION POLICY "hour" ON "zone" DURATION 1581120m REPLICATION 1')
})

const partial =
  (words: (lines: string[]) => string): Answering =>
  (lines) =>
    lines.some(isBad) ? { status: 400, body: error(words(lines.filter(isBad))) } : { status: 204 }

test.each([
  [
    'of another type',
    (bad: string[]) =>
      `partial write: field type conflict: input field "value" on measurement "reading" is type float, already exists as type string dropped=${bad.length}`,
    'store-refused',
    40,
  ],
  [
    'older than what is kept',
    (bad: string[]) => `partial write: points beyond retention policy dropped=${bad.length}`,
    'beyond-retention',
    40,
  ],
  [
    'that cannot be read, each quoted',
    (bad: string[]) => bad.map((line) => `unable to parse '${line}': invalid number`).join('\n'),
    'store-refused',
    2,
  ],
  [
    'that cannot be read, only some quoted',
    ([first]: string[]) => `unable to parse '${first}': invalid number`,
    'store-refused',
    4,
  ],
  ['refused in words that nobody knows', () => 'the point is not to my taste', 'store-refused', 40],
] as const)('lines %s: only they are given up', async (_what, words, reason, requests) => {
  const store = await answering(partial(words))
  expect((await refusedOf(store)).toSorted(([a], [b]) => Number(a) - Number(b))).toEqual(
    [13, 14, 77].map((value) => [value, reason]),
  )
  expect(writes.length).toBeLessThanOrEqual(requests)
  // Every other line was taken.
  const taken = new Set(writes.filter((lines) => !lines.some(isBad)).flat())
  const all = new Set(writes[0]?.filter((line) => !isBad(line)))
  const sentWithBad = writes.filter((lines) => lines.some(isBad))
  expect([...all].every((line) => taken.has(line) || sentWithBad.some((lines) => lines.includes(line)))).toBe(true)
})

test('422 is how InfluxDB 2.x refuses points', async () => {
  const body = JSON.stringify({
    code: 'unprocessable entity',
    message: 'failure writing points to database: partial write',
  })
  const store = await answering((lines) => (lines.some(isBad) ? { status: 422, body } : { status: 204 }))
  expect(await refusedOf(store)).toHaveLength(3)
})

test('a body that is too large is halved until it fits; one line that never does is given up', async () => {
  const store = await answering((lines) => ({
    status: lines.length > 10 || lines.some((line) => /value=5,/.test(line)) ? 413 : 204,
  }))
  expect(await refusedOf(store)).toEqual([[5, 'store-refused']])
})

test('a failure half way through holds everything, and writing it again changes nothing', async () => {
  const store = await answering((lines, nth) =>
    nth > 3 ? { status: 500 } : partial(() => 'partial write')(lines, nth),
  )
  await expect(write(store)).rejects.toMatchObject({ code: 'influx-away' })
})

test('a value that is no number is never sent', async () => {
  const store = await answering(() => ({ status: 204 }))
  const bad = [Number.NaN, Number.POSITIVE_INFINITY].map((value, n) => reading(n, { value }))
  expect(await store.write(tagged([...bad, reading(5)]), end.signal)).toMatchObject([
    { reason: 'store-refused', words: 'not a finite number' },
    { reason: 'store-refused' },
  ])
  expect(writes.flat().filter((line) => line.startsWith('reading'))).toHaveLength(1)
})
