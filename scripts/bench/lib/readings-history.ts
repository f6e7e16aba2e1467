import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { Config } from '../../../gateway/contract/config.ts'
import { Sensors } from '../../../gateway/contract/lists.ts'
import { History, type Reading } from '../../../gateway/contract/sensor.ts'
import { systemClock } from '../../../gateway/lib/clock.ts'
import { openLog } from '../../../gateway/lib/log.ts'
import { openMetrics } from '../../../gateway/metrics/metrics.ts'
import type { GatewayProcess } from '../../../test/support/gateway-process.ts'
import { type Influx, startInflux } from '../../../test/support/influx.ts'
import { freePort } from '../../../test/support/ports.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { readProcess } from '../../processes.ts'
import { median, quantile, rounded } from './live-figures.ts'
import { startReadings } from './readings-zone.ts'

const sensorId = 'month'
const metric = 'value'
const dayMs = 86_400_000
const stepMs = 10_000
/** Thirty days but ten minutes: what is older than that is about to expire. */
const points = (30 * dayMs - 600_000) / stepMs
const widthPx = 1_000
const rounds = 20
const batch = 5_000

/** A month of a reading every ten seconds, and how long a page waits for its chart, from either store. */
export async function measureHistory() {
  await using stack = new AsyncDisposableStack()
  const end = new AbortController()
  const influx = await startInflux(end.signal)
  stack.defer(async () => {
    await influx.stop()
    end.abort()
  })
  const embedded = await historyOf('embedded store')
  const inInflux = await historyOf('InfluxDB', influx)
  return { historyMs: rounded(Math.max(embedded, inInflux), 1) }
}

async function historyOf(name: string, server?: Influx): Promise<number> {
  const influx = server === undefined ? {} : { influx: { url: server.url, database: 'zone' } }
  const keeping = Config.pick({ influx: true, readings: true }).parse(influx)
  const port = await freePort()
  await using gateway = await startReadings([sensorId], { mqtt: { listen: { port } }, ...influx })
  await knowsMetric(gateway, port)
  // As if it had been at work for a month: the same store, filled by its own functions.
  await gateway.stop()
  const toUtcMs = Math.floor(Date.now() / stepMs) * stepMs
  const fromUtcMs = toUtcMs - points * stepMs
  const fillSeconds = await fill(gateway, keeping, fromUtcMs)
  await gateway.restart()

  const query = `metric=${metric}&widthPx=${widthPx}&fromUtcMs=${fromUtcMs}&toUtcMs=${toUtcMs}`
  const ask = async () => {
    const startedMs = performance.now()
    const response = await gateway.fetch(`/api/sensors/${sensorId}/history?${query}`)
    const text = await response.text()
    const tookMs = performance.now() - startedMs
    if (!response.ok) throw new Error(`${response.status} ${text}`)
    return { tookMs, history: History.parse(JSON.parse(text)) }
  }
  // Rollups may take a moment. What it spoke at the beginning may be in the last bucket.
  let count = 0
  await waitFor(
    async () => {
      count = (await ask()).history.buckets.reduce((sum, bucket) => sum + bucket.count, 0)
      return count === points || count === points + 1
    },
    { timeoutMs: 120_000, everyMs: 500, message: () => `${points} readings in the history of ${name}, found ${count}` },
  )
  const took: number[] = []
  let buckets = 0
  const busyMs = () => [gateway.pid, server?.pid ?? 0].map((pid) => (readProcess(pid)?.cpuSeconds ?? 0) * 1_000)
  const [gatewayMs = 0, serverMs = 0] = busyMs()
  for (let round = 0; round < rounds; round++) {
    const { tookMs, history } = await ask()
    took.push(tookMs)
    buckets = history.buckets.length
    if (buckets > widthPx) throw new Error(`${buckets} buckets for ${widthPx} pixels`)
    for (const { min, max, mean } of history.buckets)
      if (min < -1 || max > 1 || mean < min || mean > max) throw new Error(`a wrong bucket: ${min} ${mean} ${max}`)
  }
  const [gatewayToMs = 0, serverToMs = 0] = busyMs()
  const cost = `gateway ${rounded((gatewayToMs - gatewayMs) / rounds, 1)} ms and InfluxDB ${rounded((serverToMs - serverMs) / rounds, 1)} ms of a processor each`
  console.log(
    `${name}: ${count} readings of 30 days in ${buckets} buckets, median of ${rounds} ${rounded(median(took), 1)} ms, most ${rounded(quantile(took, 1), 1)} ms, ${cost}; filled in ${rounded(fillSeconds, 1)} s`,
  )
  return median(took)
}

/** It speaks once, so that the sensor has the metric. */
async function knowsMetric(gateway: GatewayProcess, port: number) {
  const device = await connectAsync(`mqtt://127.0.0.1:${port}`)
  await device.publishAsync(`zone/${sensorId}`, `{"${metric}":0.5}`, { qos: 1 })
  await device.endAsync()
  await waitFor(
    async () => {
      const { sensors } = Sensors.parse(await (await gateway.fetch('/api/sensors')).json())
      return sensors[0]?.metrics.some(({ key }) => key === metric)
    },
    { message: 'the sensor to have its metric' },
  )
}

/** A sine of a day. */
async function fill(gateway: GatewayProcess, keeping: Parameters<typeof openMetrics>[0], fromUtcMs: number) {
  const startedMs = performance.now()
  const tools = { clock: systemClock, log: openLog('silent') }
  const metrics = openMetrics(keeping, join(gateway.folder, 'data'), tools)
  const signal = AbortSignal.timeout(600_000)
  const tags = { zone: 'bench', site: 'site', workshop: null, area: 'store', unit: null }
  try {
    for (let n = 0; n < points; n += batch) {
      const readings = Array.from({ length: Math.min(batch, points - n) }, (_, k) => {
        const utcMs = fromUtcMs + (n + k) * stepMs
        const value = Math.sin((2 * Math.PI * utcMs) / dayMs)
        const reading: Reading = {
          sensorId,
          metric,
          value,
          rawValue: null,
          quality: 'ok',
          utcMs,
          deviceUtcMs: null,
          source: `zone/${sensorId}`,
        }
        return { reading, tags }
      })
      const refused = await metrics.store.write(readings, signal)
      if (refused.length > 0) throw new Error(`refused: ${refused[0]?.words}`)
    }
    // A gateway at work sums up each hour when it is over.
    await metrics.sumUp(signal)
  } finally {
    metrics.close()
  }
  return (performance.now() - startedMs) / 1_000
}
