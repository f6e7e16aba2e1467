import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Config } from '../../gateway/contract/config.ts'
import type { Reading } from '../../gateway/contract/sensor.ts'
import type { Packet } from '../../gateway/domain/reading.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { type Clock, systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import type { Tools } from '../../gateway/lib/supervise.ts'
import { dialectsOf } from '../../gateway/sensors/dialects/index.ts'
import { intake } from '../../gateway/sensors/intake.ts'
import { outbox } from '../../gateway/sensors/outbox.ts'
import { sensorRegistry } from '../../gateway/sensors/registry.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'

export const quietTools: Tools = { clock: systemClock, log: openLog('silent') }

/** A wall clock that moves only when told; its sleeps are real and short. */
export function handClock(startUtcMs: UtcMs): Clock & { set(utcMs: UtcMs): void } {
  let nowUtcMs = startUtcMs
  return {
    now: () => nowUtcMs,
    monotonic: () => performance.now(),
    sleep: (_ms, signal) => systemClock.sleep(5, signal),
    set: (utcMs) => (nowUtcMs = utcMs),
  }
}

/** A folder that `signal` removes. */
export function scratchFolder(signal: AbortSignal): string {
  const folder = mkdtempSync(join(tmpdir(), 'zone-gateway-'))
  signal.addEventListener('abort', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export interface SensorSettings {
  readonly maxSeries?: number
  /** As in the configuration's `mqtt`. */
  readonly mqtt?: object
}

/** Registry, outbox and intake as the gateway puts them together, on databases in `folder`. */
export function sensorParts(
  folder: string,
  tools: Tools = quietTools,
  { maxSeries = 10_000, mqtt }: SensorSettings = {},
) {
  const gateway = openStore(join(folder, 'gateway.db'), 'gateway')
  const waiting = openStore(join(folder, 'outbox.db'), 'outbox')
  const changes: string[] = []
  const readings: Reading[] = []
  const live: Reading[] = []
  const asked: { topic: string; payload: string | Uint8Array }[] = []
  const topics = ['zone/{sensor}', 'zone/+/{sensor}', 'line/{sensor}/{metric}']
  const registry = sensorRegistry({
    store: gateway,
    tools,
    areaExists: (areaId) => areaId.startsWith('a-'),
    dialects: dialectsOf(Config.parse({ mqtt: { topics, ...mqtt } }).mqtt),
    maxSeries,
    ask: (topic, payload) => asked.push({ topic, payload }),
    onChange: (what) => changes.push(what),
  })
  const queue = outbox({ store: waiting, tools, cursors: ['metrics'] })
  registry.recall(queue.recent())
  const take = intake({
    registry,
    outbox: queue,
    onReadings: (found, isLive) => {
      readings.push(...found)
      if (isLive) live.push(...found)
    },
  })
  const stores: Store[] = [gateway, waiting]
  return {
    registry,
    queue,
    intake: take,
    changes,
    readings,
    /** Those that may raise an alert. */
    live,
    /** What was sent to devices. */
    asked,
    gateway,
    close: () => {
      for (const store of stores) store.close()
    },
  }
}

export function packet(topic: string, payload: string | Uint8Array, more: Partial<Packet> = {}): Packet {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  return { topic, payload: bytes, qos: 1, retain: false, receivedUtcMs: Date.now(), ...more }
}
