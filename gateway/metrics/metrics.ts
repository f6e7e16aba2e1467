import { join } from 'node:path'
import type { Config } from '../contract/config.ts'
import type { Tools } from '../lib/supervise.ts'
import { openStore } from '../store/open.ts'
import { embeddedStore } from './embedded-store.ts'
import { influxStore } from './influx-store.ts'
import type { MetricsStore } from './store.ts'

export interface OpenMetrics {
  readonly store: MetricsStore
  /** Makes the minutes and hours of all that was written, now: for tools that write a long past at once. */
  readonly sumUp: (signal: AbortSignal) => Promise<void>
  /** The store's own upkeep. */
  readonly run: (signal: AbortSignal) => Promise<void>
  readonly close: () => void
}

/** The configured metrics store: InfluxDB, or `metrics.db` in the data folder. `close` after `run` has ended. */
export function openMetrics(
  { influx, readings: keeping }: Pick<Config, 'influx' | 'readings'>,
  dataDir: string,
  tools: Tools,
): OpenMetrics {
  if (influx) {
    const store = influxStore(influx, keeping, tools)
    return { store, sumUp: store.carry.sumUp, run: store.run, close: store.close }
  }
  const file = openStore(join(dataDir, 'metrics.db'), 'metrics')
  const store = embeddedStore({ store: file, tools, keeping })
  // The embedded store makes them as it writes.
  return { store, sumUp: async () => undefined, run: store.run, close: () => file.close() }
}
