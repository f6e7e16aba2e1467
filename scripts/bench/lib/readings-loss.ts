import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type ReadingLedger, ReadingLedger as LedgerAnswer } from '../../../gateway/contract/sensor.ts'
import { waitFor } from '../../../test/support/wait.ts'
import type { Sent } from './readings-device.ts'
import { type LossAct, lossActs } from './readings-loss-acts.ts'
import { type LossBroker, type LossLab, type LossLabOptions, lossBrokers, openLossLab } from './readings-loss-lab.ts'
import { compare, rowsInInflux, type Verdict } from './readings-verify.ts'
import { measureOf, waiting } from './readings-zone.ts'

/** What became of the readings of a lab, and what the gateway says of it. */
export interface LossVerdict extends Verdict {
  readonly quarantined: number
  /** Named in loss rows. */
  readonly named: number
  /** Acknowledged, and neither stored, nor quarantined, nor named: what must not be. */
  readonly unexplained: number
  /** Accounts that do not add up, or that say something else than InfluxDB, in words. */
  readonly wrongAccounts: readonly string[]
}

export interface LossSet {
  readonly broker: LossBroker
  readonly rounds: number
  readonly verdict: LossVerdict
}

/**
 * Rounds of faults, in labs of a few rounds each, so that a failure is found among few.
 * @param perLab acts of one lab; each act comes before any comes again
 */
export async function* runLoss(rounds: number, perLab: number, random: () => number): AsyncGenerator<LossSet> {
  const queues = new Map<LossBroker, LossAct[]>()
  for (let done = 0, lab = 0; done < rounds; lab++) {
    const broker = lossBrokers[lab % lossBrokers.length] ?? 'embedded'
    const count = Math.min(perLab, rounds - done)
    const queue = queues.get(broker) ?? []
    queues.set(broker, queue)
    const verdict = await lossOf({ broker }, count, queue, random)
    done += count
    yield { broker, rounds: count, verdict }
  }
}

/** One lab: so many acts from the queue, which is filled again when it is empty. */
export async function lossOf(
  options: LossLabOptions,
  rounds: number,
  queue: LossAct[],
  random: () => number,
): Promise<LossVerdict> {
  await using lab = await openLossLab(options)
  await lab.recovers()
  for (let round = 0; round < rounds; round++) {
    if (queue.length === 0) queue.push(...shuffled(lossActs, random).filter(({ fits }) => fits(lab)))
    const act = queue.shift()
    if (act === undefined) throw new Error('no act fits this lab')
    try {
      await act.run(lab, random)
      await lab.recovers()
    } catch (cause) {
      throw new Error(
        `${act.name} with ${lab.broker}; the gateway said at last:\n${lab.gateway.output().slice(-4_000)}`,
        { cause },
      )
    }
  }
  return await verdictOf(lab, await lab.load.stop(60))
}

export async function verdictOf(lab: LossLab, sent: readonly Sent[]): Promise<LossVerdict> {
  await settles(lab)
  const { accounts, losses } = await ledgerOf(lab)
  const refused = refusedNumbers(lab)
  const rowsOf = await rowsInInflux(lab.influx)
  const verdict = await compare(sent, rowsOf, (device, number) => refused.has(`${device} ${number}`))
  const namedOf = new Map<string, number>()
  for (const { sensorId, readings } of losses.flatMap(({ series }) => series))
    namedOf.set(sensorId, (namedOf.get(sensorId) ?? 0) + readings)
  const unexplained = [...verdict.lostOf].map(([device, lost]) => Math.max(0, lost - (namedOf.get(device) ?? 0)))
  const wrongAccounts = accounts.flatMap((account) => {
    const rows = verdict.storedOf.get(account.sensorId) ?? 0
    const wrong = account.difference !== 0 || account.waiting !== 0 || account.stored !== rows
    return wrong ? [`${JSON.stringify(account)}, ${rows} rows`] : []
  })
  const without = sent.filter(({ device }) => !accounts.some(({ sensorId }) => sensorId === device))
  return {
    ...verdict,
    quarantined: refused.size,
    named: [...namedOf.values()].reduce((sum, count) => sum + count, 0),
    unexplained: unexplained.reduce((sum, count) => sum + count, 0),
    wrongAccounts: [...wrongAccounts, ...without.map(({ device }) => `${device} has no account`)],
  }
}

export async function ledgerOf({ gateway }: LossLab): Promise<ReadingLedger> {
  const answer = await gateway.fetch('/api/readings/ledger')
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the ledger: ${answer.status} ${text}`)
  return LedgerAnswer.parse(JSON.parse(text))
}

/** Waits until nothing comes out of the broker any more, and nothing waits for InfluxDB. */
async function settles({ gateway }: LossLab) {
  let before = Number.NaN
  let last = ''
  await waitFor(
    async () => {
      const [packets, wait] = await Promise.all([measureOf(gateway, 'mqtt_packets_total'), waiting(gateway)])
      last = `${packets} messages taken, ${wait} readings wait`
      const isQuiet = packets === before && wait === 0
      before = packets
      return isQuiet
    },
    {
      timeoutMs: 120_000,
      everyMs: 1_000,
      message: () => `everything to settle: ${last}\n${gateway.output().slice(-4_000)}`,
    },
  )
}

/** Of readings that InfluxDB refused, which numbers: they stand in the sample, as JSON or as the line that was refused. */
function refusedNumbers({ dataDir }: LossLab): Set<string> {
  const db = new Database(join(dataDir, 'outbox.db'), { readonly: true })
  try {
    const rows = db.prepare<[], { sample: Buffer }>(`SELECT sample FROM quarantine WHERE refused = 1`).all()
    return new Set(
      rows.map(({ sample }) => {
        const text = sample.toString()
        const sensor = /"sensorId":"([^"]+)"/.exec(text) ?? /,sensor=([^, ]+)/.exec(text)
        const value = /"value":(\d+)/.exec(text) ?? /[ ,]value=(\d+)/.exec(text)
        if (!sensor || !value) throw new Error(`a refused reading that cannot be told: ${text}`)
        return `${sensor[1]} ${value[1]}`
      }),
    )
  } finally {
    db.close()
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const left = [...items]
  return items.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T)
}
