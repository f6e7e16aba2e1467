import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewayProcess } from '../../../test/support/gateway-process.ts'
import { type Influx, startInflux } from '../../../test/support/influx.ts'
import { startMosquitto } from '../../../test/support/mosquitto.ts'
import { freePort } from '../../../test/support/ports.ts'
import { rounded } from './live-figures.ts'
import { type Cost, costLine, costOf } from './readings-cost.ts'
import { type Load, startLoad } from './readings-load.ts'
import { startPlainLoop } from './readings-plain-loop.ts'
import { compare, rowsInInflux, type Verdict } from './readings-verify.ts'
import { deviceNames, drained, measureOf, shippedMosquitto, startReadings, waiting } from './readings-zone.ts'

const devices = deviceNames(50)
/** Unacknowledged messages of one device: a sensor hub that sends what it collected. */
const window = 40
/** Connections, first commits and compiled code are over by then. */
const settleMs = 5_000
/**
 * So many messages may lie between publisher and taker, in Mosquitto's queues. It takes whatever comes, faster than any subscriber, and drops
 * what does not fit: what is measured is how fast they are taken, for good.
 */
const mostAhead = 20_000
const lookMs = 250

export interface RateOptions {
  readonly seconds: number
  /** Further ones for the gateway's Node, e.g. `--cpu-prof`. */
  readonly flags: readonly string[]
}

/** Devices at the embedded broker, readings on to InfluxDB. */
export async function measureEmbedded({ seconds, flags }: RateOptions) {
  await using stack = new AsyncDisposableStack()
  const influx = await influxOf(stack)
  const port = await freePort()
  const gateway = stack.use(
    await startReadings(devices, { mqtt: { listen: { port } }, influx: { url: influx.url, database: 'zone' } }, flags),
  )
  const load = stack.use(await startLoad({ port, devices, window }))
  const acknowledged = () => Promise.resolve({ count: load.now.acknowledged, atMs: load.now.atMs })
  const programs = { gateway: gateway.pid, generator: load.pid, influxd: influx.pid }
  const { perSecond, cost } = await rateOf(acknowledged, programs, seconds)
  const verdict = await verdictOf(load, gateway, influx)
  tell('embedded broker', perSecond, cost, verdict)
  return { embeddedPerSecond: perSecond, ...figuresOf(cost, verdict) }
}

/** Devices at Mosquitto, the gateway as its client. */
export async function measureMosquitto({ seconds, flags }: RateOptions, connections: number) {
  await using stack = new AsyncDisposableStack()
  const influx = await influxOf(stack)
  const broker = await mosquittoOf(stack)
  const gateway = stack.use(
    await startReadings(
      devices,
      { mqtt: { url: broker.url, connections }, influx: { url: influx.url, database: 'zone' } },
      flags,
    ),
  )
  const taken = async () => ({ count: await measureOf(gateway, 'mqtt_packets_total'), atMs: nowMs() })
  const load = stack.use(await startLoad({ port: broker.port, devices, window, allowed: mostAhead }))
  const programs = { gateway: gateway.pid, generator: load.pid, mosquitto: broker.pid, influxd: influx.pid }
  const { perSecond, cost } = await keepingUp(load, taken, () => rateOf(taken, programs, seconds))
  const verdict = await verdictOf(load, gateway, influx)
  tell(`Mosquitto, ${connections} connections`, perSecond, cost, verdict)
  return { mosquittoPerSecond: perSecond, ...figuresOf(cost, verdict) }
}

/** The same devices at Mosquitto, and what a first version of such a program looks like: acknowledged on arrival, kept in memory, written in its turn. */
export async function measurePlain({ seconds }: RateOptions) {
  await using stack = new AsyncDisposableStack()
  const influx = await influxOf(stack)
  await influx.query('CREATE DATABASE "zone"')
  const broker = await mosquittoOf(stack)
  const loop = stack.use(await startPlainLoop(broker.url, influx.url))
  const written = () => Promise.resolve({ count: loop.now.written, atMs: loop.now.atMs })
  const load = stack.use(await startLoad({ port: broker.port, devices, window, allowed: mostAhead }))
  const programs = { 'plain loop': loop.pid, generator: load.pid, mosquitto: broker.pid, influxd: influx.pid }
  const { perSecond, cost } = await keepingUp(load, written, () => rateOf(written, programs, seconds))
  const sent = await load.stop(30)
  await loop.caughtUp()
  tell('plain loop, nothing durable', perSecond, cost, await compare(sent, await rowsInInflux(influx)))
  return { plainPerSecond: perSecond }
}

