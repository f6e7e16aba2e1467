import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { intersect, type UtcRange } from '../../gateway/domain/units.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { keyframesOf, type PictureFile, readFilm } from '../../gateway/pictures/keyframes.ts'
import { hourOf } from '../../gateway/pictures/preview-pack.ts'
import { type Pictures, pictures } from '../../gateway/pictures/pictures.ts'
import { openStore } from '../../gateway/store/open.ts'
import { makeSegment } from '../../test/pictures/made-segment.ts'
import { waitFor } from '../../test/support/wait.ts'
import type { Bench } from '../bench.ts'
import { readProcess } from '../processes.ts'
import { toPam } from '../simulate-zone/video/canvas.ts'
import { drawScene } from '../simulate-zone/video/scenes.ts'

const start = hourOf(1_800_000_000_000)
const segmentMs = 60_000
const looksPerSegment = 6

export const bench: Bench = {
  summary: 'looking at 1080p footage: CPU of ffmpeg and Node a segment, share of a core, previews; --segments N (48)',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: { segments: { type: 'string', default: '48' } } })
    const segments = Number(values.segments)
    if (!(segments >= 4)) throw new Error('--segments must be a number of at least 4')
    const folder = mkdtempSync(join(tmpdir(), 'zone-gateway-pictures-'))
    try {
      return await measure(folder, segments)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** Cameras that record, minute by minute, the same minute of film. */
async function sixteenCameras(folder: string) {
  const film = oneMinute(folder)
  const { coded } = await readFilm(film, keyframesOf(film))
  const cameras = Array.from({ length: 16 }, (_, n) => `cam-${n}`)
  // The previews of a camera lie in its folder, which the recorder makes.
  for (const cameraId of cameras) mkdirSync(join(folder, cameraId))
  const files = new Map<string, PictureFile[]>(cameras.map((cameraId) => [cameraId, []]))
  let recorded = 0
  return {
    cameras,
    keyBytes: coded.reduce((sum, { bytes }) => sum + bytes, 0) / coded.length,
    record(): { cameraId: string; file: PictureFile } {
      const cameraId = `cam-${recorded % cameras.length}`
      const file = { ...film, anchorUtcMs: start + Math.floor(recorded++ / cameras.length) * segmentMs }
      files.get(cameraId)?.push(file)
      return { cameraId, file }
    },
    find: (cameraId: string, range: UtcRange): PictureFile[] =>
      (files.get(cameraId) ?? []).filter(({ anchorUtcMs: at }) =>
        intersect({ fromUtcMs: at, toUtcMs: at + segmentMs }, range),
      ),
  }
}

/** Keyframes of a camera of 4 Mbit/s with one every two seconds, set ten seconds apart: what a minute of it has to look at. */
function oneMinute(folder: string): PictureFile {
  const scene = join(folder, 'scene.pam')
  writeFileSync(scene, toPam(drawScene('noodles', 20).backdrop))
  const source = ['-loop', '1', '-framerate', '25', '-i', scene, '-vf', 'scale=1920:1080,noise=alls=6:allf=t']
  const film = makeSegment(folder, 'film', start, { source, fps: 25, gopSeconds: 2, seconds: 12, kbps: 4_000 })
  const keys = film.fragments.filter(({ key }) => key).slice(0, looksPerSegment)
  return { ...film, fragments: keys.map((key, n) => ({ ...key, baseTime: n * 10 * film.timescale })) }
}

async function measure(folder: string, segments: number) {
  const zone = await sixteenCameras(folder)
  const store = openStore(join(folder, 'gateway.db'), 'gateway')
  const shown = pictures({
    store,
    tools: { clock: systemClock, log: openLog('warn') },
    find: zone.find,
    hasFootage: (cameraId, range) => zone.find(cameraId, range).length > 0,
    roots: () => [folder],
    onTrouble: () => {},
  })
  shown.reconcile(zone.cameras.map((id) => ({ id, enabled: true })))
  const end = new AbortController()
  const ended = shown.run(end.signal)
  const look = async (count: number) => {
    const until = shown.counters().looks + count * looksPerSegment
    for (let n = 0; n < count; n++) {
      const { cameraId, file } = zone.record()
      shown.onSegment(cameraId, file)
    }
    await waitFor(() => shown.counters().looks >= until, { timeoutMs: 600_000 })
  }
  try {
    await look(4)
    const before = cost()
    for (let left = segments; left > 0; left -= 16) await look(Math.min(left, 16))
    const after = cost()
    const each = (of: keyof typeof after) => (after[of] - before[of]) / segments
    const keptMs = await previewMs(shown, 64, 0)
    for (let n = 0; n < 32; n++) zone.record()
    const madeMs = await previewMs(shown, 16, Math.ceil((segments + 4) / 16))
    return report(
      { ffmpegMs: each('ffmpegMs'), nodeMs: each('nodeMs'), wallMs: each('wallMs') },
      zone.keyBytes,
      keptMs,
      madeMs,
    )
  } finally {
    end.abort()
    await ended
    store.close()
  }
}

function report(each: ReturnType<typeof cost>, keyBytes: number, keptMs: number, madeMs: number) {
  const msPerSegment = each.ffmpegMs + each.nodeMs
  const coresFor = (count: number) => (count * msPerSegment) / segmentMs
  console.log(`six keyframes of 1080p a minute, ${(keyBytes / 1_000).toFixed(0)} kB each`)
  console.log(
    `a segment: ${each.ffmpegMs.toFixed(0)} ms in ffmpeg, ${each.nodeMs.toFixed(0)} ms in Node; ${each.wallMs.toFixed(0)} ms on the wall clock`,
  )
  for (const count of [16, 64]) console.log(`${count} cameras: ${(coresFor(count) * 100).toFixed(1)} % of a core`)
  console.log(`a preview: ${keptMs.toFixed(1)} ms from its pack, ${madeMs.toFixed(0)} ms when it must be made (p95)`)
  return {
    coresFor16: round(coresFor(16)),
    coresFor64: round(coresFor(64)),
    msPerSegment: Math.round(msPerSegment),
    ffmpegMsPerSegment: Math.round(each.ffmpegMs),
    nodeMsPerSegment: Math.round(each.nodeMs),
    keyframeKb: Math.round(keyBytes / 1_000),
    previewMs: round(keptMs),
    previewMadeMs: Math.round(madeMs),
  }
}

/** Of this process and of the children that ended. */
function cost() {
  const me = readProcess(process.pid)
  if (!me) throw new Error('/proc does not know this process')
  return { nodeMs: me.cpuSeconds * 1_000, ffmpegMs: me.childrenCpuSeconds * 1_000, wallMs: performance.now() }
}

/** The 95th percentile over previews of all cameras and slots of one minute, one after the other. */
async function previewMs(shown: Pictures, count: number, minute: number): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < count; n++) {
    const utcMs = start + minute * segmentMs + (n % looksPerSegment) * 10_000 + 5_000
    const fromMs = performance.now()
    await shown.preview(`cam-${n % 16}`, utcMs, new AbortController().signal)
    times.push(performance.now() - fromMs)
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0
}

const round = (value: number) => Math.round(value * 1_000) / 1_000
