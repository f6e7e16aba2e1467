import { setTimeout as sleep } from 'node:timers/promises'
import { startInflux } from '../../../test/support/influx.ts'
import { freePort } from '../../../test/support/ports.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { rounded } from './live-figures.ts'
import { costLine, costOf } from './readings-cost.ts'
import { spread } from './readings-latency.ts'
import { startLoad } from './readings-load.ts'
import { startProbe } from './readings-probe.ts'
import { compare, rowsInInflux } from './readings-verify.ts'
import { deviceNames, measureOf, startReadings, waiting } from './readings-zone.ts'

const devices = deviceNames(50)
const liveDevices = deviceNames(10, 'live')
const livePerSecond = 200
/** The backlog counts as gone when no more wait than live ones of a moment. */
const fewWaiting = 1_000

/** A backlog of so many readings goes to InfluxDB, while live ones are measured. */
export async function measureDrain(readings: number) {
  await using stack = new AsyncDisposableStack()
  const end = new AbortController()
  const influx = await startInflux(end.signal)
  stack.defer(async () => {
    await influx.stop()
    end.abort()
  })
  const port = await freePort()
  const config = { mqtt: { listen: { port } }, influx: { url: influx.url, database: 'zone' } }
  const gateway = stack.use(await startReadings([...devices, ...liveDevices], config))
  const written = () => measureOf(gateway, 'readings_written_total')

  // The gateway has found the database before it goes away.
  const load = stack.use(await startLoad({ port, devices, window: 100, allowed: 500 }))
  await waitFor(async () => (await written()) >= 500, { message: 'the first readings in InfluxDB' })
  await influx.stop()
  load.allow(readings)
  const beganMs = performance.now()
  await waitFor(() => load.now.acknowledged >= readings, {
    timeoutMs: 300_000,
    message: () => `a backlog of ${readings}: ${JSON.stringify(load.now)}`,
  })
  console.log(`a backlog of ${readings} was there after ${rounded((performance.now() - beganMs) / 1_000)} s`)
  const sent = await load.stop(10)

  await influx.start()
  const brokerUrl = `mqtt://127.0.0.1:${port}`
  const probe = stack.use(
    await startProbe({ brokerUrl, gateway, influx, devices: liveDevices, perSecond: livePerSecond }),
  )
  const before = await written()
  await waitFor(async () => (await written()) > before, {
    timeoutMs: 60_000,
    everyMs: 20,
    message: 'the writer to begin again',
  })
  probe.reset()
  const started = { ms: performance.now(), written: await written() }
  let done = started
  const cost = await costOf({ gateway: gateway.pid, influxd: influx.pid }, async () => {
    await waitFor(async () => (await waiting(gateway)) <= fewWaiting, {
      timeoutMs: 180_000,
      everyMs: 50,
      message: 'the backlog to drain',
    })
    done = { ms: performance.now(), written: await written() }
  })
  const { toInfluxMs, sent: live } = await probe.stop()
  await sleep(500)
  const verdict = await compare([...sent, ...live], await rowsInInflux(influx))
  const perSecond = Math.round(((done.written - started.written) * 1_000) / (done.ms - started.ms))
  console.log(
    `backlog: ${perSecond} readings/s into InfluxDB over ${rounded((done.ms - started.ms) / 1_000, 1)} s; ${costLine(cost)}`,
  )
  console.log(`  live ones meanwhile, to InfluxDB: ${spread(toInfluxMs)}`)
  console.log(`  ${verdict.acknowledged} acknowledged, ${verdict.lost} lost, ${verdict.duplicates} duplicates`)
  for (const stretch of verdict.missing) console.log(`  missing: ${stretch}`)
  return { drainPerSecond: perSecond, lost: verdict.lost, duplicates: verdict.duplicates + verdict.twice }
}
