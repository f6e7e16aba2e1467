import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type GatewayProcess, startGateway } from '../../../test/support/gateway-process.ts'
import { type Influx, startInflux } from '../../../test/support/influx.ts'
import { type Mosquitto, startMosquitto } from '../../../test/support/mosquitto.ts'
import { freePort } from '../../../test/support/ports.ts'
import { openTempFolder } from '../../../test/support/temp.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { mountDisk, unmount } from './fault-lab.ts'
import { type FaultyStore, startFaultyStore } from './readings-faulty-store.ts'
import { type Load, startLoad } from './readings-load.ts'
import { deviceNames, measureOf, shippedMosquitto, waiting, zoneWith } from './readings-zone.ts'

/** `shared`: Mosquitto, and a gateway with several connections to it. */
export const lossBrokers = ['embedded', 'mosquitto', 'shared'] as const
export type LossBroker = (typeof lossBrokers)[number]

export interface LossLabOptions {
  readonly broker: LossBroker
  readonly devices?: number
  /** All devices together. */
  readonly perSecond?: number
  /** Of unacknowledged messages, each. */
  readonly window?: number
  /** Messages that the devices may send until they are allowed more. */
  readonly allowed?: number
  readonly outboxBytes?: number
}

/** Devices that number their readings, a gateway at work on a small disk, a broker, and InfluxDB behind a way that can go wrong. */
export interface LossLab extends AsyncDisposable {
  readonly broker: LossBroker
  readonly perSecond: number
  readonly gateway: GatewayProcess
  readonly dataDir: string
  readonly influx: Influx
  readonly mosquitto: Mosquitto | undefined
  readonly store: FaultyStore
  readonly load: Load
  /** The disk of the data folder; undefined where this user may not mount one. */
  readonly disk: { fill(): Promise<void>; free(): void } | undefined
  /** Waits until the gateway takes messages again and what waited for InfluxDB is there. */
  recovers(): Promise<void>
}

const diskMb = 200
const sharedConnections = 4
const patienceMs = 90_000

export async function openLossLab(options: LossLabOptions): Promise<LossLab> {
  const { broker, perSecond = 1_000, window = 20, allowed, outboxBytes } = options
  const devices = deviceNames(options.devices ?? 20)
  await using stack = new AsyncDisposableStack()
  const temp = stack.use(openTempFolder('loss'))
  const mount = join(temp.path, 'disk')
  mkdirSync(mount)
  const mayMount = process.getuid?.() === 0 && mountDisk(mount, diskMb)
  if (mayMount) stack.defer(() => unmount(mount))
  const end = new AbortController()
  const influx = await startInflux(end.signal)
  stack.defer(async () => {
    await influx.stop()
    end.abort()
  })
  const store = await startFaultyStore(influx.port)
  stack.defer(() => store.stop())
  const mosquitto =
    broker === 'embedded' ? undefined : await startMosquitto(end.signal, { settings: shippedMosquitto() })
  if (mosquitto) stack.defer(() => mosquitto.stop())
  const port = mosquitto?.port ?? (await freePort())
  const dataDir = join(mount, 'data')
  const gateway = stack.use(
    await startGateway({
      zone: zoneWith(devices),
      config: {
        storage: { dataDir },
        mqtt: mosquitto
          ? { url: mosquitto.url, connections: broker === 'shared' ? sharedConnections : 1 }
          : { listen: { port } },
        influx: { url: store.url, database: 'zone' },
        ...(outboxBytes === undefined ? {} : { readings: { outboxBytes } }),
        log: { level: 'info' },
      },
    }),
  )
  const load = stack.use(await startLoad({ port, devices, window, perSecond, allowed, clocks: 'odd' }))
  const filler = join(mount, 'filler')
  const rest = stack.move()

  return {
    broker,
    perSecond,
    gateway,
    dataDir,
    influx,
    mosquitto,
    store,
    load,
    disk: mayMount
      ? {
          async fill() {
            const said = gateway.output().length
            fillUp(mount, filler)
            // Its log has room for some more.
            await waitFor(() => /outbox-failed|take-failed/.test(gateway.output().slice(said)), {
              timeoutMs: 60_000,
              message: 'the outbox to notice that the disk is full',
            })
          },
          free: () => rmSync(filler),
        }
      : undefined,
    async recovers() {
      const before = await measureOf(gateway, 'mqtt_packets_total')
      let last = ''
      await waitFor(
        async () => {
          const [packets, wait] = await Promise.all([measureOf(gateway, 'mqtt_packets_total'), waiting(gateway)])
          last = `${packets - before} messages taken, ${wait} readings wait`
          return packets >= before + perSecond / 4 && wait < perSecond
        },
        {
          timeoutMs: patienceMs,
          everyMs: 100,
          message: () => `readings to flow again: ${last}\n${gateway.output().slice(-4_000)}`,
        },
      )
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

/** Most of it at once, the rest to the last byte: the gateway writes meanwhile. */
function fillUp(mount: string, filler: string) {
  const { bavail, bsize } = statfsSync(mount)
  const most = bavail * bsize - 2_000_000
  if (most > 0) execFileSync('fallocate', ['--length', String(most), filler])
  const file = openSync(filler, 'a')
  try {
    for (const bytes of [1_048_576, bsize]) {
      const chunk = Buffer.alloc(bytes, 1)
      while (writeWhole(file, chunk)) continue
    }
  } finally {
    closeSync(file)
  }
}

/** @returns false when the disk is full */
function writeWhole(file: number, chunk: Buffer): boolean {
  try {
    return writeSync(file, chunk) === chunk.length
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOSPC') return false
    throw cause
  }
}
