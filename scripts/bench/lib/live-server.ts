import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Child, startChild } from '../../../test/support/children.ts'
import { type GatewayProcess, startGateway } from '../../../test/support/gateway-process.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { memoryEnv, memoryFlags } from '../../demo.ts'
import { readProcess } from '../../processes.ts'
import { cameraId, type ClipShape, clipFile, startCameras, zoneOf } from './cameras.ts'
import { stalledViewers } from './live-stalled.ts'
import type { ViewerTotals } from './live-viewers.ts'

/** What a tile of a wall is made of. */
const subStream: ClipShape = { widthPx: 704, heightPx: 576, fps: 15, kbps: 1_000, gopSeconds: 2, seconds: 16 }
const cameras = 16
const settleMs = 8_000

export interface ServerOptions {
  /** How many viewers, one row each; the first one is 0. */
  readonly viewers?: readonly number[]
  /** Each row is watched for so long. */
  readonly seconds?: number
  /** A folder for CPU profiles of the gateway. */
  readonly profile?: string | undefined
}

export interface ServerFigures {
  /** Percent of a core for each viewer, from no viewers to the most. */
  readonly viewerCpuPercent: number
  readonly viewerMb: number
  /** Frames that did not reach the viewers, over all rows. */
  readonly serverDrops: number
  readonly stalledMb: number
  readonly stalledClosedAfterS: number
  readonly stalledCode: number
}

interface Row {
  readonly viewers: number
  readonly cpuPercent: number
  readonly rssMb: number
  readonly framesPerSecond: number
  readonly mbitPerSecond: number
  readonly drops: number
}

/** The server's share of the live picture: cameras of 1 Mbit/s, and viewers in a process apart that only read. Prints its own table. */
export async function measureServer(options: ServerOptions = {}): Promise<ServerFigures> {
  const { viewers = [0, 50, 100, 200], seconds = 20, profile } = options
  const clip = await clipFile(subStream)
  await using source = await startCameras(clip, cameras)
  await using gateway = await startGateway({
    zone: zoneOf(source.urls),
    config: { storage: { retentionDays: 0.002 }, log: { level: 'info' } },
    env: {
      ...memoryEnv,
      NODE_OPTIONS: [...memoryFlags, ...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [])].join(' '),
    },
  })
  await waitFor(async () => (await statesOf(gateway)).every((status) => status === 'recording'), {
    timeoutMs: 60_000,
    message: 'all cameras to record',
  })
  console.log('viewers  gateway CPU %   RSS MB  frames/s  Mbit/s  drops')
  const rows: Row[] = []
  for (const count of viewers) {
    const row = await measure(gateway, count, seconds)
    rows.push(row)
    console.log(lineOf(row))
  }
  const stalled = await stalledViewers(gateway, cameraId(0))
  console.log(
    `each of 20 viewers that stop reading: ${stalled.mb} MB, closed with ${stalled.code} after ${stalled.closedAfterS} s`,
  )
  const [first, last] = [rows[0], rows.at(-1)]
  if (!first || !last || last.viewers === first.viewers) throw new Error('two rows are needed for a slope')
  const each = (of: 'cpuPercent' | 'rssMb') => (last[of] - first[of]) / (last.viewers - first.viewers)
  return {
    viewerCpuPercent: Number(each('cpuPercent').toFixed(3)),
    viewerMb: Number(each('rssMb').toFixed(2)),
    serverDrops: rows.reduce((sum, { drops }) => sum + drops, 0),
    stalledMb: stalled.mb,
    stalledClosedAfterS: stalled.closedAfterS,
    stalledCode: stalled.code,
  }
}

async function measure(gateway: GatewayProcess, count: number, seconds: number): Promise<Row> {
  const crowd = count === 0 ? undefined : await startViewers(gateway, count)
  try {
    await sleep(settleMs)
    const before = { atMs: performance.now(), cpu: cpuOf(gateway), totals: await crowd?.totals() }
    await sleep(seconds * 1_000)
    const after = { atMs: performance.now(), cpu: cpuOf(gateway), totals: await crowd?.totals() }
    const took = (after.atMs - before.atMs) / 1_000
    const of = (name: 'frames' | 'bytes') => (after.totals?.[name] ?? 0) - (before.totals?.[name] ?? 0)
    if ((after.totals?.closed ?? 0) > 0) throw new Error(`${after.totals?.closed} viewers were closed`)
    return {
      viewers: count,
      cpuPercent: ((after.cpu - before.cpu) / took) * 100,
      rssMb: readProcess(gateway.pid)?.rssMb ?? 0,
      framesPerSecond: of('frames') / took,
      mbitPerSecond: (of('bytes') * 8) / took / 1e6,
      // From the very first frame on.
      drops: (after.totals?.missing ?? 0) + (after.totals?.toldDrops ?? 0),
    }
  } finally {
    await crowd?.child.stop(2_000)
  }
}

async function startViewers(gateway: GatewayProcess, count: number) {
  const script = join(import.meta.dirname, 'live-viewers.ts')
  const ids = Array.from({ length: cameras }, (_, n) => cameraId(n)).join(',')
  const child: Child = startChild(process.execPath, [script, gateway.origin, await gateway.login(), ids, String(count)])
  await child.line(new RegExp(`^\\{"open":${count}\\}$`), 60_000)
  let asked = 0
  const totals = async (): Promise<ViewerTotals> => {
    child.signal('SIGUSR2')
    const [line = ''] = await child.line(new RegExp(`^\\{"asked":${++asked},.*\\}$`))
    return JSON.parse(line) as ViewerTotals
  }
  return { child, totals }
}

const cpuOf = (gateway: GatewayProcess): number => {
  const found = readProcess(gateway.pid)
  if (!found) throw new Error('the gateway ended meanwhile')
  return found.cpuSeconds
}

async function statesOf(gateway: GatewayProcess): Promise<string[]> {
  const { cameras: list } = (await (await gateway.fetch('/api/cameras')).json()) as {
    cameras: { state: { status: string } }[]
  }
  return list.map(({ state }) => state.status)
}

const lineOf = (row: Row): string =>
  [
    String(row.viewers).padStart(7),
    row.cpuPercent.toFixed(1).padStart(15),
    row.rssMb.toFixed(0).padStart(9),
    row.framesPerSecond.toFixed(0).padStart(10),
    row.mbitPerSecond.toFixed(1).padStart(8),
    String(row.drops).padStart(7),
  ].join('')