const nowMs = () => performance.timeOrigin + performance.now()

async function influxOf(stack: AsyncDisposableStack): Promise<Influx> {
  const end = new AbortController()
  const influx = await startInflux(end.signal)
  stack.defer(async () => {
    await influx.stop()
    end.abort()
  })
  return influx
}

async function mosquittoOf(stack: AsyncDisposableStack) {
  const end = new AbortController()
  const broker = await startMosquitto(end.signal, { settings: shippedMosquitto() })
  stack.defer(async () => {
    await broker.stop()
    end.abort()
  })
  return broker
}

type Count = () => Promise<{ readonly count: number; readonly atMs: number }>

async function rateOf(count: Count, programs: Readonly<Record<string, number>>, seconds: number) {
  await sleep(settleMs)
  let before = await count()
  let after = before
  const cost = await costOf(programs, async () => {
    before = await count()
    await sleep(seconds * 1_000)
    after = await count()
  })
  const perSecond = Math.round(((after.count - before.count) * 1_000) / (after.atMs - before.atMs))
  return { perSecond, cost }
}

/** Lets the publishers go on as far as the taker has come. */
async function keepingUp<T>(load: Load, taken: Count, work: () => Promise<T>): Promise<T> {
  const end = new AbortController()
  const following = (async () => {
    while (!end.signal.aborted) {
      load.allow((await taken()).count + mostAhead)
      await sleep(lookMs)
    }
  })()
  try {
    // What goes wrong with the one ends the other.
    return await Promise.race([work(), following.then(() => Promise.reject(new Error('nobody follows the load')))])
  } finally {
    end.abort()
    await following
  }
}

async function verdictOf(load: Load, gateway: GatewayProcess, influx: Influx): Promise<Verdict> {
  console.log(await memoryOf(gateway))
  const sent = await load.stop(60)
  console.log(`the outbox was empty ${rounded(await drained(gateway), 1)} s after the last message`)
  return await compare(sent, await rowsInInflux(influx))
}

/** Of the gateway, at the end of the load. */
async function memoryOf(gateway: GatewayProcess): Promise<string> {
  const parts = ['nodejs_heap_size_used_bytes', 'nodejs_heap_size_total_bytes', 'nodejs_external_memory_bytes']
  const [used = 0, total = 0, outside = 0] = await Promise.all(parts.map((part) => measureOf(gateway, part)))
  return `gateway: heap ${rounded(used / 1e6)} of ${rounded(total / 1e6)} MB, beside it ${rounded(outside / 1e6)} MB, ${await waiting(gateway)} readings wait`
}

function tell(
  name: string,
  perSecond: number,
  cost: Cost,
  { acknowledged, lost, duplicates, twice, missing }: Verdict,
) {
  console.log(`${name}: ${perSecond} messages/s over ${rounded(cost.seconds)} s`)
  console.log(`  ${costLine(cost)}`)
  console.log(`  of a processor a message: ${perMessage(cost, perSecond)}`)
  console.log(`  ${acknowledged} acknowledged, ${lost} lost, ${duplicates} duplicates, ${twice} stored again`)
  for (const stretch of missing) console.log(`  missing: ${stretch}`)
}

/** Also on a machine that is busy with something else, this says what could be reached. */
const perMessage = ({ cores }: Cost, perSecond: number): string =>
  [...cores].map(([name, share]) => `${name} ${rounded((share * 1e6) / perSecond, 1)} µs`).join(', ')

const figuresOf = ({ rssMb }: Cost, { lost, duplicates, twice }: Verdict) => ({
  lost,
  // Nothing was interrupted: nothing needed to be sent again either.
  duplicates: duplicates + twice,
  rssMb: rounded(rssMb.get('gateway') ?? 0),
})
