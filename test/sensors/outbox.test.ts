import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Reading } from '../../gateway/contract/sensor.ts'
import { outbox } from '../../gateway/sensors/outbox.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { handClock, quietTools, scratchFolder } from '../support/sensors.ts'

let end: AbortController
let folder: string
let store: Store
beforeEach(() => {
  end = new AbortController()
  folder = scratchFolder(end.signal)
  store = openStore(join(folder, 'outbox.db'), 'outbox')
})
afterEach(() => {
  if (store.db.open) store.close()
  end.abort()
})

const reading = (n: number, more: Partial<Reading> = {}): Reading => ({
  sensorId: 's1',
  metric: 'temp',
  value: n,
  quality: 'ok',
  utcMs: 1_000 + n,
  deviceUtcMs: null,
  ...more,
})

test('what was appended is there after a restart, and goes when every cursor has passed it', async () => {
  const first = outbox({ store, tools: quietTools, cursors: ['a', 'b'] })
  await first.append([reading(1), reading(2)])
  await first.append([reading(3)])
  first.acknowledge('a', first.read('a', 2).at(-1)?.id ?? 0)
  store.close()

  store = openStore(join(folder, 'outbox.db'), 'outbox')
  const second = outbox({ store, tools: quietTools, cursors: ['a', 'b'] })
  expect(second.read('a', 10).map(({ reading }) => reading)).toEqual([reading(3)])
  expect(second.read('b', 10).map(({ reading }) => reading)).toEqual([reading(1), reading(2), reading(3)])
  expect(second.backlog('b')).toEqual({ readings: 3, oldestUtcMs: 1_001 })
  second.acknowledge('b', second.read('b', 2).at(-1)?.id ?? 0)
  expect(store.db.prepare('SELECT count(*) AS n FROM reading').get()).toEqual({ n: 1 })
  // Going back is not possible.
  second.acknowledge('b', 1)
  expect(second.backlog('b').readings).toBe(1)
  expect(() => second.read('c', 1)).toThrowError(expect.objectContaining({ code: 'cursor-unknown' }))
})

test('readings of one metric never share a millisecond; others may', async () => {
  const queue = outbox({ store, tools: quietTools, cursors: ['a'] })
  const same = { utcMs: 5_000 }
  const kept = await Promise.all([
    queue.append([reading(1, same), reading(2, same)]),
    queue.append([reading(3, same), reading(4, { ...same, metric: 'rh' })]),
  ])
  expect(kept.flat().map(({ utcMs }) => utcMs)).toEqual([5_000, 5_001, 5_002, 5_000])
  queue.acknowledge('a', 4)
  // Also when the earlier rows were drained meanwhile.
  expect(await queue.append([reading(5, { utcMs: 5_001 })])).toEqual([reading(5, { utcMs: 5_003 })])
  // A clock that stepped back is not a burst.
  expect(await queue.append([reading(6, { utcMs: 5_003 - 3_600_000 })])).toEqual([
    reading(6, { utcMs: 5_003 - 3_600_000 }),
  ])
})

test('a burst that ran ahead of the clock is remembered over a restart, though its rows were drained', async () => {
  const first = outbox({ store, tools: quietTools, cursors: ['a'] })
  const same = { utcMs: 5_000 }
  await first.append([1, 2, 3, 4].map((value) => reading(value, same)))
  first.acknowledge('a', 4)
  store.close()
  store = openStore(join(folder, 'outbox.db'), 'outbox')
  const second = outbox({ store, tools: quietTools, cursors: ['a'] })
  expect(await second.append([reading(5, { utcMs: 5_002 })])).toEqual([reading(5, { utcMs: 5_004 })])
})

test('a thousand appends of one turn are one commit', async () => {
  const queue = outbox({ store, tools: quietTools, cursors: ['a'] })
  let commits = 0
  const transaction = store.transaction
  const counted = { ...store, transaction: <T>(work: () => T) => (commits++, transaction(work)) }
  const grouped = outbox({ store: counted, tools: quietTools, cursors: ['a'] })
  await Promise.all(Array.from({ length: 1_000 }, (_, n) => grouped.append([reading(n)])))
  expect(commits).toBe(1)
  expect(queue.backlog('a').readings).toBe(1_000)
})

test('when the disk refuses, every append of the commit is told', async () => {
  const queue = outbox({ store, tools: quietTools, cursors: ['a'] })
  store.db.pragma('max_page_count = 1')
  const many = Array.from({ length: 2_000 }, (_, n) => queue.append([reading(n, { metric: 'm'.repeat(200) })]))
  const outcomes = await Promise.allSettled(many)
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(outcomes[0]).toMatchObject({ reason: { code: 'outbox-failed', kind: 'lost' } })
  store.db.pragma('max_page_count = 1000000')
  expect(await queue.append([reading(1)])).toHaveLength(1)
})

test('bounds: the oldest go first, by age and by number, and each time a loss row names what went', async () => {
  const clock = handClock(100_000)
  const queue = outbox({ store, tools: { ...quietTools, clock }, cursors: ['a'], maxRows: 10, maxAgeMs: 50_000 })
  await queue.append(Array.from({ length: 5 }, (_, n) => reading(n, { sensorId: `old${n % 2}`, utcMs: 40_000 + n })))
  await queue.append(Array.from({ length: 15 }, (_, n) => reading(n, { utcMs: 90_000 + n })))
  const stop = new AbortController()
  const running = queue.run(stop.signal)
  stop.abort()
  await running
  expect(queue.losses()).toEqual([
    { utcMs: 100_000, reason: 'too-many', readings: 5, sensors: 1, fromUtcMs: 90_000, toUtcMs: 90_004 },
    { utcMs: 100_000, reason: 'too-old', readings: 5, sensors: 2, fromUtcMs: 40_000, toUtcMs: 40_004 },
  ])
  expect(queue.read('a', 100).map(({ reading }) => reading.utcMs)).toEqual(
    Array.from({ length: 10 }, (_, n) => 90_005 + n),
  )
  expect(queue.counters.lost).toBe(10)
})

test('the quarantine keeps 10,000 payloads, the first 512 bytes of each', async () => {
  const queue = outbox({ store, tools: quietTools, cursors: ['a'] })
  await Promise.all(
    Array.from({ length: 10_050 }, (_, n) => queue.quarantine(`t/${n}`, Buffer.from('x'.repeat(600)), 'not-json')),
  )
  expect(store.db.prepare('SELECT count(*) AS n FROM quarantine').get()).toEqual({ n: 10_000 })
  const [newest] = queue.quarantined(1)
  expect(newest).toMatchObject({ topic: 't/10049', reason: 'not-json', sizeBytes: 600, sample: 'x'.repeat(512) })
})

test('kill -9 loses no reading whose append had resolved', async () => {
  store.close()
  const child = spawn(process.execPath, [new URL('append-forever.ts', import.meta.url).pathname, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8')
  for await (const text of child.stdout as AsyncIterable<string>) {
    said += text
    if (said.split('\n').length > 500) break
  }
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  const acknowledged = said.split('\n').slice(0, -1).map(Number)
  expect(acknowledged.length).toBeGreaterThanOrEqual(500)

  store = openStore(join(folder, 'outbox.db'), 'outbox')
  const queue = outbox({ store, tools: quietTools, cursors: ['a'] })
  const kept = new Set(queue.read('a', 1_000_000).map(({ reading }) => reading.value))
  expect(acknowledged.filter((n) => !kept.has(n))).toEqual([])
})
