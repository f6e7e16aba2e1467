import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, startChild } from '../../../test/support/children.ts'
import { root, runToEnd } from '../../programs.ts'

export interface ClipShape {
  readonly widthPx: number
  readonly heightPx: number
  readonly fps: number
  readonly kbps: number
  readonly gopSeconds: number
  readonly seconds: number
}

/** What the issue asks for. The picture is noisy, so that the encoder really needs its bits. */
export const fullHd: ClipShape = { widthPx: 1_920, heightPx: 1_080, fps: 25, kbps: 4_000, gopSeconds: 2, seconds: 16 }

/** Encoded once and kept in .cache. @returns the file */
export async function clipFile(shape: ClipShape): Promise<string> {
  const { widthPx, heightPx, fps, kbps, gopSeconds, seconds } = shape
  const folder = join(root, '.cache/bench')
  const gop = Math.round(fps * gopSeconds)
  const args = [
    ['-hide_banner', '-loglevel', 'error', '-y'],
    ['-f', 'lavfi', '-i', `testsrc2=size=${widthPx}x${heightPx}:rate=${fps}:duration=${seconds},noise=alls=14:allf=t`],
    ['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-bf', '0'],
    ['-g', String(gop), '-keyint_min', String(gop), '-sc_threshold', '0'],
    ['-b:v', `${kbps}k`, '-minrate', `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`],
  ].flat()
  const name = createHash('sha256').update(JSON.stringify(args)).digest('hex').slice(0, 12)
  const file = join(folder, `${name}.mp4`)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  const unfinished = join(folder, `${name}-${process.pid}.mp4`)
  const { code, output } = await runToEnd('ffmpeg', [...args, unfinished])
  if (code !== 0) throw new Error(`ffmpeg could not encode the clip:\n${output}`)
  renameSync(unfinished, file)
  return file
}

export const cameraLogin = { user: 'bench', password: 'bench-cameras-2026' }

export interface CameraSource extends AsyncDisposable {
  readonly pid: number
  readonly urls: readonly string[]
}

/** So many cameras that play the clip, in one process. */
export async function startCameras(clip: string, count: number): Promise<CameraSource> {
  const script = join(import.meta.dirname, 'camera-source.ts')
  const child: Child = startChild(process.execPath, [script, clip, String(count), ...Object.values(cameraLogin)])
  try {
    const [, ports = ''] = await child.line(/^\{"ports":\[([\d,]+)\]\}$/)
    return {
      pid: child.pid,
      urls: ports.split(',').map((port) => `rtsp://127.0.0.1:${port}/main`),
      [Symbol.asyncDispose]: async () => void (await child.stop(2_000)),
    }
  } catch (cause) {
    await child.stop(500)
    throw cause
  }
}

/** A zone of these cameras, as a zone.yaml. */
export const zoneOf = (urls: readonly string[]) => ({
  zone: { id: 'bench', name: '测试区', timeZone: 'Asia/Shanghai' },
  sites: [{ id: 'site', name: '站点', areas: [{ id: 'gate', name: '大门', kind: 'gate' }] }],
  cameras: urls.map((rtspUrl, n) => ({
    id: cameraId(n),
    name: `摄像头 ${n + 1}`,
    area: 'gate',
    purpose: 'bench',
    rtspUrl,
    ...cameraLogin,
  })),
})
export const cameraId = (n: number): string => `c${String(n + 1).padStart(3, '0')}`
