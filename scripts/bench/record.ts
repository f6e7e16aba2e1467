import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Camera, Span } from '../../gateway/contract/camera.ts'
import { type GatewayProcess, startGateway } from '../../test/support/gateway-process.ts'
import { waitFor } from '../../test/support/wait.ts'
import type { Bench } from '../bench.ts'
import { memoryEnv, memoryFlags } from '../demo.ts'
import { allProcesses, readProcess } from '../processes.ts'
import { cameraId, clipFile, fullHd, startCameras, zoneOf } from './lib/cameras.ts'

/** The smaller numbers show the slope; they are watched for this part of the time. */
const shortShare = 0.2
/** Connections, first files and the first collections of garbage are over by then. */
const settleMs = 20_000

type Row = {
  readonly cameras: number
  readonly cpuCores: number
  readonly gatewayCores: number
  readonly ffmpegCores: number
  readonly sourceCores: number
  readonly rssMb: number
  /** Of the gateway, from the first third to the last third of the time. */
  readonly growthMb: number
  readonly ffmpegRssMb: number
  readonly mbitPerSecond: number
  /** Time within the measurement that no camera may miss, and did. */
  readonly lostSeconds: number
}

export const bench: Bench = {
  summary: 'cameras of 1080p25 at 4 Mbit/s: CPU and memory of gateway and ffmpeg; --minutes N (10) --cameras N (64)',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '10' },
        cameras: { type: 'string', default: '64' },
        profile: { type: 'string' },
      },
    })
    const [minutes, most] = [Number(values.minutes), Number(values.cameras)]
    if (!(minutes > 0) || !(most >= 1)) throw new Error('--minutes and --cameras must be numbers above 0')
    const clip = await clipFile(fullHd)
    console.log('cameras  gateway  ffmpeg  together  source (cores)   gateway  growth  ffmpeg (MB)   Mbit/s  lost')
    const rows: Row[] = []
    for (const share of [4, 2, 1]) {
      const cameras = Math.max(1, Math.round(most / share))
      const row = await measure(clip, cameras, minutes * (share === 1 ? 1 : shortShare), values.profile)
      rows.push(row)
      console.log(line(row))
    }
    return { rows }
  },
}

async function measure(clip: string, cameras: number, minutes: number, profile: string | undefined): Promise<Row> {
  await using source = await startCameras(clip, cameras)
  await using gateway = await startGateway({
    zone: zoneOf(source.urls),
    config: {
      // A few minutes of footage: 64 cameras write two gigabytes a minute.
      storage: { retentionDays: 0.002 },
      log: { level: 'info' },
    },
    env: { ...memoryEnv, NODE_OPTIONS: [...memoryFlags, ...profileFlags(profile)].join(' ') },
  })
  await waitFor(async () => (await camerasOf(gateway)).every(({ state }) => state.status === 'recording'), {
    timeoutMs: 120_000,
    message: 'all cameras to record',
  })
  await sleep(settleMs)
  const fromUtcMs = Date.now()
  const first = sample(gateway.pid, source.pid)
  let last = first
  const rss: number[] = []
  const steps = Math.max(3, Math.round(minutes * 4))
  for (let step = 0; step < steps; step++) {
    await sleep((minutes * 60_000) / steps)
    last = sample(gateway.pid, source.pid)
    rss.push(last.gatewayRssMb)
  }
  const toUtcMs = Date.now()
  const states = await camerasOf(gateway)
  const seconds = (last.atMs - first.atMs) / 1_000
  const cores = (of: 'gatewayCpu' | 'ffmpegCpu' | 'sourceCpu') => round((last[of] - first[of]) / seconds, 3)
  const [gatewayCores, ffmpegCores] = [cores('gatewayCpu'), cores('ffmpegCpu')]
  const third = Math.ceil(rss.length / 3)
  return {
    cameras,
    cpuCores: round(gatewayCores + ffmpegCores, 3),
    gatewayCores,
    ffmpegCores,
    sourceCores: cores('sourceCpu'),
    rssMb: Math.round(Math.max(...rss)),
    growthMb: Math.round(mean(rss.slice(-third)) - mean(rss.slice(0, third))),
    ffmpegRssMb: Math.round(last.ffmpegRssMb),
    mbitPerSecond: Math.round(states.reduce((sum, { state }) => sum + (state.kbps ?? 0), 0) / 1_000),
    lostSeconds: round(await lostSeconds(gateway, cameras, fromUtcMs, toUtcMs), 1),
  }
}

const profileFlags = (folder: string | undefined) => (folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [])

function sample(gatewayPid: number, sourcePid: number) {
  const [gateway, source] = [readProcess(gatewayPid), readProcess(sourcePid)]
  if (!gateway || !source) throw new Error('the gateway or the cameras ended meanwhile')
  const ffmpegs = allProcesses().filter(({ parentPid }) => parentPid === gatewayPid)
  return {
    atMs: performance.now(),
    gatewayCpu: gateway.cpuSeconds,
    // Those that ended meanwhile are counted at their parent.
    ffmpegCpu: gateway.childrenCpuSeconds + ffmpegs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    sourceCpu: source.cpuSeconds,
    gatewayRssMb: gateway.rssMb,
    ffmpegRssMb: ffmpegs.reduce((sum, { rssMb }) => sum + rssMb, 0),
  }
}

async function camerasOf(gateway: GatewayProcess): Promise<Camera[]> {
  const answer = await gateway.fetch('/api/cameras')
  return ((await answer.json()) as { cameras: Camera[] }).cameras
}

/** What the timelines miss of the time between; the last seconds may still be on their way to the disk. */
async function lostSeconds(gateway: GatewayProcess, cameras: number, fromUtcMs: number, toUtcMs: number) {
  const wholeUtcMs = Math.max(fromUtcMs, toUtcMs - 120_000)
  const range = { fromUtcMs: wholeUtcMs, toUtcMs: toUtcMs - 3_000 }
  let lost = 0
  for (let n = 0; n < cameras; n++) {
    const query = `fromUtcMs=${range.fromUtcMs}&toUtcMs=${range.toUtcMs}`
    const { spans } = (await (await gateway.fetch(`/api/cameras/${cameraId(n)}/spans?${query}`)).json()) as {
      spans: Span[]
    }
    const recorded = spans.filter(({ kind }) => kind === 'recorded')
    lost += range.toUtcMs - range.fromUtcMs - recorded.reduce((sum, one) => sum + one.endUtcMs - one.startUtcMs, 0)
  }
  return lost / 1_000
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const round = (value: number, digits: number) => Number(value.toFixed(digits))

const line = (row: Row): string =>
  [
    String(row.cameras).padStart(7),
    row.gatewayCores.toFixed(2).padStart(9),
    row.ffmpegCores.toFixed(2).padStart(8),
    row.cpuCores.toFixed(2).padStart(10),
    row.sourceCores.toFixed(2).padStart(8),
    String(row.rssMb).padStart(18),
    String(row.growthMb).padStart(8),
    String(row.ffmpegRssMb).padStart(8),
    String(row.mbitPerSecond).padStart(14),
    `${row.lostSeconds} s`.padStart(7),
  ].join('')
