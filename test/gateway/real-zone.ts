import { type MqttClient, connectAsync } from 'mqtt'
import { Camera } from '../../gateway/contract/camera.ts'
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { type RtspKind, type RtspServer, startRtsp } from '../support/gst-rtsp.ts'
import { type Influx, startInflux } from '../support/influx.ts'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts'
import { freePort } from '../support/ports.ts'
import { type Api, api } from './api.ts'
import { smallZone } from './small-zone.ts'

// Characters that break an address, a quoted script or a header when somebody forgets to escape.
export const cameraLogin = { user: 'op', password: "p ss:w0/rd@%'x" }
const brokerLogin = { user: 'zone', password: 'mqtt-secret' }
export const influxLogin = { user: 'gateway', password: 'influx-secret' }

export interface RealZone extends AsyncDisposable {
  readonly gateway: GatewayProcess
  readonly api: Api
  readonly broker: Mosquitto
  readonly influx: Influx
  /** A device on the broker, with its own login; connects again by itself. */
  readonly device: MqttClient
  /** InfluxQL against the gateway's database, with its login. */
  query(text: string): Promise<unknown>
}

/** A gateway between Debian's Mosquitto and InfluxDB, both with passwords. */
export async function startRealZone(): Promise<RealZone> {
  const end = new AbortController()
  const stack = new AsyncDisposableStack()
  stack.defer(() => end.abort())
  try {
    const [broker, influx] = await Promise.all([startMosquitto(end.signal, brokerLogin), startInflux(end.signal)])
    stack.defer(async () => {
      await Promise.all([broker.stop(), influx.stop()])
    })
    await influx.query(`CREATE USER "${influxLogin.user}" WITH PASSWORD '${influxLogin.password}' WITH ALL PRIVILEGES`)
    await influx.stop()
    await influx.start({ auth: true })
    const gateway = stack.use(
      await startGateway({
        zone: smallZone,
        config: {
          mqtt: { url: broker.url, ...brokerLogin },
          influx: { url: influx.url, database: 'zone', ...influxLogin },
        },
      }),
    )
    const device = await connectAsync(broker.url, {
      username: brokerLogin.user,
      password: brokerLogin.password,
      clientId: 'device-1',
      clean: false,
      reconnectPeriod: 200,
    })
    stack.defer(() => device.endAsync(true))
    const whole = stack.move()
    return {
      gateway,
      api: api(gateway),
      broker,
      influx,
      device,
      query: (text) => influx.query(text, { database: 'zone', ...influxLogin }),
      [Symbol.asyncDispose]: () => whole.disposeAsync(),
    }
  } catch (cause) {
    await stack.disposeAsync()
    throw cause
  }
}

export const cameraFps = 15
export const cameraKinds = ['h264', 'h264b', 'h265'] as const satisfies readonly RtspKind[]
export type CameraKind = (typeof cameraKinds)[number]

/** Cameras on a port that stays the same when they are started again. */
export async function startCameras(port?: number): Promise<RtspServer> {
  return await startRtsp({
    kinds: cameraKinds,
    ...cameraLogin,
    port: port ?? (await freePort()),
    widthPx: 320,
    heightPx: 180,
    fps: cameraFps,
    kbps: 300,
    gop: cameraFps,
  })
}

export const addCamera = (api: Api, rtspUrl: string, name: string): Promise<Camera> =>
  api.ask(Camera, '/api/cameras', { rtspUrl, ...cameraLogin, name, areaId: 'w01-process', purpose: '食品安全监管' })
