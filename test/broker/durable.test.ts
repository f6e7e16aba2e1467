import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { quietTools, scratchFolder, sensorParts } from '../support/sensors.ts'

let end: AbortController
beforeEach(() => {
  end = new AbortController()
})
afterEach(() => end.abort())

test('kill -9 of the broker loses no reading for which a device had its PUBACK', async () => {
  const folder = scratchFolder(end.signal)
  const child = spawn(process.execPath, [new URL('broker-child.ts', import.meta.url).pathname, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  const url = `mqtt://127.0.0.1:${said.toString().trim()}`

  const acknowledged: number[] = []
  const devices = await Promise.all(Array.from({ length: 10 }, () => connectAsync(url, { reconnectPeriod: 0 })))
  for (const device of devices) device.on('error', () => {})
  let next = 0
  let isKilled = false
  const publishing = devices.map(async (device) => {
    while (!isKilled) {
      const value = next++
      const sent = await device.publishAsync('zone/s1', JSON.stringify({ v: value }), { qos: 1 }).then(
        () => true,
        () => false,
      )
      if (!sent) return
      acknowledged.push(value)
      if (acknowledged.length === 1_000) {
        child.kill('SIGKILL')
        isKilled = true
      }
    }
  })
  await ended
  await Promise.all(devices.map((device) => device.endAsync(true)))
  await Promise.all(publishing)
  expect(acknowledged.length).toBeGreaterThanOrEqual(1_000)

  const parts = sensorParts(folder, quietTools)
  const kept = new Set(parts.queue.recent().map(({ value }) => value))
  expect(acknowledged.filter((value) => !kept.has(value))).toEqual([])
  parts.close()
})
