import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import type { Span } from '../../../gateway/contract/camera.ts'
import { hours, minutes, seconds } from '../../../gateway/domain/units.ts'
import { openGateway } from '../../../gateway/gateway.ts'
import { type Clock, systemClock } from '../../../gateway/lib/clock.ts'
import { loadConfig } from '../../../gateway/lib/config-file.ts'
import { openLog } from '../../../gateway/lib/log.ts'
import { startRtsp } from '../../../test/support/gst-rtsp.ts'
import { openTempFolder } from '../../../test/support/temp.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { checkFootage } from '../../footage/check-footage.ts'
import { openIndex } from '../../footage/index-reader.ts'
import type { Problem } from '../../footage/problem.ts'
import { complaintOf, holesIn } from './fault-verify.ts'
import { recordedFiles } from './recorded-frames.ts'

/** A wall clock that a test may set. Time passes as it does. */
function steppingClock(): Clock & { step(ms: number): void } {
  let asideMs = 0
  return { ...systemClock, now: () => systemClock.now() + asideMs, step: (ms) => void (asideMs += ms) }
}

const isInside = ({ startUtcMs, endUtcMs }: Span, utcMs: number) => utcMs > startUtcMs - 100 && utcMs < endUtcMs + 100

export interface ClockVerdict {
  readonly wrongSpans: readonly string[]
  readonly damagedClips: readonly string[]
  readonly problems: readonly Problem[]
  readonly unexplainedSeconds: number
  readonly files: number
  readonly seconds: number
}

/**
 * A gateway in this process whose clock is set forward an hour, then back ten minutes, and that is stopped and started again while the
 * footage from before the last step lies in its future. Every run must end with `clock-step`, every file decode, nothing be overwritten.
 */
