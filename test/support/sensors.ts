import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Reading } from '../../gateway/contract/sensor.ts'
import type { Packet } from '../../gateway/domain/reading.ts'
import { topicTemplate } from '../../gateway/domain/topic.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { type Clock, systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import type { Tools } from '../../gateway/lib/supervise.ts'
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

/** Registry, outbox and intake as the gateway puts them together, on databases in `folder`. */
export function sensorParts(folder: string, tools: Tools = quietTools) {
  const gateway = openStore(join(folder, 'gateway.db'), 'gateway')
  const waiting = openStore(join(folder, 'outbox.db'), 'outbox')
  const changes: string[] = []
  const readings: Reading[] = []
  const registry = sensorRegistry({
    store: gateway,
    tools,
    areaExists: (areaId) => areaId.startsWith('a-'),
    templates: [
      topicTemplate('zone/{sensor}'),
      topicTemplate('zone/+/{sensor}'),
      topicTemplate('line/{sensor}/{metric}'),
    ],
    discoveryPrefix: 'homeassistant',
    onChange: (what) => changes.push(what),
  })
  const queue = outbox({ store: waiting, tools, cursors: ['metrics'] })
  const take = intake({ registry, outbox: queue, onReadings: (found) => readings.push(...found) })
  const stores: Store[] = [gateway, waiting]
  return {
    registry,
    queue,
    intake: take,
    changes,
    readings,
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
