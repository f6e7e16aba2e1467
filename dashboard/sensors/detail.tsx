import { useComputed } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { Rule } from '../../gateway/contract/alert.ts'
import type { Loss, Sensor } from '../../gateway/contract/sensor.ts'
import { minutes } from '../../gateway/domain/units.ts'
import { placeName } from '../api/places.ts'
import { t } from '../i18n/language.ts'
import { formatDuration } from '../i18n/time.ts'
import { Badge } from '../parts/badges.tsx'
import { SensorStatus } from '../parts/sensor-values.tsx'
import { PageHead } from '../parts/states.tsx'
import { useLoad } from '../parts/use-load.ts'
import { isClockOff } from '../parts/value-state.ts'
import { useGateway, useMay, useZone } from '../shell/gateway.ts'
import { Calibrations } from './calibrations.tsx'
import type { SpanName } from './chart-address.ts'
import { words } from './detail-words.ts'
import { ManualReadings } from './manual-readings.tsx'
import { MetricPanel } from './metric-panel.tsx'
import './chart.css'

const spanNames = ['hour', 'sixHours', 'day', 'week'] as const satisfies readonly SpanName[]
const none: readonly Rule[] = []
const noLosses: readonly Loss[] = []

/** One sensor: what it says now, a chart for each of its metrics, how it is calibrated, and what people read off it. */
export function SensorDetail({ sensor }: { sensor: Sensor }) {
  const { api, nowUtcMs } = useGateway()
  const { places, rulesVersion } = useZone()
  const mayMeasure = useMay('measure')
  const [span, setSpan] = useState<(typeof spanNames)[number]>(
    // People read an instrument once or twice a day.
    sensor.source === 'manual' ? 'week' : 'hour',
  )
  const rules = useLoad((signal) => api.rules(signal), [rulesVersion.value])
  const minute = useComputed(() => Math.floor(nowUtcMs.value / minutes(1))).value
  const ledger = useLoad((signal) => api.ledger(signal), [minute])
  return (
    <>
      <a class="back" href="/sensors">
        ← {t().sensors.backToList}
      </a>
      <PageHead
        title={sensor.name}
        about={`${placeName(places.value.get(sensor.areaId))} · ${t().sensors.source[sensor.source]}`}
      >
        <div class="detail-status">
          <SensorStatus sensor={sensor} />
          <ClockOffset clockOffsetMs={sensor.clockOffsetMs} />
        </div>
        <fieldset class="switch">
          <legend class="visually-hidden">{t().sensors.range}</legend>
          {spanNames.map((name) => (
            <button type="button" key={name} aria-pressed={name === span} onClick={() => setSpan(name)}>
              {t().sensors.ranges[name]}
            </button>
          ))}
        </fieldset>
      </PageHead>
      {sensor.metrics.map((metric) => (
        <MetricPanel
          key={metric.key}
          sensor={sensor}
          metric={metric}
          span={span}
          rules={rules.value ?? none}
          losses={ledger.value?.losses ?? noLosses}
        />
      ))}
      {mayMeasure ? <ManualReadings sensor={sensor} /> : null}
      <Calibrations sensor={sensor} />
    </>
  )
}

/** How far the device's clock is off, when that is worth a word. */
export function ClockOffset({ clockOffsetMs }: { clockOffsetMs: number | null }) {
  if (!isClockOff(clockOffsetMs)) return null
  return (
    <div>
      <Badge tone="warn" title={words().clockHint}>
        {words().clock(formatDuration(Math.abs(clockOffsetMs)), clockOffsetMs > 0)}
      </Badge>
    </div>
  )
}
