import { setTimeout as sleep } from 'node:timers/promises'
import { startInflux } from '../../../test/support/influx.ts'
import { freePort } from '../../../test/support/ports.ts'
import { quantile, rounded } from './live-figures.ts'
import { costLine, costOf } from './readings-cost.ts'
import { startProbe } from './readings-probe.ts'
import { deviceNames, startReadings } from './readings-zone.ts'

/** As many as a zone of 60 workshops sends. */
const perSecond = 200
const devices = deviceNames(10)

/** From publish to what a browser hears, and to what a query of InfluxDB shows. */
export async function measureLatency(seconds: number) {
  await using stack = new AsyncDisposableStack()
  const end = new AbortController()
  const influx = await startInflux(end.signal)
  stack.defer(async () => {
    await influx.stop()
    end.abort()
  })
  const port = await freePort()
  const config = { mqtt: { listen: { port } }, influx: { url: influx.url, database: 'zone' } }
  const gateway = stack.use(await startReadings(devices, config))
  const brokerUrl = `mqtt://127.0.0.1:${port}`
  const probe = stack.use(await startProbe({ brokerUrl, gateway, influx, devices, perSecond }))
  await sleep(5_000)
  probe.reset()
  const cost = await costOf({ gateway: gateway.pid, influxd: influx.pid }, () => sleep(seconds * 1_000))
  const { toBrowserMs, toInfluxMs } = await probe.stop()
  console.log(`${perSecond} messages/s over ${seconds} s: ${costLine(cost)}`)
  console.log(`  to a browser: ${spread(toBrowserMs)}`)
  console.log(`  to InfluxDB, as a query sees it: ${spread(toInfluxMs)}`)
  return {
    toBrowserMsP99: rounded(quantile(toBrowserMs, 0.99), 1),
    toInfluxMsP99: rounded(quantile(toInfluxMs, 0.99)),
  }
}

/** Of delays in milliseconds. */
export const spread = (delays: readonly number[]): string =>
  [0.5, 0.95, 0.99, 1]
    .map((part) => `${part === 1 ? 'most' : `p${part * 100}`} ${rounded(quantile(delays, part), 1)} ms`)
    .concat(`${delays.length} readings`)
    .join(', ')
