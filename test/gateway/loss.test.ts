/**
 * The short form of `npm run bench -- readings --part loss`: real devices, brokers and databases, each fault for real. Most of it is waiting, so
 * three gateways go through it side by side.
 */
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { test } from 'vitest'
import { type LossAct, lossActs } from '../../scripts/bench/lib/readings-loss-acts.ts'
import { type LossBroker, openLossLab } from '../../scripts/bench/lib/readings-loss-lab.ts'
import { ledgerOf, lossOf, verdictOf } from '../../scripts/bench/lib/readings-loss.ts'
import { waiting } from '../../scripts/bench/lib/readings-zone.ts'
import { waitFor } from '../support/wait.ts'

const nothing = { unexplained: 0, duplicates: 0, strange: 0, missing: [], wrongAccounts: [] }

/** Each fault meets one of the ways in; a kill meets all of them. */
const series: readonly { broker: LossBroker; acts: readonly string[] }[] = [
  {
    broker: 'embedded',
    acts: [
      'kill -9 of the gateway',
      'disk full',
      'InfluxDB answers 401',
      'InfluxDB takes some lines',
      'disk full, kill -9',
      'InfluxDB stores, answers 500',
    ],
  },
  {
    broker: 'mosquitto',
    acts: [
      'kill -9 of the gateway',
      'Mosquitto restarted',
      'Mosquitto restarted, gateway away',
      'InfluxDB answers 500',
      'gateway stopped in order',
      'InfluxDB restarted',
      'InfluxDB stores, says nothing',
    ],
  },
  {
    broker: 'shared',
    acts: [
      'kill -9 of the gateway',
      'kill -9 with a backlog',
      'InfluxDB answers 413',
      'InfluxDB answers 503',
      'InfluxDB refuses connections',
    ],
  },
]

const actNamed = (name: string): LossAct => {
  const act = lossActs.find((one) => one.name === name)
  if (act === undefined) throw new Error(`no act is called ${name}`)
  return act
}

for (const { broker, acts } of series)
  test.concurrent(`${broker}: ${acts.join(', ')}: every acknowledged reading is stored or refused by name, none at a moment of another, and the account is right`, async ({
    expect,
  }) => {
    // Only root may mount disks.
    const queue = acts.map(actNamed).filter(({ name }) => process.getuid?.() === 0 || !name.startsWith('disk'))
    const verdict = await lossOf({ broker, devices: 10, perSecond: 500 }, queue.length, queue, Math.random)
    expect(verdict).toMatchObject({ ...nothing, named: 0 })
    expect(verdict.acknowledged).toBeGreaterThan(2_000)
    expect(verdict.stored).toBeGreaterThan(2_000)
    if (acts.includes('InfluxDB takes some lines')) expect(verdict.quarantined).toBeGreaterThan(0)
  }, 300_000)

test.concurrent('more than the outbox may hold: the oldest go, and loss rows name each series with as many readings as are missing', async ({
  expect,
}) => {
  await using lab = await openLossLab({
    broker: 'embedded',
    devices: 5,
    perSecond: 20_000,
    window: 100,
    allowed: 1_000,
    outboxBytes: 1_000_000,
  })
  await waitFor(async () => lab.load.now.acknowledged === 1_000 && (await waiting(lab.gateway)) === 0)
  lab.store.set('refused')
  lab.load.allow(150_000)
  await waitFor(() => lab.load.now.acknowledged === 150_000, { timeoutMs: 60_000, message: 'the devices to be done' })
  await waitFor(async () => (await ledgerOf(lab)).losses.length > 0, { timeoutMs: 100_000, message: 'a loss row' })
  const sent = await lab.load.stop(10)
  lab.store.set('none')
  const verdict = await verdictOf(lab, sent)
  expect(verdict).toMatchObject({ unexplained: 0, duplicates: 0, strange: 0, wrongAccounts: [] })
  expect(verdict.named).toBe(verdict.lost)
  expect(verdict.lost).toBeGreaterThan(1_000)

  const { losses } = await ledgerOf(lab)
  expect(new Set(losses.map(({ reason, store }) => `${reason} ${store}`))).toEqual(new Set(['outbox-bytes influx']))
  for (const [device, lost] of verdict.lostOf) {
    const named = losses.flatMap(({ series: all }) => all.filter(({ sensorId }) => sensorId === device))
    expect(named.reduce((sum, { readings }) => sum + readings, 0)).toBe(lost)
    for (const { metric, fromUtcMs, toUtcMs } of named) {
      expect(metric).toBe('value')
      expect(fromUtcMs).toBeLessThanOrEqual(toUtcMs)
    }
  }
}, 300_000)

test.concurrent('this test can fail: readings that were acknowledged and then taken out of the outbox are missed, and the account tells', async ({
  expect,
}) => {
  await using lab = await openLossLab({ broker: 'embedded', devices: 3, perSecond: 100, window: 1 })
  await lab.recovers()
  lab.store.set('refused')
  await lab.load.flows(100, 30_000)
  const sent = await lab.load.stop(30)
  await lab.gateway.kill9()
  const taken = takeOneBatch(join(lab.dataDir, 'outbox.db'))
  lab.store.set('none')
  await lab.gateway.restart()

  const verdict = await verdictOf(lab, sent)
  expect(taken).toBeGreaterThan(0)
  expect(verdict).toMatchObject({ lost: taken, unexplained: taken, named: 0 })
  expect(verdict.missing.length).toBeGreaterThan(0)
  const { accounts } = await ledgerOf(lab)
  expect(accounts.reduce((sum, { difference }) => sum + difference, 0)).toBe(taken)
  expect(verdict.wrongAccounts.length).toBeGreaterThan(0)
}, 120_000)

/** The loser: a commit in the midst of those that wait, gone. @returns how many readings were in it */
function takeOneBatch(file: string): number {
  const db = new Database(file)
  try {
    const batches = db.prepare<[], { id: number; count: number }>('SELECT id, count FROM batch ORDER BY id').all()
    const one = batches[Math.floor(batches.length / 2)]
    if (one === undefined) throw new Error('the outbox is empty')
    db.prepare('DELETE FROM batch WHERE id = ?').run(one.id)
    return one.count
  } finally {
    db.close()
  }
}
