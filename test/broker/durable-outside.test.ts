import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startMosquitto } from '../support/mosquitto.ts'
import { quietTools, scratchFolder, sensorParts } from '../support/sensors.ts'
import { until } from '../support/wait.ts'

let end: AbortController
beforeEach(() => {
  end = new AbortController()
})
afterEach(() => end.abort())

test.each([
  ['kill -9 of the gateway and restarts of Mosquitto, MQTT 3.1.1', '4', '1', true],
  ['kill -9 of the gateway and restarts of Mosquitto, MQTT 5', '5', '1', true],
  // Mosquitto 2.0 forgets shared subscriptions when it restarts, see `sharedConnections`.
  ['kill -9 of the gateway with four shared connections', '4', '4', false],
] as const)(
  '%s: no reading is lost for which a device had its PUBACK',
  { timeout: 90_000 },
  async (_name, version, connections, restarts) => {
    const folder = scratchFolder(end.signal)
    const settings = ['max_inflight_messages 2000', 'max_queued_messages 100000']
    const mosquitto = await startMosquitto(end.signal, { settings })
    const child = new URL('outside-child.ts', import.meta.url).pathname
    let said = ''
    const begin = async () => {
      said = ''
      const gateway = spawn(process.execPath, [child, folder, mosquitto.url, version, connections], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      end.signal.addEventListener('abort', () => gateway.kill('SIGKILL'))
      gateway.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
      await until('the gateway', () => said.includes('up'))
      return async () => {
        gateway.kill('SIGKILL')
        await once(gateway, 'exit')
      }
    }

    const acknowledged: number[] = []
    let next = 0
    const state = { isOver: false }
    let devices: MqttClient[] = []
    const publish = async (device: MqttClient) => {
      while (!state.isOver) {
        const value = next++
        const sent = await device.publishAsync('zone/s1', JSON.stringify({ v: value }), { qos: 1 }).then(
          () => true,
          () => false,
        )
        if (!sent) return
        acknowledged.push(value)
        await quietTools.clock.sleep(2)
      }
    }
    const speak = async () => {
      devices = await Promise.all(Array.from({ length: 5 }, () => connectAsync(mosquitto.url, { reconnectPeriod: 0 })))
      for (const device of devices) device.on('error', () => {})
      return devices.map(publish)
    }
    const hush = async () => {
      await Promise.all(devices.map((device) => device.endAsync(true)))
    }
    const more = (count: number) => {
      const goal = acknowledged.length + count
      return until(`${count} more acknowledgements`, () => acknowledged.length >= goal, 30_000)
    }

    let kill = await begin()
    const publishing = await speak()
    await more(300)
    await kill()
    await more(300)
    kill = await begin()
    await more(300)
    // The devices go first: what they have no answer for is not counted.
    await hush()
    if (restarts) {
      await mosquitto.stop()
      await mosquitto.start()
    }
    publishing.push(...(await speak()))
    await more(300)
    await kill()
    await more(100)
    kill = await begin()
    await more(100)
    state.isOver = true
    await Promise.all(publishing)
    // The last of all, for each connection: the broker deals them out in turn.
    for (let n = 0; n < Number(connections); n++) await devices[0]?.publishAsync('zone/s1', '{"v":-1}', { qos: 1 })
    await until('the last ones', () => said.split('end').length > Number(connections), 30_000)
    await hush()
    await kill()
    const parts = sensorParts(folder)
    const kept = new Set(parts.queue.recent().map(({ value }) => value))
    parts.close()
    expect(acknowledged.length).toBeGreaterThanOrEqual(1_400)
    expect(acknowledged.filter((value) => !kept.has(value))).toEqual([])
  },
)
