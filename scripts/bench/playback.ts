import { mkdirSync, rmSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Camera } from '../../gateway/contract/camera.ts'
import { days, minutes } from '../../gateway/domain/units.ts'
import { type GatewayProcess, startGateway } from '../../test/support/gateway-process.ts'
import { waitFor } from '../../test/support/wait.ts'
import type { Bench } from '../bench.ts'
import { memoryEnv, memoryFlags } from '../demo.ts'
import { cameraId, clipFile, fullHd, startCameras, zoneOf } from './lib/cameras.ts'
import { makeMonth } from './lib/month.ts'
import { videoOf } from './lib/video.ts'

export const bench: Bench = {
  summary:
    'an index of 30 days x 16 cameras: timelines, clips, previews, coverage, restart; --days N (30) --cameras N (16)',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { days: { type: 'string', default: '30' }, cameras: { type: 'string', default: '16' } },
    })
    const [dayCount, cameras] = [Number(values.days), Number(values.cameras)]
    if (!(dayCount > 0) || !(cameras >= 1)) throw new Error('--days and --cameras must be numbers above 0')
    const clip = await clipFile(fullHd)
    await using source = await startCameras(clip, cameras)
    await using gateway = await startGateway({
      zone: zoneOf(source.urls),
      config: { storage: { retentionDays: 60 }, log: { level: 'info' } },
      env: { ...memoryEnv, NODE_OPTIONS: memoryFlags.join(' ') },
    })
    await gateway.stop()
    const madeMs = performance.now()
    const recordings = join(gateway.folder, 'recordings')
    for (const id of source.urls.map((_, n) => cameraId(n))) {
      rmSync(join(recordings, id), { recursive: true, force: true })
      mkdirSync(join(recordings, id))
    }
    const untilUtcMs = Date.now() - minutes(5)
    const month = makeMonth({
      dataDir: join(gateway.folder, 'data'),
      recordings,
      cameraIds: source.urls.map((_, n) => cameraId(n)),
      days: dayCount,
      untilUtcMs,
      video: videoOf(clip),
    })
    console.log(
      `made ${month.segments} segments with ${month.fragments} fragments in ${seconds(performance.now() - madeMs)}`,
    )
    const figures = await measure(gateway, month.real, dayCount, untilUtcMs)
    for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(16)}${String(value).padStart(9)}`)
    return figures
  },
}

async function measure(
  gateway: GatewayProcess,
  real: { cameraId: string; fromUtcMs: number; toUtcMs: number },
  dayCount: number,
  untilUtcMs: number,
) {
  console.log(`first start with this index: recording after ${await restart(gateway)} ms`)
  const cookie = await gateway.login()
  const ask = (path: string) => timed(new URL(path, gateway.origin), cookie)
  const whole = `fromUtcMs=${untilUtcMs - days(dayCount)}&toUtcMs=${untilUtcMs}`
  // The ledger has counted every hour once.
  await waitFor(
    async () => JSON.parse((await ask(`/api/coverage?bucket=day&${whole}`)).text()).rows.length >= dayCount,
    { timeoutMs: 120_000, message: 'coverage of all days' },
  )
  const inReal = (n: number) => real.fromUtcMs + 20_000 + n * 7_300
  const clipPath = (fromUtcMs: number, lengthMs: number) =>
    `/api/cameras/${real.cameraId}/clip.mp4?fromUtcMs=${fromUtcMs}&toUtcMs=${fromUtcMs + lengthMs}`
  const spans = await many(15, (n) => ask(`/api/cameras/${cameraId(n)}/spans?${whole}`))
  const coverage = await many(15, () => ask(`/api/coverage?bucket=day&${whole}`))
  const coverageHours = await many(5, (n) => ask(`/api/coverage?bucket=hour&cameraId=${cameraId(n)}&${whole}`))
  const first = await many(15, (n) => ask(clipPath(inReal(n), 60_000)))
  const long = await many(5, () => ask(clipPath(real.fromUtcMs + 30_000, minutes(10))))
  const previewOf = (n: number) => ask(`/api/cameras/${real.cameraId}/preview.jpg?utcMs=${inReal(n)}`)
  // The made footage has no previews: each is made while it is asked for once, and then lies in its pack.
  const made = await many(15, previewOf)
  const preview = await many(40, previewOf)
  const still = await many(5, (n) => ask(`/api/cameras/${real.cameraId}/still.jpg?utcMs=${inReal(n)}`))
  const playlist = await many(5, () =>
    ask(
      `/api/cameras/${real.cameraId}/playlist.m3u8?fromUtcMs=${real.fromUtcMs}&toUtcMs=${real.fromUtcMs + 3_600_000}`,
    ),
  )
  const restarts: number[] = []
  for (let n = 0; n < 3; n++) {
    await gateway.kill9()
    restarts.push(await restart(gateway))
  }
  return {
    spansMs: median(spans.map(({ wholeMs }) => wholeMs)),
    clipFirstByteMs: median(first.map(({ firstByteMs }) => firstByteMs)),
    clipMbPerSecond: Math.round(median(long.map(({ bytes, wholeMs }) => bytes / 1e6 / (wholeMs / 1_000)))),
    previewMs: median(preview.map(({ wholeMs }) => wholeMs)),
    previewMadeMs: median(made.map(({ wholeMs }) => wholeMs)),
    coverageMs: median(coverage.map(({ wholeMs }) => wholeMs)),
    restartMs: Math.round(median(restarts)),
    coverageHoursMs: median(coverageHours.map(({ wholeMs }) => wholeMs)),
    stillMs: median(still.map(({ wholeMs }) => wholeMs)),
    playlistHourMs: median(playlist.map(({ wholeMs }) => wholeMs)),
    clipMb: Math.round(median(long.map(({ bytes }) => bytes / 1e6))),
  }
}

/** @returns milliseconds from the start of the program until every camera is recorded again */
async function restart(gateway: GatewayProcess): Promise<number> {
  const startedMs = performance.now()
  await gateway.restart()
  await waitFor(
    async () => {
      const { cameras } = (await (await gateway.fetch('/api/cameras')).json()) as { cameras: Camera[] }
      return cameras.every(({ state }) => state.status === 'recording')
    },
    { timeoutMs: 120_000, everyMs: 20, message: 'all cameras to record again' },
  )
  return Math.round(performance.now() - startedMs)
}

interface Timed {
  readonly firstByteMs: number
  readonly wholeMs: number
  readonly bytes: number
  /** Small answers only. */
  readonly text: () => string
}

/** One GET; the bytes of a large answer are counted and thrown away. @throws Error unless the answer is 200 */
async function timed(url: URL, cookie: string): Promise<Timed> {
  const startedMs = performance.now()
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers: { cookie } }, resolve).once('error', reject)
  })
  let bytes = 0
  let firstByteMs = 0
  const kept: Buffer[] = []
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (bytes === 0) firstByteMs = performance.now() - startedMs
    bytes += chunk.length
    if (bytes < 20_000_000) kept.push(chunk)
  }
  const text = () => Buffer.concat(kept).toString()
  if (answer.statusCode !== 200) throw new Error(`${url.pathname}: ${answer.statusCode} ${text().slice(0, 500)}`)
  return { firstByteMs, wholeMs: performance.now() - startedMs, bytes, text }
}

/** One after the other; the first one warms up and is left out. */
async function many(count: number, ask: (n: number) => Promise<Timed>): Promise<Timed[]> {
  const all: Timed[] = []
  for (let n = 0; n <= count; n++) all.push(await ask(n % 16))
  return all.slice(1)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) * 10) / 10
}
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