export async function stepClock(): Promise<ClockVerdict> {
  const startedMs = performance.now()
  using temp = openTempFolder('clock')
  await using server = await startRtsp({
    kinds: ['h264', 'h264b'],
    widthPx: 320,
    heightPx: 180,
    fps: 15,
    kbps: 250,
    gop: 15,
  })
  const ids = ['h264', 'h264b'] as const
  const clock = steppingClock()
  const configFile = join(temp.path, 'config/gateway.yaml')
  const lab = { dataDir: join(temp.path, 'data'), recordings: join(temp.path, 'recordings') }
  const kept: string[] = []
  mkdirSync(join(temp.path, 'config'))
  const cameras = ids.map((id) => ({ id, name: id, area: 'gate', purpose: 'faults', rtspUrl: server.url(id) }))
  const site = { id: 'site', name: '站点', areas: [{ id: 'gate', name: '大门', kind: 'gate' }] }
  writeFileSync(
    join(temp.path, 'config/zone.yaml'),
    stringify({ zone: { id: 'z', name: '测试区' }, sites: [site], cameras }),
  )
  writeFileSync(
    configFile,
    stringify({
      zone: 'zone.yaml',
      http: { host: '127.0.0.1', port: 0 },
      storage: { ...lab, minFreeBytes: 0 },
      mqtt: { listen: { port: 0 } },
      discovery: { interfaces: ['lo'] },
    }),
    { mode: 0o600 },
  )

  let wrongSpans: string[] = []
  let unexplainedSeconds = 0
  const startUtcMs = clock.now()
  await withGateway(async (spansOf) => {
    await recorded(spansOf, seconds(12))
    clock.step(hours(1))
    await recorded(spansOf, seconds(12), 'clock-step', startUtcMs)
    clock.step(minutes(-10))
    const backUtcMs = clock.now()
    await recorded(spansOf, seconds(3), undefined, backUtcMs, minutes(9))
    kept.push(...(await filesOf()))
  })
  await withGateway(async (spansOf) => {
    await recorded(spansOf, seconds(3), undefined, clock.now(), minutes(9))
    for (const id of ids) {
      const spans = await spansOf(id, startUtcMs, startUtcMs + hours(2))
      unexplainedSeconds += holesIn(spans) / 1_000
      const overlap = spans.find((span, n) => n > 0 && span.startUtcMs < (spans[n - 1]?.endUtcMs ?? 0))
      if (overlap) wrongSpans.push(`${id}: stretches overlap at ${overlap.startUtcMs}`)
      if (!spans.some(({ reason }) => reason === 'clock-step')) wrongSpans.push(`${id}: no gap clock-step`)
      const recordedMs = spans.filter(({ kind }) => kind === 'recorded')
      // What lies in the future of a clock that was set back is shown when its time comes.
      for (const file of recordedFiles(lab, id, startUtcMs, clock.now()))
        for (const { utcMs } of file.frames)
          if (utcMs < (spans.at(-1)?.endUtcMs ?? 0) && !recordedMs.some((span) => isInside(span, utcMs))) {
            wrongSpans.push(`${id}: a picture at ${utcMs} is in no recorded stretch`)
            break
          }
    }
  })
  const damagedClips: string[] = []
  const files = await filesOf()
  for (const path of kept) if (!files.includes(path)) damagedClips.push(`${path} is gone`)
  for (const path of files) {
    const said = await complaintOf(join(lab.recordings, path))
    if (said !== undefined) damagedClips.push(`${path}: ${said}`)
  }
  const index = openIndex(lab.dataDir)
  const disks = [{ name: 'main', root: lab.recordings }]
  const { problems } = checkFootage({ index, disks, sample: 1, isRunning: false, random: Math.random })
  index.close()
  wrongSpans = [...new Set(wrongSpans)]
  return {
    wrongSpans,
    damagedClips,
    problems,
    unexplainedSeconds,
    files: files.length,
    seconds: (performance.now() - startedMs) / 1_000,
  }

  async function filesOf(): Promise<string[]> {
    return ids.flatMap((id) => recordedFiles(lab, id, 0, Infinity).map(({ path }) => path))
  }

  async function withGateway(work: (spansOf: SpansOf) => Promise<void>): Promise<void> {
    const password = 'clock-password-2026'
    const gateway = await openGateway({
      config: loadConfig(configFile),
      tools: { clock, log: openLog('silent') },
      version: '0',
      dashboardFolder: temp.path,
      firstAdminPassword: password,
    })
    const stop = new AbortController()
    try {
      const { port } = await gateway.listen()
      const origin = `http://127.0.0.1:${port}`
      const running = gateway.run(stop.signal)
      try {
        const session = await fetch(`${origin}/api/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin },
          body: JSON.stringify({ user: 'admin', password }),
        })
        const cookie = session.headers
          .getSetCookie()
          .map((line) => line.split(';')[0])
          .join('; ')
        await work(async (id, fromUtcMs, toUtcMs) => {
          const query = `fromUtcMs=${Math.round(fromUtcMs)}&toUtcMs=${Math.round(toUtcMs)}`
          const answer = await fetch(`${origin}/api/cameras/${id}/spans?${query}`, { headers: { cookie } })
          if (!answer.ok) throw new Error(`spans: ${answer.status} ${await answer.text()}`)
          return ((await answer.json()) as { spans: Span[] }).spans
        })
      } finally {
        stop.abort()
        await running
      }
    } finally {
      await gateway.close()
    }
  }

  type SpansOf = (id: string, fromUtcMs: number, toUtcMs: number) => Promise<Span[]>
  async function recorded(
    spansOf: SpansOf,
    lengthMs: number,
    reason?: string,
    fromUtcMs = startUtcMs,
    withinMs = hours(3),
  ) {
    await waitFor(
      async () => {
        for (const id of ids) {
          const spans = await spansOf(id, fromUtcMs, fromUtcMs + withinMs)
          const last = spans.findLast(({ kind }) => kind === 'recorded')
          if (!last || last.endUtcMs - last.startUtcMs < lengthMs) return false
          if (reason !== undefined && !spans.some((span) => span.reason === reason)) return false
        }
        return true
      },
      { timeoutMs: 60_000, everyMs: 200, message: `${lengthMs} ms of footage, and ${reason ?? 'no reason'}` },
    )
    await sleep(100)
  }
}
