import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Aedes } from 'aedes'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const program = new URL('../../scripts/simulate-zone/main.ts', import.meta.url).pathname
let cacheDir = ''
beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'demo-clips-'))
})
afterAll(() => rm(cacheDir, { recursive: true, force: true }))

const start = (...args: string[]) =>
  spawn(process.execPath, [program, '--cache', cacheDir, '--clip-seconds', '1', '--no-discovery', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe('the program', () => {
  test('says when it is ready, waits for the broker, announces and tells the story, and stops cleanly', async () => {
    const mqttPort = await freePort()
    const child = start(
      '--cameras',
      'c04',
      '--port-base',
      '0',
      '--mqtt',
      `mqtt://127.0.0.1:${mqttPort}`,
      '--story-speed',
      '20',
    )
    const exit = once(child, 'exit')
    const errors = createInterface(child.stderr)[Symbol.asyncIterator]()
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const ready = JSON.parse(line) as { ready: boolean; cameras: { id: string; address: string; onvifPort: number }[] }
    expect(ready.ready).toBe(true)
    expect(ready.cameras.map(({ id }) => id)).toEqual(['c04'])
    expect(ready.cameras[0]?.address).toBe(`http://127.0.0.1:${ready.cameras[0]?.onvifPort}/onvif/device_service`)
    expect((await errors.next()).value).toBe('sensors: waiting for the broker (ECONNREFUSED)')

    const broker = await Aedes.createBroker()
    const server = createServer(broker.handle).listen(mqttPort, '127.0.0.1')
    await once(server, 'listening')
    const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`)
    const heard = new Map<string, string>()
    client.on('message', (topic, payload) => heard.set(topic, payload.toString()))
    await client.subscribeAsync(['homeassistant/#', 'factory/#', 'zone/+'], { qos: 1 })

    await expect.poll(() => heard.get('homeassistant/device/w08-cold/config'), { timeout: 10_000 }).toBeDefined()
    const config = JSON.parse(heard.get('homeassistant/device/w08-cold/config') ?? '') as { dev: unknown; cmps: object }
    expect(config.dev).toMatchObject({ ids: ['w08-cold'] })
    expect(Object.keys(config.cmps)).toEqual(['temperature', 'humidity', 'door'])
    await expect.poll(() => heard.get('factory/w08-cold/state'), { timeout: 10_000 }).toContain('"door":"open"')
    await expect.poll(() => heard.get('factory/w06-boiler/batch_peak'), { timeout: 15_000 }).toBeDefined()
    await expect
      .poll(() => heard.get('zone/w03-pack'), { timeout: 15_000 })
      .toMatch(/^\{"temp":[\d.]+,"humidity":[\d.]+,"ts":\d{13}\}$/)

    child.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
    await expect.poll(() => heard.get('factory/bridge/status')).toBe('offline')
    await client.endAsync()
    server.close()
    await new Promise<void>((resolve) => broker.close(() => resolve()))
  })

  test('a port that is taken is named', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await once(blocker, 'listening')
    const { port } = blocker.address() as AddressInfo
    const child = start('--cameras', 'c04', '--no-sensors', '--port-base', String(port - 8))
    const exit = once(child, 'exit')
    const [line] = (await once(createInterface(child.stderr), 'line')) as [string]
    expect(line).toContain(`127.0.0.1:${port}`)
    expect(await exit).toEqual([1, null])
    blocker.close()
  })

  test.each([
    [['--story-speed', 'fast'], '--story-speed must be a number from 0.01 to 1000'],
    [['--colour'], "Unknown option '--colour'"],
  ])('%j is refused', async (args, message) => {
    const child = start(...args)
    const exit = once(child, 'exit')
    const [line] = (await once(createInterface(child.stderr), 'line')) as [string]
    expect(line).toContain(message)
    expect(await exit).toEqual([2, null])
  })
})
