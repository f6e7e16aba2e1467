import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { connectAsync, type MqttClient } from 'mqtt'
import type { Camera } from '../../gateway/contract/camera.ts'
import { buildDashboard } from '../../scripts/dashboard.ts'
import { demoCameras, demoPassword, demoUser } from '../../scripts/simulate-zone/cameras.ts'
import { type RunningCamera, startZone } from '../../scripts/simulate-zone/zone.ts'
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { freePorts } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'

const root = join(import.meta.dirname, '../..')

/** Who watches in these tests; the acknowledged alert carries the name. */
export const desk = { user: 'desk', name: '值班室', role: 'office', password: 'desk-password-of-tests' } as const

/** Plain H.264, H.265, B-frames, and one that has another password than the gateway believes. */
export const cameraIds = { plain: 'c01', plainToo: 'c07', h265: 'c08', bFrames: 'c09', denied: 'c16' } as const
const recordable = Object.values(cameraIds).filter((id) => id !== cameraIds.denied)

/** What the cold store's sensor says: °C and its door. */
export interface ColdStore {
  readonly temperature: number
  readonly door: 'open' | 'closed'
}

export interface Scene extends AsyncDisposable {
  readonly gateway: GatewayProcess
  /** The simulated ones, with their ports. */
  readonly cameras: readonly RunningCamera[]
  /** Publishes as the sensor does, at QoS 1: resolves when the gateway has acknowledged it. */
  say(state: ColdStore): Promise<void>
  /** Adds an account. @returns its id */
  addAccount(account: { user: string; name: string; role: string; password: string }): Promise<string>
  /** Stops the gateway, makes what it recorded older by what `whileAway` says, as if filmed earlier, and starts it again. */
  ageFootage(whileAway: () => Promise<number>): Promise<void>
}

/**
 * The real gateway on simulated cameras and one sensor, with the built dashboard. Resolves when every good camera is recorded.
 * @param more cameras of the demo zone beside the usual ones
 */
export async function openScene(more: readonly string[] = []): Promise<Scene> {
  if (!existsSync(join(root, 'dashboard/dist/index.html'))) await buildDashboard()
  await using started = new AsyncDisposableStack()
  const stop = new AbortController()
  const specs = demoCameras.filter(({ id }) => Object.values<string>(cameraIds).includes(id) || more.includes(id))
  const zone = await startZone(
    { portBase: 0, cameras: specs, clipSeconds: 4, discovery: false, mqttUrl: null },
    stop.signal,
  )
  started.defer(async () => {
    stop.abort()
    await zone.ended
  })
  const [httpPort = 0, mqttPort = 0] = await freePorts(2)
  const gateway = await startGateway({
    // The same address after a restart, so that an open page can find it again.
    config: { http: { port: httpPort }, mqtt: { listen: { port: mqttPort } } },
    zone: zoneFile(zone.cameras),
  })
  started.use(gateway)

  let sensor = await connectSensor(mqttPort)
  started.defer(() => sensor.endAsync(true))
  const say = async (state: ColdStore) => {
    await sensor.publishAsync('factory/cold/state', JSON.stringify(state), { qos: 1 })
  }
  await say({ temperature: 3.1, door: 'closed' })
  const addAccount: Scene['addAccount'] = async (account) => {
    const answer = await gateway.fetch('/api/accounts', { method: 'POST', body: JSON.stringify(account) })
    if (!answer.ok) throw new Error(`adding ${account.user} answered ${answer.status} ${await answer.text()}`)
    return ((await answer.json()) as { id: string }).id
  }
  await addAccount(desk)
  await allRecorded(gateway)
  const rest = started.move()
  return {
    gateway,
    cameras: zone.cameras,
    say,
    addAccount,
    async ageFootage(whileAway) {
      await sensor.endAsync()
      await gateway.stop()
      makeOlder(join(gateway.folder, 'data/gateway.db'), await whileAway())
      await gateway.restart()
      sensor = await connectSensor(mqttPort)
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

async function allRecorded(gateway: GatewayProcess): Promise<void> {
  await waitFor(
    async () => {
      const { cameras } = (await (await gateway.fetch('/api/cameras')).json()) as { cameras: Camera[] }
      return recordable.every((id) => cameras.some((one) => one.id === id && one.state.status === 'recording'))
    },
    { timeoutMs: 30_000, message: () => `recording cameras of ${gateway.output().slice(-3_000)}` },
  )
}

/** A device that announces itself by Home Assistant discovery. */
async function connectSensor(mqttPort: number): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`)
  const announcement = {
    dev: { ids: ['cold'], name: '冷库探头' },
    o: { name: 'test' },
    state_topic: 'factory/cold/state',
    cmps: {
      temperature: {
        p: 'sensor',
        name: '温度',
        unique_id: 'cold_temperature',
        device_class: 'temperature',
        unit_of_measurement: '°C',
        value_template: '{{ value_json.temperature }}',
      },
      door: {
        p: 'binary_sensor',
        name: '门',
        unique_id: 'cold_door',
        device_class: 'door',
        payload_on: 'open',
        payload_off: 'closed',
        value_template: '{{ value_json.door }}',
      },
    },
  }
  await client.publishAsync('homeassistant/device/cold/config', JSON.stringify(announcement), { qos: 1, retain: true })
  return client
}

function zoneFile(cameras: readonly RunningCamera[]): object {
  const placeOf: Record<string, string> = { c01: 'gate', c02: 'gate', c07: 'w01-hall' }
  return {
    zone: { id: 'noodle', name: '线面加工区', timeZone: 'Asia/Shanghai' },
    sites: [
      {
        id: 'a',
        name: 'A区',
        areas: [{ id: 'gate', name: '园区大门', kind: 'gate' }],
        workshops: [
          {
            id: 'w01',
            name: '晨挂线面坊',
            areas: [
              { id: 'w01-hall', name: '晾面厅', kind: 'process' },
              { id: 'w01-store', name: '冷库', kind: 'store' },
            ],
          },
        ],
      },
    ],
    cameras: cameras.map(({ id, address }) => ({
      id,
      name: demoCameras.find((spec) => spec.id === id)?.name,
      area: placeOf[id] ?? 'w01-store',
      purpose: '食品安全监管',
      address,
      user: demoUser,
      password: demoPassword,
    })),
    sensors: [{ id: 'cold', name: '冷库探头', area: 'w01-store', candidate: 'ha:cold' }],
    rules: [
      {
        id: 'warm',
        name: '冷库超温',
        sensorId: 'cold',
        metric: 'temperature',
        condition: 'above',
        threshold: 5,
        severity: 'critical',
      },
      {
        id: 'door',
        name: '冷库门未关',
        sensorId: 'cold',
        metric: 'door',
        condition: 'above',
        threshold: 0.5,
        severity: 'warning',
      },
    ],
  }
}

/** Moves all that is recorded into the past. The gateway must be stopped. */
function makeOlder(file: string, byMs: number): void {
  const db = new Database(file, { fileMustExist: true })
  try {
    db.transaction(() => {
      const by = Math.round(byMs)
      db.prepare(
        'UPDATE segment SET start_utc_ms = start_utc_ms - ?, end_utc_ms = end_utc_ms - ?, anchor_utc_ms = anchor_utc_ms - ?',
      ).run(by, by, by)
      for (const table of ['run', 'gap'])
        db.prepare(`UPDATE ${table} SET start_utc_ms = start_utc_ms - ?, end_utc_ms = end_utc_ms - ?`).run(by, by)
    })()
  } finally {
    db.close()
  }
}
