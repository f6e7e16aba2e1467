import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { type CameraSpec, cameraNowMs, demoCameras, endpointOf } from './cameras.ts'
import { type Announced, announce } from './onvif/discovery.ts'
import { onvifServer } from './onvif/server.ts'
import { playout } from './rtsp/playout.ts'
import { rtspServer } from './rtsp/server.ts'
import { simulateSensors } from './sensors/publish.ts'
import { type Clips, loadClips, profilesOf } from './video/clips.ts'

export interface ZoneOptions {
  readonly host: string
  /** Camera k (1..16) has its ONVIF port at base + 2k and RTSP at base + 2k + 1; 0 takes free ports. */
  readonly portBase: number
  readonly cameras: readonly CameraSpec[]
  /** Where clips are kept. */
  readonly cacheDir: string
  readonly clipSeconds: number
  readonly discovery: boolean
  /** The broker to publish to; null: no sensors. */
  readonly mqttUrl: string | null
  /** How much faster than life the story runs. */
  readonly storySpeed: number
}

export interface RunningCamera {
  readonly id: string
  /** `urn:uuid:...` */
  readonly endpoint: string
  /** ONVIF device address. */
  readonly address: string
  readonly onvifPort: number
  readonly rtspPort: number
}

export interface RunningZone {
  readonly cameras: readonly RunningCamera[]
  /** Resolves when everything has stopped after the signal aborted. */
  readonly ended: Promise<void>
}

export const defaultZone: ZoneOptions = {
  host: '127.0.0.1',
  portBase: 18_000,
  cameras: demoCameras,
  cacheDir: new URL('../../.cache/demo-clips', import.meta.url).pathname,
  clipSeconds: 24,
  discovery: true,
  mqttUrl: 'mqtt://127.0.0.1:1883',
  storySpeed: 1,
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

interface Started {
  readonly facts: RunningCamera
  readonly announced: Announced
  stop(): Promise<void>
}

async function startCamera(
  camera: CameraSpec,
  clips: Clips,
  options: ZoneOptions,
  signal: AbortSignal,
): Promise<Started> {
  const { host, portBase } = options
  const number = Number(camera.id.slice(1))
  const streams = playout({
    ...clips,
    freeze: camera.freeze,
    ssrc: 0x5a470000 + number * 16,
    nowUtcMs: () => cameraNowMs(camera),
    phaseMs: (number * 377) % 1_000,
  })
  const ports = { onvif: 0, rtsp: 0 }
  const base = () => `http://${host}:${ports.onvif}`
  const rtsp = rtspServer(streams, { ...camera, host })
  const onvif = onvifServer({
    camera,
    profiles: profilesOf(camera),
    snapshotPath: clips.snapshotPath,
    base,
    rtspBase: () => `rtsp://${host}:${ports.rtsp}`,
    signal,
  })
  const sockets = new Set<Socket>()
  rtsp.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const stop = async () => {
    streams.stop()
    for (const socket of sockets) socket.destroy()
    onvif.closeAllConnections()
    await Promise.all(
      [rtsp, onvif].filter((each) => each.listening).map((each) => new Promise((resolve) => each.close(resolve))),
    )
  }
  try {
    ports.onvif = await listen(onvif, portBase && portBase + 2 * number, host)
    ports.rtsp = await listen(rtsp, portBase && portBase + 2 * number + 1, host)
  } catch (cause) {
    await stop()
    throw cause
  }
  const address = `${base()}/onvif/device_service`
  return {
    facts: { id: camera.id, endpoint: endpointOf(camera), address, onvifPort: ports.onvif, rtspPort: ports.rtsp },
    announced: { camera, address },
    stop,
  }
}

/**
 * The whole demo zone in this process, until `signal` aborts. Sensors speak at once, each camera answers as soon as its clips are
 * there, and the promise resolves when all of them do.
 * @throws Error when a port is taken or ffmpeg cannot make the clips
 */
export async function startZone(chosen: Partial<ZoneOptions>, signal: AbortSignal): Promise<RunningZone> {
  const options = { ...defaultZone, ...chosen }
  const stop = new AbortController()
  const until = AbortSignal.any([signal, stop.signal])
  const started: Started[] = []
  const announced: Announced[] = []
  const discovery = options.discovery ? await announce(announced, options.host) : undefined
  const sensors =
    options.mqttUrl === null
      ? Promise.resolve()
      : simulateSensors({ url: options.mqttUrl, storySpeed: options.storySpeed }, until)
  const stopAll = () => Promise.all([sensors, discovery?.close(), ...started.map((each) => each.stop())])
  try {
    const { cacheDir, clipSeconds: seconds } = options
    await loadClips(options.cameras, { cacheDir, seconds, signal: until }, async (camera, clips) => {
      const running = await startCamera(camera, clips, options, until)
      started.push(running)
      announced.push(running.announced)
    })
  } catch (cause) {
    stop.abort()
    await stopAll()
    throw cause
  }
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const cameras = started.map((each) => each.facts).sort((one, other) => one.id.localeCompare(other.id))
  return { cameras, ended: aborted.then(stopAll).then(() => undefined) }
}
