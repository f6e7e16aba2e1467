import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ClockStream, startClockRtsp } from '../../../test/support/clock-rtsp.ts'
import { type CameraSpec, demoCameras, demoPassword, demoUser } from '../../simulate-zone/cameras.ts'
import type { ProfileFacts } from '../../simulate-zone/onvif/media.ts'
import { onvifServer } from '../../simulate-zone/onvif/server.ts'
import { cameraId } from './cameras.ts'
import { type Proxy, startProxy } from './proxy.ts'

/** What a camera sends. Cameras of the same source share its two encoders. */
export interface LiveSource {
  readonly name: string
  readonly gopSeconds: number
  readonly bFrames?: number
  readonly mainCodec?: 'h264' | 'h265'
  readonly subCodec?: 'h264' | 'h265'
  readonly changes?: boolean
  readonly small?: boolean
}

export interface LiveCamera {
  readonly id: string
  readonly source: LiveSource
  /** The way from the gateway to its video; a camera that is never cut has none. */
  readonly way: Proxy | undefined
}

export interface LiveZone extends AsyncDisposable {
  readonly cameras: readonly LiveCamera[]
  /** For `startGateway`. */
  readonly zoneFile: object
  readonly sourcePid: number
  /** The cameras whose source changes send other parameter sets from now on. */
  changeSize(): void
}

const fps = 15
/** The main one is large enough to be the better one; every pixel costs the machine that measures. */
const shapes = {
  main: { widthPx: 960, heightPx: 540, fps, kbps: 600 },
  sub: { widthPx: 640, heightPx: 360, fps, kbps: 500 },
} as const
/** For tests. */
const smallShapes = {
  main: { widthPx: 640, heightPx: 384, fps: 10, kbps: 300 },
  sub: { widthPx: 320, heightPx: 192, fps: 10, kbps: 200 },
} as const
const host = '127.0.0.1'

function streamOf(source: LiveSource, stream: 'main' | 'sub'): ClockStream {
  const { name, gopSeconds, bFrames = 0, changes = false } = source
  const codec = (stream === 'main' ? source.mainCodec : source.subCodec) ?? 'h264'
  const shape = (source.small === true ? smallShapes : shapes)[stream]
  return { path: `/${name}/${stream}`, codec, ...shape, gopSeconds, bFrames, changes }
}

const profileOf = (source: LiveSource, token: 'main' | 'sub'): ProfileFacts => {
  const { codec, widthPx, heightPx, fps: rate, kbps } = streamOf(source, token)
  return { token, codec, width: widthPx, height: heightPx, fps: rate, kbps }
}

/**
 * ONVIF cameras with the time in their picture.
 * @param sources one for each camera, in their order
 * @param cuttable cameras whose video goes a way that can be cut
 */
export async function openLiveZone(
  sources: readonly LiveSource[],
  cuttable: readonly string[] = [],
): Promise<LiveZone> {
  await using started = new AsyncDisposableStack()
  const distinct = [...new Map(sources.map((source) => [source.name, source])).values()]
  const rtsp = await startClockRtsp(distinct.flatMap((source) => [streamOf(source, 'main'), streamOf(source, 'sub')]))
  started.use(rtsp)
  const stop = new AbortController()
  started.defer(() => stop.abort())
  const cameras: LiveCamera[] = []
  const addresses: string[] = []
  for (const [n, source] of sources.entries()) {
    const id = cameraId(n)
    const way = cuttable.includes(id) ? await startProxy(rtsp.port, () => () => undefined) : undefined
    if (way) started.defer(() => way.stop())
    const ports = { onvif: 0 }
    const server = onvifServer({
      camera: specOf(n, source),
      profiles: [profileOf(source, 'main'), profileOf(source, 'sub')],
      snapshotPath: '/dev/null',
      base: () => `http://${host}:${ports.onvif}`,
      rtspBase: () => `rtsp://${host}:${way?.port ?? rtsp.port}/${source.name}`,
      signal: stop.signal,
    })
    server.listen(0, host)
    await once(server, 'listening')
    ports.onvif = (server.address() as AddressInfo).port
    started.defer(async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    })
    cameras.push({ id, source, way })
    addresses.push(`http://${host}:${ports.onvif}/onvif/device_service`)
  }
  const rest = started.move()
  return {
    cameras,
    zoneFile: zoneFileOf(cameras, addresses),
    sourcePid: rtsp.pid,
    changeSize: () => rtsp.changeSize(),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

function specOf(n: number, source: LiveSource): CameraSpec {
  const like = demoCameras[n % demoCameras.length] as CameraSpec
  const odd = { dropEveryMs: null, freeze: null, clockOffsetMs: 0, ptz: false }
  return { ...like, ...odd, gopSeconds: source.gopSeconds, user: demoUser, password: demoPassword }
}

const zoneFileOf = (cameras: readonly LiveCamera[], addresses: readonly string[]): object => ({
  zone: { id: 'bench', name: '测试区', timeZone: 'Asia/Shanghai' },
  sites: [{ id: 'site', name: '站点', areas: [{ id: 'gate', name: '大门', kind: 'gate' }] }],
  cameras: cameras.map(({ id, source }, n) => ({
    id,
    name: `摄像头 ${n + 1} ${source.name}`,
    area: 'gate',
    purpose: 'bench',
    address: addresses[n],
    user: demoUser,
    password: demoPassword,
  })),
})
