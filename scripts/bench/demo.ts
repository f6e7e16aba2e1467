import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { Bench } from '../bench.ts'
import { buildDashboard } from '../dashboard.ts'
import { type DemoInstance, openDemo } from '../demo-instance.ts'
import { allProcesses, type ProcessFacts, readProcess } from '../processes.ts'

interface Sample {
  readonly atMs: number
  readonly gatewayCpu: number
  readonly ffmpegCpu: number
  readonly simulatorCpu: number
  readonly gatewayRssMb: number
  readonly ffmpegRssMb: number
  readonly ffmpegs: number
}

export const bench: Bench = {
  summary: 'the demo zone: time until ready, then CPU and memory; --minutes N (10)',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: { minutes: { type: 'string', default: '10' } } })
    const minutes = Number(values.minutes)
    if (!(minutes > 0)) throw new Error('--minutes must be a number above 0')
    await buildDashboard()
    const demo = await openDemo()
    const onSignal = () => void demo.stop().then(() => process.exit(130))
    process.once('SIGINT', onSignal)
    process.once('SIGTERM', onSignal)
    try {
      return await measure(demo, minutes)
    } finally {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
      await demo.stop()
    }
  },
}

async function measure(demo: DemoInstance, minutes: number) {
  const firstReadyMs = await demo.startGateway()
  await demo.stopGateway()
  const readyMs = await demo.startGateway()
  console.log(`ready after ${firstReadyMs} ms, the second time after ${readyMs} ms`)

  console.log('minute  gateway  ffmpeg  simulator  (cores)   gateway  ffmpeg  (MB)  recording')
  const first = takeSample(demo)
  let last = first
  for (let minute = 1; minute <= Math.ceil(minutes); minute++) {
    await sleep(Math.min(1, minutes - minute + 1) * 60_000)
    const now = takeSample(demo)
    const { recording, cameras } = await countCameras(demo)
    const cores = coresBetween(last, now)
    console.log(
      `${String(minute).padStart(6)}  ${cores.gateway.toFixed(2).padStart(7)}  ${cores.ffmpeg.toFixed(2).padStart(6)}` +
        `  ${cores.simulator.toFixed(2).padStart(9)}            ${now.gatewayRssMb.toFixed(0).padStart(7)}` +
        `  ${now.ffmpegRssMb.toFixed(0).padStart(6)}        ${recording}/${cameras}, ${now.ffmpegs} ffmpeg`,
    )
    last = now
  }
  const whole = coresBetween(first, last)
  return {
    readyMs,
    firstReadyMs,
    minutes,
    gatewayCores: round(whole.gateway),
    ffmpegCores: round(whole.ffmpeg),
    simulatorCores: round(whole.simulator),
    gatewayRssMb: Math.round(last.gatewayRssMb),
    ffmpegRssMb: Math.round(last.ffmpegRssMb),
    ...(await countCameras(demo)),
  }
}

function takeSample(demo: DemoInstance): Sample {
  const gateway = readProcess(demo.gatewayPid())
  const simulator = readProcess(demo.simulatorPid)
  if (gateway === undefined || simulator === undefined) throw new Error('the gateway or the simulator ended meanwhile')
  const ffmpegs = allProcesses().filter(({ parentPid }) => parentPid === gateway.pid)
  const sum = (of: (one: ProcessFacts) => number) => ffmpegs.reduce((total, one) => total + of(one), 0)
  return {
    atMs: performance.now(),
    gatewayCpu: gateway.cpuSeconds,
    // Those that ended meanwhile are counted at their parent.
    ffmpegCpu:
      gateway.childrenCpuSeconds + sum(({ cpuSeconds, childrenCpuSeconds }) => cpuSeconds + childrenCpuSeconds),
    simulatorCpu: simulator.cpuSeconds,
    gatewayRssMb: gateway.rssMb,
    ffmpegRssMb: sum(({ rssMb }) => rssMb),
    ffmpegs: ffmpegs.length,
  }
}

function coresBetween(from: Sample, to: Sample) {
  const seconds = (to.atMs - from.atMs) / 1_000
  return {
    gateway: (to.gatewayCpu - from.gatewayCpu) / seconds,
    ffmpeg: (to.ffmpegCpu - from.ffmpegCpu) / seconds,
    simulator: (to.simulatorCpu - from.simulatorCpu) / seconds,
  }
}

async function countCameras({ origin, password }: DemoInstance): Promise<{ recording: number; cameras: number }> {
  const session = await fetch(`${origin}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'admin', password }),
  })
  const cookie = session.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const answer = await fetch(`${origin}/api/cameras`, { headers: { cookie } })
  if (!answer.ok) throw new Error(`GET /api/cameras answered ${answer.status}`)
  const { cameras } = (await answer.json()) as { cameras: Camera[] }
  return { recording: cameras.filter(({ state }) => state.status === 'recording').length, cameras: cameras.length }
}

const round = (cores: number) => Math.round(cores * 1_000) / 1_000
