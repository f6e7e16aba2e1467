import type { Said } from '../../../gateway/domain/dialect.ts'
import type { Packet } from '../../../gateway/domain/reading.ts'
import type { OpenDialect } from '../../../gateway/sensors/open-dialect.ts'

export const nowUtcMs = Date.UTC(2026, 10, 3, 2)

/** Says messages to a dialect, one after the other. */
export const speaking =
  (dialect: OpenDialect) =>
  (topic: string, payload: string | object | Uint8Array, more: Partial<Packet> = {}): Said => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const bytes = payload instanceof Uint8Array ? payload : new TextEncoder().encode(text)
    return dialect.decode({ topic, payload: bytes, qos: 1, retain: false, receivedUtcMs: nowUtcMs, ...more })
  }

/** `device/metric` and the value of each reading. */
export const valuesOf = ({ readings = [] }: Said) =>
  Object.fromEntries(readings.map(({ device, metric, value }) => [`${device}/${metric}`, value]))
export const reasonsOf = ({ notRead = [] }: Said) => notRead.map(({ reason }) => reason)
