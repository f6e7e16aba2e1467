import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync, type IClientOptions, connect as mqttConnect } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answers } from '../support/mosquitto.ts'
import { freePort } from '../support/ports.ts'
import { scratchFolder } from '../support/sensors.ts'
import { until } from '../support/wait.ts'

let end: AbortController
beforeEach(() => {
  end = new AbortController()
})
afterEach(() => end.abort())

test('config/mosquitto.conf is one that Mosquitto takes, and a session that is away finds its messages after a restart', {
  timeout: 60_000,
}, async () => {
  const folder = scratchFolder(end.signal)
  const port = await freePort()
  const passwords = join(folder, 'zone-passwords')
  const text = readFileSync(join(import.meta.dirname, '../../config/mosquitto.conf'), 'utf8')
  expect(text).toMatch(/^listener 1883$/m)
  const own = text
    .replace(/^listener 1883$/m, `listener ${port} 127.0.0.1`)
    .replaceAll('/etc/mosquitto/zone-passwords', passwords)
  // As Debian does it: the rest stands in another file, which includes this one.
  mkdirSync(join(folder, 'conf.d'))
  writeFileSync(join(folder, 'conf.d/zone.conf'), own)
  const rest = ['persistence true', `persistence_location ${folder}/`, 'user root', `include_dir ${folder}/conf.d`]
  writeFileSync(join(folder, 'mosquitto.conf'), `${rest.join('\n')}\n`)
  writeFileSync(passwords, 'gateway:secret-of-the-test\n')
  await once(spawn('mosquitto_passwd', ['-U', passwords], { stdio: 'ignore' }), 'exit')

  const start = async () => {
    const child = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' })
    end.signal.addEventListener('abort', () => child.kill('SIGKILL'))
    await until('mosquitto', () => answers(port))
    return async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  }
  const url = `mqtt://127.0.0.1:${port}`
  const login = { username: 'gateway', password: 'secret-of-the-test', reconnectPeriod: 0, connectTimeout: 3_000 }
  const connect = (more: IClientOptions = {}) => connectAsync(url, { ...login, ...more }, false)

  const stop = await start()
  await expect(connect({ password: 'wrong' })).rejects.toMatchObject({ code: 5 })
  const session = { clientId: 'zone-gateway-test', clean: false }
  const gateway = await connect(session)
  await gateway.subscribeAsync('zone/#', { qos: 1 })
  await gateway.endAsync()
  const sensor = await connect()
  // Far above the default of 1,000.
  await Promise.all(Array.from({ length: 5_000 }, (_, n) => sensor.publishAsync('zone/a', String(n), { qos: 1 })))
  await sensor.endAsync()
  await stop()
  const stopAgain = await start()
  const seen: string[] = []
  const back = mqttConnect(url, { ...login, ...session })
  // Before it is connected: what waits comes right behind the answer to it.
  back.on('message', (_topic, payload) => seen.push(payload.toString()))
  await until('all that waited', () => seen.length >= 5_000)
  expect(seen).toEqual(Array.from({ length: 5_000 }, (_, n) => String(n)))
  await back.endAsync()
  await stopAgain()
})
