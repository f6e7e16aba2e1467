import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Camera, Span } from '../../../gateway/contract/camera.ts'
import { type GatewayProcess, startGateway } from '../../../test/support/gateway-process.ts'
import { type RtspKind, type RtspServer, startRtsp } from '../../../test/support/gst-rtsp.ts'
import { freePort } from '../../../test/support/ports.ts'
import { openTempFolder } from '../../../test/support/temp.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { type Observer, observer } from './observer.ts'
import { type Proxy, startProxy } from './proxy.ts'

export const labFps = 15
const kinds = ['h264', 'h264b', 'h265'] as const satisfies readonly RtspKind[]
const login = { user: 'lab', password: 'lab-cameras-2026' }
/** Of the small disk: enough for a run of an hour. */
const diskMb = 700

export interface LabCamera {
  readonly id: string
  readonly way: Proxy
  readonly observer: Observer
}
/** A gateway at work on real cameras, each behind a way that can be cut, on a small disk of its own. */
export interface Lab extends AsyncDisposable {
  readonly gateway: GatewayProcess
  readonly cameras: readonly LabCamera[]
  readonly recordings: string
  readonly dataDir: string
  /** Can this user mount? Without it the faults of disks are left out. */
  readonly mayMount: boolean
  readonly startedUtcMs: number
  /** Stops the cameras' server and starts it again at the same address. */
  restartServer(): Promise<void>
  get<T>(path: string): Promise<T>
  states(): Promise<Camera[]>
  spansOf(cameraId: string, fromUtcMs: number, toUtcMs: number): Promise<Span[]>
  /** Waits until every camera is being recorded. */
  allRecord(timeoutMs?: number): Promise<void>
}

export async function openLab(perKind: number): Promise<Lab> {
  const stack = new AsyncDisposableStack()
  try {
    const temp = stack.use(openTempFolder('faults'))
    const mount = join(temp.path, 'disk')
    mkdirSync(mount)
    const mayMount = process.getuid?.() === 0 && mountDisk(mount)
    if (mayMount) stack.defer(() => unmount(mount))
    const recordings = join(mount, 'recordings')
    const port = await freePort()
    const options = {
      kinds,
      count: perKind,
      port,
      ...login,
      widthPx: 320,
      heightPx: 180,
      fps: labFps,
      kbps: 250,
      gop: 30,
    }
    let server: RtspServer = await startRtsp(options)
    stack.defer(() => server.stop())
    const cameras: LabCamera[] = []
    const zoneCameras: object[] = []
    for (const kind of kinds)
      for (let k = 0; k < perKind; k++) {
        const heard = observer(kind === 'h265' ? 'h265' : 'h264')
        const way = await startProxy(port, heard.listen)
        stack.defer(() => way.stop())
        const id = `${kind}-${k}`
        cameras.push({ id, way, observer: heard })
        const rtspUrl = `rtsp://127.0.0.1:${way.port}/${kind}/${k}`
        zoneCameras.push({ id, name: id, area: 'gate', purpose: 'faults', rtspUrl, ...login })
      }
    const gateway = stack.use(
      await startGateway({
        zone: {
          zone: { id: 'lab', name: '测试区', timeZone: 'Asia/Shanghai' },
          sites: [{ id: 'site', name: '站点', areas: [{ id: 'gate', name: '大门', kind: 'gate' }] }],
          cameras: zoneCameras,
        },
        config: { storage: { recordings } },
      }),
    )
    const get = async <T>(path: string): Promise<T> => {
      const answer = await gateway.fetch(path)
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      return (await answer.json()) as T
    }
    const states = async () => (await get<{ cameras: Camera[] }>('/api/cameras')).cameras
    const whole = stack.move()
    return {
      gateway,
      cameras,
      recordings,
      dataDir: join(gateway.folder, 'data'),
      mayMount,
      startedUtcMs: Date.now(),
      async restartServer() {
        await server.stop()
        server = await startRtsp(options)
      },
      get,
      states,
      spansOf: async (id, fromUtcMs, toUtcMs) =>
        (await get<{ spans: Span[] }>(`/api/cameras/${id}/spans?fromUtcMs=${fromUtcMs}&toUtcMs=${toUtcMs}`)).spans,
      async allRecord(timeoutMs = 60_000) {
        let last: Camera[] = []
        await waitFor(
          async () => {
            last = await states()
            return last.every(({ state }) => state.status === 'recording')
          },
          {
            timeoutMs,
            message: () =>
              `all cameras to record: ${JSON.stringify(last.map(({ id, state }) => [id, state.status, state.reason, state.detail]))}`,
          },
        )
      },
      [Symbol.asyncDispose]: () => whole.disposeAsync(),
    }
  } catch (cause) {
    await stack.disposeAsync()
    throw cause
  }
}

/** A small disk in memory. @returns whether this user may */
export function mountDisk(folder: string, sizeMb = diskMb): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder], { stdio: 'pipe' })
    return true
  } catch (cause) {
    // A container may take this right away from root.
    if (cause instanceof Error && 'status' in cause && typeof cause.status === 'number') return false
    throw cause
  }
}
export const unmount = (folder: string): void => void execFileSync('umount', ['--lazy', folder])
