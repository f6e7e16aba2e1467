import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { DiskState } from '../../../gateway/contract/footage.ts'
import type { GapReason } from '../../../gateway/domain/words.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { listDisk } from '../../footage/files.ts'
import { allProcesses } from '../../processes.ts'
import { type Lab, mountDisk, unmount } from './fault-lab.ts'

export interface Act {
  readonly name: string
  /** Needs the right to mount disks. */
  readonly mounts?: boolean
  /**
   * Does it, undoes it, and waits until all cameras are recorded again.
   * @returns when it was done, and the most video that a camera lost although it had already come; the promise is a second
   */
  readonly run: (lab: Lab, random: () => number) => Promise<Done>
}
export interface Done {
  readonly atUtcMs: number
  readonly lostSeconds: number
  /** A gap with this reason must stand in the camera's timeline afterwards. */
  readonly reasons: ReadonlyMap<string, GapReason>
}
const allFor = (cameras: readonly { readonly id: string }[], reason: GapReason): Done['reasons'] =>
  new Map(cameras.map(({ id }) => [id, reason]))

/** A killed gateway, at any moment: also while it still connects, or has just begun. */
export const killGateway: Act = {
  name: 'kill -9 of the gateway',
  async run(lab, random) {
    await sleep(300 + random() * 5_000)
    const before = (await lab.states()).filter(({ state }) => state.status === 'recording')
    const atUtcMs = Date.now()
    await lab.gateway.kill9()
    await sleep(random() * 500)
    await lab.gateway.restart()
    let lost = 0
    for (const { id, state } of before) {
      const spans = await lab.spansOf(id, lab.startedUtcMs, Date.now())
      const last = spans.findLast(({ kind, startUtcMs }) => kind === 'recorded' && startUtcMs < atUtcMs)
      // What it had said it was recording, from then on until the kill.
      lost = Math.max(lost, atUtcMs - Math.max(last?.endUtcMs ?? 0, state.sinceUtcMs))
    }
    await lab.allRecord()
    return { atUtcMs, lostSeconds: lost / 1_000, reasons: allFor(before, 'gateway-crashed') }
  },
}

export const killFfmpeg: Act = {
  name: 'kill -9 of ffmpeg',
  async run(lab) {
    await lab.allRecord()
    const children = allProcesses().filter(
      ({ parentPid, commandLine }) => parentPid === lab.gateway.pid && commandLine.includes('ffmpeg'),
    )
    const atUtcMs = Date.now()
    for (const { pid } of children) process.kill(pid, 'SIGKILL')
    const lostSeconds = await lostAt(lab, atUtcMs, lab.cameras)
    await lab.allRecord()
    return { atUtcMs, lostSeconds, reasons: allFor(lab.cameras, 'camera-lost') }
  },
}

/** Some refuse connections, some fall silent, as with a cable pulled out; what the others record must not suffer. */
export const cutCameras: Act = {
  name: 'cameras cut off, and back',
  async run(lab) {
    await lab.allRecord()
    // In the midst of recording: what came in the first moment of a connection may still be with ffmpeg.
    await sleep(3_000)
    const refused = lab.cameras.filter((_, n) => n % 3 === 0)
    const silent = lab.cameras.filter((_, n) => n % 3 === 1)
    const some = [...refused, ...silent]
    const atUtcMs = Date.now()
    for (const camera of refused) camera.way.set('refused')
    for (const camera of silent) camera.way.set('silent')
    // The reader gives a silent camera ten seconds.
    await gapsBegin(lab, silent, 'stalled', atUtcMs)
    const lostSeconds = await lostAt(lab, atUtcMs, some)
    for (const camera of some) camera.way.set('open')
    await lab.allRecord()
    const reasons = new Map([...allFor(refused, 'camera-unreachable'), ...allFor(silent, 'stalled')])
    return { atUtcMs, lostSeconds, reasons }
  },
}

export const restartServer: Act = {
  name: 'RTSP server restarted',
  async run(lab) {
    await lab.allRecord()
    const atUtcMs = Date.now()
    await lab.restartServer()
    const lostSeconds = await lostAt(lab, atUtcMs, lab.cameras)
    await lab.allRecord()
    return { atUtcMs, lostSeconds, reasons: allFor(lab.cameras, 'camera-lost') }
  },
}

export const fillDisk: Act = {
  name: 'disk filled',
  mounts: true,
  async run(lab) {
    await lab.allRecord()
    const filler = join(dirname(lab.recordings), 'filler')
    const { bavail, bsize } = statfsSync(dirname(lab.recordings))
    const atUtcMs = Date.now()
    // The last megabytes are left for a moment: frames, not the filler, take the last byte.
    await promisify(execFile)('fallocate', ['--length', String(Math.max(1, bavail * bsize - 2_000_000)), filler])
    await gapsBegin(lab, lab.cameras, 'disk-full', atUtcMs)
    rmSync(filler)
    await gapsEnd(lab)
    return { atUtcMs, lostSeconds: 0, reasons: allFor(lab.cameras, 'disk-full') }
  },
}

/**
 * As when a disk falls out of its mount and something else stands in its place. Open files are on the old one, and are there again when
 * it is; no new ones may come to the strange one.
 * @param untilGaps wait until the open files are full, so that nothing can be recorded any more
 */
