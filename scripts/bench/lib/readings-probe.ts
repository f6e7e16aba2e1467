import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { WebSocket } from 'ws'
import type { FeedMessage } from '../../../gateway/contract/feed.ts'
import type { GatewayProcess } from '../../../test/support/gateway-process.ts'
import type { Influx } from '../../../test/support/influx.ts'
import { waitFor } from '../../../test/support/wait.ts'
import type { Sent } from './readings-device.ts'
import { firstNumber } from './readings-frames.ts'
import { influxRows, rawReadings } from './readings-verify.ts'

export interface ProbeOptions {
  readonly brokerUrl: string
  readonly gateway: GatewayProcess
  readonly influx: Influx
  /** Publish in turn; the first one is also looked for in InfluxDB, again and again. */
  readonly devices: readonly string[]
  readonly perSecond: number
}

/** Live readings, and how long they take. All delays in milliseconds since they were published. */
export interface Probe extends AsyncDisposable {
  readonly published: number
  /** From now on, what was published before is not counted. */
  reset(): void
  /** Publishes nothing more and waits for what is on its way. */
  stop(): Promise<{ toBrowserMs: number[]; toInfluxMs: number[]; sent: readonly Sent[] }>
}

const askEveryMs = 10
/** What was published last is looked for as long. */
const patienceMs = 30_000

/** Publishes numbered readings with QoS 1 at an even pace. One clock, this process's, sees them come and go. */
export async function startProbe({ brokerUrl, gateway, influx, devices, perSecond }: ProbeOptions): Promise<Probe> {
  await using stack = new AsyncDisposableStack()
  const client = await connectAsync(brokerUrl, { clientId: 'probe', reconnectPeriod: 0 })
  stack.defer(() => client.endAsync(true))
  const end = new AbortController()
  const watched = devices[0] ?? ''
  const sentTo = new Map(devices.map((device) => [device, firstNumber - 1]))
  const publishedMs = new Map<string, number>()
  let fromMs = 0
  const toBrowserMs: number[] = []
  const toInfluxMs: number[] = []
  const onFeed = new Set<string>()
  const inInflux = new Set<string>()
  const note = (known: Set<string>, delays: number[], key: string) => {
    const startMs = publishedMs.get(key)
    if (startMs === undefined || known.has(key)) return
    known.add(key)
    if (startMs >= fromMs) delays.push(performance.now() - startMs)
  }

  const socket = new WebSocket(`${gateway.origin.replace('http', 'ws')}/api/feed`, {
    headers: { cookie: await gateway.login(), origin: gateway.origin },
  })
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as FeedMessage
    if (message.kind === 'change' && message.change.kind === 'reading')
      note(onFeed, toBrowserMs, `${message.change.reading.sensorId} ${message.change.reading.value}`)
  })
  stack.defer(() => socket.terminate())
  await waitFor(() => socket.readyState === WebSocket.OPEN, { message: 'the feed' })

  let published = 0
  const publishing = (async () => {
    const startedMs = performance.now()
    while (!end.signal.aborted) {
      const due = Math.floor(((performance.now() - startedMs) * perSecond) / 1_000)
      for (; published < due; published++) {
        const device = devices[published % devices.length] ?? ''
        const number = (sentTo.get(device) ?? 0) + 1
        sentTo.set(device, number)
        publishedMs.set(`${device} ${number}`, performance.now())
        client.publish(`zone/${device}`, `{"value":${number}}`, { qos: 1 })
      }
      await sleep(2)
    }
  })()

  let unseen = firstNumber
  const allSeen = () => unseen > (sentTo.get(watched) ?? 0)
  const asking = (async () => {
    const from = await waitFor(() => rawReadings(influx), { timeoutMs: patienceMs, message: 'the database' })
    let stoppedMs: number | undefined
    while (!end.signal.aborted || !allSeen()) {
      if (end.signal.aborted) stoppedMs ??= performance.now()
      if (stoppedMs !== undefined && performance.now() - stoppedMs > patienceMs)
        throw new Error(`InfluxDB has not shown ${watched} ${unseen}`)
      // From a while before: the gateway's times are not those of this process.
      const sinceMs = (publishedMs.get(`${watched} ${unseen}`) ?? performance.now()) + performance.timeOrigin - 2_000
      const where = `"sensor" = '${watched}' AND time >= ${Math.floor(sinceMs)}ms`
      const rows = await influxRows(influx, `SELECT "value" FROM ${from} WHERE ${where}`)
      for (const [, value] of rows) note(inInflux, toInfluxMs, `${watched} ${Number(value)}`)
      while (inInflux.has(`${watched} ${unseen}`)) unseen++
      await sleep(askEveryMs)
    }
  })()
  // A failure is told at `stop`.
  asking.catch(() => end.abort())

  const rest = stack.move()
  return {
    get published() {
      return published
    },
    reset() {
      fromMs = performance.now()
    },
    async stop() {
      end.abort()
      await publishing
      await waitFor(() => onFeed.size >= published, {
        timeoutMs: 30_000,
        message: () => `${published} readings on the feed, ${onFeed.size} came`,
      })
      await asking
      const sent = devices.map((device): Sent => {
        const last = sentTo.get(device) ?? firstNumber - 1
        return { device, sentTo: last, acknowledged: last < firstNumber ? [] : [[firstNumber, last]] }
      })
      return { toBrowserMs, toInfluxMs, sent }
    },
    async [Symbol.asyncDispose]() {
      end.abort()
      await publishing
      await rest.disposeAsync()
    },
  }
}
