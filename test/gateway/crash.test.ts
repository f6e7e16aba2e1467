import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Camera, Span } from '../../gateway/contract/camera.ts'
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { type RtspServer, startRtsp } from '../support/gst-rtsp.ts'
import { freePort } from '../support/ports.ts'
import { openTempFolder } from '../support/temp.ts'
import { waitFor } from '../support/wait.ts'

const login = { user: 'admin', password: 'gst-secret-1' }
/** Thousands of messages a second, but no more of one metric than its milliseconds. */
const sensorCount = 50
const kinds = ['h264', 'h264b', 'h265'] as const
const temp = openTempFolder('crash')
let rtsp: RtspServer
let gateway: GatewayProcess
let brokerPort: number

beforeAll(async () => {
  rtsp = await startRtsp({ kinds, count: 2, widthPx: 320, heightPx: 180, ...login })
  brokerPort = await freePort()
  gateway = await startGateway({ config: { mqtt: { listen: { port: brokerPort } } }, zone: zoneFile() })
})
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await rtsp?.stop()
  temp.remove()
})

const cameraIds = kinds.flatMap((kind) => [0, 1].map((k) => `${kind}-${k}`))
const zoneFile = () => ({
  zone: { id: 'z', name: '测试区' },
  sites: [{ id: 's', name: '站点', areas: [{ id: 'gate', name: '大门', kind: 'gate' }] }],
  cameras: kinds.flatMap((kind) =>
    [0, 1].map((k) => ({
      id: `${kind}-${k}`,
      name: kind,
      area: 'gate',
      purpose: 'test',
      rtspUrl: rtsp.url(kind, k),
      ...login,
    })),
  ),
  sensors: Array.from({ length: sensorCount }, (_, n) => ({
    id: `counter-${n}`,
    name: '计数',
    area: 'gate',
    candidate: `json:zone/counter-${n}`,
  })),
})

async function get<T>(path: string): Promise<T> {
  const response = await gateway.fetch(path)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
const spansOf = async (cameraId: string): Promise<Span[]> => {
  const now = Date.now()
  return (await get<{ spans: Span[] }>(`/api/cameras/${cameraId}/spans?fromUtcMs=${now - 86_400_000}&toUtcMs=${now}`))
    .spans
}
const allRecord = () =>
  waitFor(
    async () =>
      (await get<{ cameras: Camera[] }>('/api/cameras')).cameras.every(({ state }) => state.status === 'recording'),
    {
      timeoutMs: 40_000,
      message: 'all cameras to record',
    },
  )

/** Publishes rising numbers with QoS 1, as fast as they are acknowledged; keeps what was acknowledged. */
async function publishUntil(stop: AbortSignal, from: number): Promise<number[]> {
  const client = await connectAsync(`mqtt://127.0.0.1:${brokerPort}`, { reconnectPeriod: 0 })
  const acknowledged: number[] = []
  const one = async (n: number) => {
    await client.publishAsync(`zone/counter-${n % sensorCount}`, JSON.stringify({ value: n }), { qos: 1 })
    acknowledged.push(n)
  }
  let n = from
  const lane = async () => {
    try {
      while (!stop.aborted && client.connected) await one(n++)
    } catch (cause) {
      // The kill breaks the connection: what was not acknowledged may be lost, and is not counted.
      if (client.connected) throw cause
    }
  }
  const gone = new Promise<void>((resolve) => client.once('close', () => resolve()))
  await Promise.race([Promise.all(Array.from({ length: 8 }, lane)), gone])
  await client.endAsync(true)
  return acknowledged
}

test('killed three times while recording: each camera plays up to a second before, the gap says so, no acknowledged reading is missing', async () => {
  const acknowledged: number[] = []
  for (let round = 0; round < 3; round++) {
    await allRecord()
    const stop = new AbortController()
    const publishing = publishUntil(stop.signal, round * 1_000_000)
    // A different moment of the fragment in each round.
    const startedUtcMs = Date.now()
    await waitFor(() => Date.now() - startedUtcMs > 4_000 + round * 370)
    const killedUtcMs = Date.now()
    await gateway.kill9()
    stop.abort()
    acknowledged.push(...(await publishing))
    await gateway.restart()

    for (const cameraId of cameraIds) {
      const spans = await spansOf(cameraId)
      const crash = spans.find((span) => span.reason === 'gateway-crashed' && span.endUtcMs > killedUtcMs)
      const before = spans.findLast((span) => span.kind === 'recorded' && span.startUtcMs < killedUtcMs)
      expect(crash, `${cameraId} in round ${round}`).toBeDefined()
      expect(before?.endUtcMs, `${cameraId} in round ${round}`).toBe(crash?.startUtcMs)
      expect(killedUtcMs - (before?.endUtcMs ?? 0), `${cameraId} in round ${round}`).toBeLessThanOrEqual(1_000)

      const range = `fromUtcMs=${killedUtcMs - 3_000}&toUtcMs=${killedUtcMs}`
      const clip = await gateway.fetch(`/api/cameras/${cameraId}/clip.mp4?${range}`)
      expect(clip.status).toBe(200)
      const file = join(temp.path, `${cameraId}-${round}.mp4`)
      writeFileSync(file, Buffer.from(await clip.arrayBuffer()))
      const said = execFileSync(
        'ffprobe',
        ['-v', 'error', '-count_frames', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0', file],
        { encoding: 'utf8' },
      )
      expect(Number(said.trim().replace(',', ''))).toBeGreaterThan(25)
    }
  }
  await allRecord()

  expect(acknowledged.length).toBeGreaterThan(100)
  await waitFor(async () =>
    (await (await gateway.fetch('/metrics')).text()).includes('zone_gateway_readings_waiting 0'),
  )
  const stored = new Database(join(gateway.folder, 'data/metrics.db'), { readonly: true })
  const values = new Set(stored.prepare('SELECT value FROM reading').pluck().all())
  stored.close()
  const missing = acknowledged.filter((value) => !values.has(value))
  const holes = missing.filter((value, at) => missing[at - 1] !== value - 1)
  expect(missing.length, `missing from ${holes.slice(0, 10).join(', ')} of ${acknowledged.length}`).toBe(0)
}, 180_000)

test('stopped in order: the gap says gateway-stopped, and nothing is left to recover', async () => {
  await allRecord()
  const stoppedUtcMs = Date.now()
  await gateway.stop()
  await gateway.restart()
  for (const cameraId of cameraIds) {
    const gap = (await spansOf(cameraId)).find((span) => span.kind === 'gap' && span.endUtcMs > stoppedUtcMs)
    expect(gap?.reason).toBe('gateway-stopped')
  }
  expect(gateway.output().split('the gateway has stopped').at(-1)).not.toContain('recovered from an unclean end')
}, 60_000)