const swapped = (name: string, untilGaps: boolean): Act => ({
  name,
  mounts: true,
  async run(lab) {
    await lab.allRecord()
    const atUtcMs = Date.now()
    if (!mountDisk(lab.recordings, 50)) throw new Error('mounting worked before')
    const foreign = { diskId: randomUUID(), gatewayId: randomUUID() }
    writeFileSync(join(lab.recordings, '.zone-gateway'), JSON.stringify(foreign))
    try {
      await diskIsNamed(lab, 'disk-away')
      if (untilGaps) await gapsBegin(lab, lab.cameras, 'disk-away', atUtcMs)
      const strange = readdirSync(lab.recordings).filter((one) => one !== '.zone-gateway')
      if (strange.length > 0) throw new Error(`written to a foreign disk: ${strange.join(', ')}`)
    } finally {
      unmount(lab.recordings)
    }
    await diskIsNamed(lab, null)
    await gapsEnd(lab)
    return { atUtcMs, lostSeconds: 0, reasons: allFor(untilGaps ? lab.cameras : [], 'disk-away') }
  },
})
export const swapDiskShortly = swapped('recordings folder away for a moment', false)
export const swapDisk = swapped('recordings folder swapped', true)

export const loseIndex: Act = {
  name: 'index removed',
  async run(lab) {
    await lab.allRecord()
    const atUtcMs = Date.now()
    await lab.gateway.stop()
    for (const name of readdirSync(lab.dataDir)) if (name.startsWith('gateway.db')) rmSync(join(lab.dataDir, name))
    await lab.gateway.restart()
    await lab.allRecord()
    return { atUtcMs, lostSeconds: 0, reasons: allFor(lab.cameras, 'index-lost') }
  },
}

/** What a power cut may leave of the file that was being written, at any byte. */
export const truncateSegment: Act = {
  name: 'open segments truncated',
  async run(lab, random) {
    await lab.allRecord()
    await sleep(4_000)
    const atUtcMs = Date.now()
    await lab.gateway.kill9()
    const newest = Map.groupBy(listDisk(lab.recordings).segments, ({ path }) => path.split('/')[0])
    for (const files of newest.values()) {
      const file = join(lab.recordings, files.toSorted((a, b) => a.path.localeCompare(b.path)).at(-1)?.path ?? '')
      truncateSync(file, Math.floor(statSync(file).size * (0.3 + 0.69 * random())))
    }
    await lab.gateway.restart()
    await lab.allRecord()
    return { atUtcMs, lostSeconds: 0, reasons: allFor(lab.cameras, 'gateway-crashed') }
  },
}

export const otherActs: readonly Act[] = [
  killFfmpeg,
  cutCameras,
  restartServer,
  fillDisk,
  swapDiskShortly,
  swapDisk,
  truncateSegment,
  loseIndex,
]

/** Video that had come before `atUtcMs` and is not in the recording. */
async function lostAt(lab: Lab, atUtcMs: number, cameras: Lab['cameras']): Promise<number> {
  let lost = 0
  for (const { id, observer } of cameras) {
    const came = observer.between(atUtcMs - 5_000, atUtcMs).at(-1)?.utcMs ?? 0
    const end = async () =>
      (await lab.spansOf(id, atUtcMs - 60_000, atUtcMs + 60_000)).findLast(
        ({ kind, startUtcMs }) => kind === 'recorded' && startUtcMs < atUtcMs,
      )?.endUtcMs ?? 0
    // The end of the connection brings the rest to the disk.
    await waitFor(
      async () =>
        (await end()) >= came - 2_000 || (await lab.states()).every(({ state }) => state.status !== 'recording'),
      {
        timeoutMs: 5_000,
        message: `${id} to be told to its end`,
      },
    )
    lost = Math.max(lost, came - (await end()))
  }
  return Math.max(0, lost) / 1_000
}

/** Noticed within ten seconds is the promise; the other two are for a busy machine. */
const diskIsNamed = (lab: Lab, code: string | null) =>
  waitFor(
    async () => {
      const { disks } = await lab.get<{ disks: DiskState[] }>('/api/disks')
      return disks.every(({ trouble }) => (trouble?.code ?? null) === code)
    },
    { timeoutMs: 12_000, message: `the disk's trouble to be ${code}` },
  )

const gapsBegin = (lab: Lab, cameras: Lab['cameras'], reason: GapReason, atUtcMs: number) =>
  waitFor(
    async () => {
      for (const { id } of cameras) {
        const spans = await lab.spansOf(id, atUtcMs, Date.now())
        if (!spans.some((span) => span.reason === reason)) return false
      }
      return true
    },
    { timeoutMs: 100_000, everyMs: 200, message: `a gap ${reason} in the timeline` },
  )

/** The newest thing known of every camera is a picture. */
const gapsEnd = (lab: Lab) =>
  waitFor(
    async () => {
      for (const { id } of lab.cameras) {
        const now = Date.now()
        const spans = await lab.spansOf(id, now - 60_000, now)
        const last = spans.at(-1)
        if (last?.kind !== 'recorded' || last.endUtcMs < now - 3_000) return false
      }
      return true
    },
    { timeoutMs: 60_000, everyMs: 200, message: 'every camera to be recorded again' },
  )
