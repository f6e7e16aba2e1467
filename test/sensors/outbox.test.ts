import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { outbox } from '../../gateway/sensors/outbox.ts'
import { openStore } from '../../gateway/store/open.ts'
import { quietTools } from '../support/sensors.ts'
import { eachTest, reading, takeAll } from './outbox-fixture.ts'

const box = eachTest()

test('what was appended is there after a restart, with all of it, and each store gets it', async () => {
  const cursors = ['a', 'b']
  const whole = reading(3, { rawValue: 77.5, quality: 'manual', deviceUtcMs: 900, source: '王芳', metric: 'pH' })
  const first = box.open({ cursors })
  await first.append([reading(1), reading(2)])
  const taken = first.take('a', 'live', 10)
  expect(taken?.readings).toEqual([reading(1), reading(2)])
  if (taken) first.acknowledge(taken, [])
  await first.append([whole])

  const second = box.reopen({ cursors })
  expect(second.backlog('b')).toEqual({ readings: 3, oldestUtcMs: 1_001 })
  expect(second.backlog('a')).toEqual({ readings: 1, oldestUtcMs: 1_003 })
  expect(takeAll(second, 'a')).toEqual([whole])
  expect(takeAll(second, 'b')).toEqual([reading(1), reading(2), whole])
  expect(second.backlog('b')).toEqual({ readings: 0, oldestUtcMs: null })
  expect(second.recent()).toEqual([])
  expect(() => second.take('c', 'live', 1)).toThrowError(expect.objectContaining({ code: 'store-unknown' }))
})

test('what was taken and not acknowledged is given again, also after a restart', async () => {
  const first = box.open()
  await first.append([reading(1)])
  const taken = first.take('a', 'live', 10)
  expect(first.take('a', 'live', 10)).toBeUndefined()
  expect(first.backlog('a').readings).toBe(1)
  if (taken) first.release(taken)
  expect(first.take('a', 'live', 10)?.readings).toEqual([reading(1)])
  expect(takeAll(box.reopen())).toEqual([reading(1)])
})

test('a store that is new gets what is there; one that is gone holds nothing back', async () => {
  await box.open({ cursors: ['old'] }).append([reading(1), reading(2)])
  const queue = box.reopen({ cursors: ['new'] })
  expect(takeAll(queue, 'new')).toEqual([reading(1), reading(2)])
  expect((await queue.ledger()).accounts).toEqual([
    { store: 'new', sensorId: 's1', received: 2, stored: 2, quarantined: 0, lost: 0, waiting: 0, difference: 0 },
  ])
})

test('readings of the last minute are remembered although a store has them', async () => {
  const nowUtcMs = Date.now()
  const fresh = [1, 2].map((n) => reading(n, { utcMs: nowUtcMs + n * 1_000 }))
  const queue = box.open()
  await queue.append([reading(0, { utcMs: nowUtcMs - 300_000 })])
  await queue.append(fresh)
  takeAll(queue)
  expect(box.reopen().recent()).toEqual(fresh)
})

test('appends of one turn are one commit, and five hundred do not wait', async () => {
  let commits = 0
  const { store } = box
  const transaction = store.transaction
  const counted = { ...store, transaction: <T>(work: () => T) => (commits++, transaction(work)) }
  const sleeps: number[] = []
  const clock = {
    ...quietTools.clock,
    sleep: (ms: number, signal?: AbortSignal) => {
      sleeps.push(ms)
      return quietTools.clock.sleep(signal ? 60_000 : ms, signal)
    },
  }
  const grouped = outbox({ store: counted, tools: { ...quietTools, clock }, cursors: ['a'] })
  commits = 0
  // Were they not woken, they would wait for a minute.
  await Promise.all(Array.from({ length: 500 }, (_, n) => grouped.append([reading(n)])))
  expect(commits).toBe(1)
  expect(sleeps).toEqual([2])
  expect(grouped.backlog('a').readings).toBe(500)
})

