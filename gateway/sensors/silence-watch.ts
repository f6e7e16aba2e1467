import type { Sensor } from '../contract/sensor.ts'
import { minutes, seconds, type UtcMs } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import type { DeviceTable } from './device-table.ts'
import { rememberPeriod, statusOf } from './presence.ts'
import type { SensorRow } from './sensor-table.ts'

export interface WatchParts {
  readonly store: Store
  readonly table: DeviceTable
  readonly sensors: () => readonly SensorRow[]
  readonly isBrokerAway: () => boolean
  /** Takes out of the inbox what was found twice. @returns whether there was any */
  readonly dropOverlaps: () => boolean
  readonly onChange: (what: 'sensors' | 'discovery') => void
  readonly tools: Tools
}

const lookMs = seconds(2)
const saveMs = minutes(1)

/** Notices by the clock what no message says: sensors that fall silent. Keeps the intervals that were learned. */
export function silenceWatch({ store, table, sensors, isBrokerAway, dropOverlaps, onChange, tools }: WatchParts) {
  const { clock, log } = tools
  const shown = new Map<string, Sensor['status']>()
  let savedUtcMs: UtcMs = clock.now()

  /** The statuses as they are now. @returns whether one is another than it was */
  function look(): boolean {
    const known = new Set<string>()
    let isChanged = false
    for (const { id, candidateId } of sensors()) {
      known.add(id)
      const { status } = statusOf(table.find(candidateId), isBrokerAway(), clock.now())
      if (shown.get(id) !== status) isChanged = true
      shown.set(id, status)
    }
    for (const id of shown.keys()) if (!known.has(id)) shown.delete(id)
    return isChanged
  }

  function savePeriods() {
    savedUtcMs = clock.now()
    const fresh = [...table.all()].flatMap((device) =>
      [...device.series.values()].flatMap((series) => {
        rememberPeriod(series)
        return series.metric.periodMs === series.savedPeriodMs ? [] : { device, series }
      }),
    )
    if (fresh.length === 0) return
    store.transaction(() => {
      for (const { device, series } of fresh) table.saveMetric(device, series.metric, series.isTold)
    })
    for (const { series } of fresh) series.savedPeriodMs = series.metric.periodMs
  }

  /** What is learned may wait for a disk that has room again: nobody's readings do. */
  function unlessDiskFull(work: () => void) {
    try {
      work()
    } catch (cause) {
      log.error({ code: 'sensors-not-saved', err: cause }, 'what was learned of sensors could not be written')
    }
  }

  return {
    /** Everything has been said already: nobody is told of it again. */
    seen: (): void => void look(),
    async run(signal: AbortSignal): Promise<void> {
      await every(clock, lookMs, signal, () => {
        if (look()) onChange('sensors')
        unlessDiskFull(() => {
          if (dropOverlaps()) onChange('discovery')
          if (Math.abs(clock.now() - savedUtcMs) >= saveMs) savePeriods()
        })
      })
      unlessDiskFull(savePeriods)
    },
  }
}
