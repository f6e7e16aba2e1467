import { join } from 'node:path'
import type { Config } from '../contract/config.ts'
import type { Tools } from '../lib/supervise.ts'
import { openStore } from '../store/open.ts'
import { embeddedStore } from './embedded-store.ts'
import { influxStore } from './influx-store.ts'
import type { MetricsStore } from './store.ts'

/** The configured metrics store: InfluxDB, or `metrics.db` in the data folder. `close` after `run` has ended. */
export function openMetrics(influx: Config['influx'], dataDir: string, tools: Tools) {
  if (influx) {
    const idle = async () => {}
    return {
      store: influxStore(influx, tools) as MetricsStore,
      run: idle as (signal: AbortSignal) => Promise<void>,
      close: () => {},
    }
  }
  const file = openStore(join(dataDir, 'metrics.db'), 'metrics')
  const store = embeddedStore({ store: file, tools })
  return { store: store as MetricsStore, run: (signal: AbortSignal) => store.run(signal), close: () => file.close() }
}
