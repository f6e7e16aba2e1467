import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import type { Config } from '../../../gateway/contract/config.ts'
import { type GatewayProcess, startGateway } from '../../../test/support/gateway-process.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { memoryEnv, memoryFlags } from '../../demo.ts'
import { root } from '../../programs.ts'

export const deviceNames = (count: number, word = 'dev'): string[] =>
  Array.from({ length: count }, (_, n) => `${word}-${String(n).padStart(2, '0')}`)

/** A zone with an approved sensor of each name, which publishes plain JSON on `zone/NAME`. */
export const zoneWith = (devices: readonly string[]): object => ({
  zone: { id: 'bench', name: '测试区', timeZone: 'Asia/Shanghai' },
  sites: [{ id: 'site', name: '站点', areas: [{ id: 'store', name: '冷库', kind: 'store' }] }],
  sensors: devices.map((id) => ({ id, name: id, area: 'store', candidate: `json:zone/${id}` })),
})

/** A gateway with these sensors, started as `npm start` starts it. */
export const startReadings = (
  devices: readonly string[],
  config: z.input<typeof Config>,
  flags: readonly string[] = [],
): Promise<GatewayProcess> =>
  startGateway({
    zone: zoneWith(devices),
    config: { ...config, log: { level: 'info' } },
    env: { ...memoryEnv, NODE_OPTIONS: [...memoryFlags, ...flags].join(' ') },
  })

/** A measure of /metrics; of several with different labels their sum. */
export async function measureOf(gateway: GatewayProcess, name: string): Promise<number> {
  const text = await (await fetch(`${gateway.origin}/metrics`)).text()
  const found = [...text.matchAll(new RegExp(`^zone_gateway_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))]
  if (found.length === 0) throw new Error(`/metrics has no ${name}`)
  return found.reduce((sum, [, value]) => sum + Number(value), 0)
}

export const waiting = (gateway: GatewayProcess): Promise<number> => measureOf(gateway, 'readings_waiting')

/** Waits until nothing is on its way to the metrics store any more. @returns seconds */
export async function drained(gateway: GatewayProcess, timeoutMs = 120_000): Promise<number> {
  const startedMs = performance.now()
  let last = Number.NaN
  await waitFor(async () => (last = await waiting(gateway)) === 0, {
    timeoutMs,
    everyMs: 100,
    message: () => `the outbox to be empty, ${last} wait in it: ${gateway.output().slice(-3_000)}`,
  })
  return (performance.now() - startedMs) / 1_000
}

/** The queues and persistence of the configuration for Mosquitto that the project ships. */
export function shippedMosquitto(): string[] {
  const file = ['config/mosquitto.conf', 'scripts/docker/mosquitto.conf']
    .map((name) => join(root, name))
    .find((name) => existsSync(name))
  if (file === undefined) return []
  const settings = /^(max_|autosave_|queue_|persistent_client_expiration|memory_limit|set_tcp_nodelay|sys_interval)/
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => settings.test(line))
}