test('when the disk refuses, every append of the commit is told, and it goes on when there is room', async () => {
  const queue = box.open()
  await queue.append([reading(0)])
  box.store.db.pragma('max_page_count = 1')
  const many = Array.from({ length: 2_000 }, (_, n) => queue.append([reading(n, { metric: `${n}${'m'.repeat(200)}` })]))
  const outcomes = await Promise.allSettled(many)
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(outcomes[0]).toMatchObject({ reason: { code: 'outbox-failed', kind: 'lost' } })
  box.store.db.pragma('max_page_count = 1000000')
  expect(queue.backlog('a').readings).toBe(1)
  // Of the failed ones no name was kept: the same series is new again.
  const again = reading(5, { metric: `5${'m'.repeat(200)}` })
  await queue.append([again])
  expect(takeAll(queue)).toEqual([reading(0), { ...again, utcMs: expect.any(Number) }])
  expect((await queue.ledger()).accounts).toMatchObject([{ received: 2, stored: 2, difference: 0 }])
})

test('the quarantine keeps 10,000 payloads, the first 512 bytes of each, and whose they are', async () => {
  const queue = box.open()
  const payload = Buffer.from('x'.repeat(600))
  await Promise.all(
    Array.from({ length: 10_050 }, (_, n) => queue.quarantine(`t/${n}`, payload, 'not-json', n % 2 ? 's1' : null)),
  )
  expect(box.rows('quarantine')).toBe(10_000)
  const newest = { topic: 't/10049', reason: 'not-json', sizeBytes: 600, sample: 'x'.repeat(512), sensorId: 's1' }
  expect(queue.quarantined(1)).toMatchObject([newest])
  expect((await queue.ledger()).accounts).toMatchObject([{ received: 5_025, quarantined: 5_025, difference: 0 }])
})

test('readings in an outbox of version 0.3 are packed into batches, and its losses kept', async () => {
  box.store.close()
  const file = join(box.folder, 'old.db')
  const old = new Database(file)
  old.exec(readFileSync(new URL('../../gateway/store/migrations/outbox/0001-outbox.sql', import.meta.url), 'utf8'))
  old.pragma('user_version = 1')
  const insert = old.prepare(
    'INSERT INTO reading (sensor_id, metric, utc_ms, value, quality, device_utc_ms) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const kept = Array.from({ length: 12_000 }, (_, n) =>
    reading(n, { sensorId: `s${n % 7}`, quality: n % 3 ? 'ok' : 'late', deviceUtcMs: n % 2 ? n : null, source: '' }),
  )
  old.transaction(() => {
    for (const { sensorId, metric, utcMs, value, quality, deviceUtcMs } of kept)
      insert.run(sensorId, metric, utcMs, value, quality, deviceUtcMs)
  })()
  old.exec(`INSERT INTO cursor (name, upto_id) VALUES ('a', 2000);
            INSERT INTO ahead (sensor_id, metric, utc_ms) VALUES ('gone', 'temp', 5000);
            INSERT INTO loss (utc_ms, reason, readings, sensors, from_utc_ms, to_utc_ms) VALUES (7, 'too-many', 3, 1, 1, 2)`)
  old.close()
  box.store = openStore(file, 'outbox')
  const queue = box.open()
  expect(queue.losses()).toEqual([{ id: 1, utcMs: 7, reason: 'outbox-bytes', store: 'a', readings: 3, series: [] }])
  expect(await queue.append([reading(0, { sensorId: 'gone', utcMs: 4_000 })])).toMatchObject([{ utcMs: 5_001 }])
  expect(queue.backlog('a').readings).toBe(10_001)
  expect(JSON.stringify(takeAll(queue).slice(0, 10_000)) === JSON.stringify(kept.slice(2_000))).toBe(true)
  expect((await queue.ledger()).accounts.every(({ difference }) => difference === 0)).toBe(true)
  const names = box.store.db.prepare("SELECT name FROM sqlite_master WHERE name LIKE '%before'").all()
  expect(names).toEqual([])
})

test('kill -9 loses no reading whose append had resolved', async () => {
  box.store.close()
  const child = spawn(process.execPath, [new URL('append-forever.ts', import.meta.url).pathname, box.folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  const ended = once(child, 'exit')
  child.stdout.setEncoding('utf8')
  for await (const text of child.stdout as AsyncIterable<string>) {
    said += text
    if (said.split('\n').length > 500) child.kill('SIGKILL')
  }
  await ended
  const acknowledged = said.split('\n').slice(0, -1).map(Number)
  expect(acknowledged.length).toBeGreaterThanOrEqual(500)

  const queue = box.reopen()
  const kept = new Set(takeAll(queue).map(({ value }) => value))
  expect(acknowledged.filter((n) => !kept.has(n))).toEqual([])
  expect((await queue.ledger()).accounts).toMatchObject([{ difference: 0 }])
})
