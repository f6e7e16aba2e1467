import { useComputed } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Sensor } from '../../gateway/contract/sensor.ts'
import type { Zone } from '../../gateway/contract/zone.ts'
import { minutes } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { Empty, Loaded, PageHead } from '../parts/states.tsx'
import { loadOf } from '../parts/use-load.ts'
import { isTroubled } from '../parts/value-state.ts'
import { useGateway, useMay, useRouter, useZone } from '../shell/gateway.ts'
import { ChartPage } from './chart-page.tsx'
import { SensorDetail } from './detail.tsx'
import { LedgerNotice } from './ledger-notice.tsx'
import { LedgerPage } from './ledger-page.tsx'
import { SensorList } from './list.tsx'
import { areasUnder, PlaceTree } from './tree.tsx'
import { words as chartWords } from './words.ts'
import './sensors.css'

/** `/sensors`, `/sensors?place=<workshop or area>`, `/sensors?sensor=<id>`, `/sensors/chart?series=...`, `/sensors/ledger`. */
export function SensorsPage() {
  const { reload, nowUtcMs } = useGateway()
  const { sensors, zone } = useZone()
  const { path } = useRouter().location.value
  // How long each value is good for changes with the pace of its device, which is not news enough for the feed.
  const minute = useComputed(() => Math.floor(nowUtcMs.value / minutes(1))).value
  const opened = useRef(minute)
  useEffect(() => {
    if (minute !== opened.current) void reload.sensors()
  }, [minute])
  if (path === '/sensors/ledger') {
    return (
      <div class="page">
        <LedgerPage />
      </div>
    )
  }
  return (
    <div class={path === '/sensors/chart' ? 'page chart-page' : 'page'}>
      {zone.value.value === null || sensors.value.value === null ? <PageHead title={t().sensors.title} /> : null}
      <Loaded what={t().sensors.title} of={loadOf(zone, reload.zone)}>
        {(tree) => (
          <Loaded what={t().sensors.title} of={loadOf(sensors, reload.sensors)}>
            {(list) =>
              path === '/sensors/chart' ? <ChartPage sensors={list} /> : <Sensors zone={tree} sensors={list} />
            }
          </Loaded>
        )}
      </Loaded>
    </div>
  )
}

function Sensors({ zone, sensors }: { zone: Zone; sensors: readonly Sensor[] }) {
  const { query } = useRouter().location.value
  const { nowUtcMs } = useGateway()
  const { openAlerts, latestOf, sensors: store } = useZone()
  const mayConfigure = useMay('configure')
  const words = t().sensors
  const sensorId = query.get('sensor')
  const placeId = query.get('place')
  // As text, so that the page is drawn again when it changes and not with each reading.
  const silent = useComputed(() =>
    (store.value.value ?? [])
      .filter((sensor) => isTroubled(sensor, (id, metric) => latestOf(id, metric).value, nowUtcMs.value))
      .map(({ id }) => id)
      .join(' '),
  ).value
  if (sensorId !== null) {
    const sensor = sensors.find((one) => one.id === sensorId)
    if (sensor !== undefined) return <SensorDetail key={sensor.id} sensor={sensor} />
    return <Missing />
  }
  if (sensors.length === 0) {
    return (
      <>
        <PageHead title={words.title} />
        <Empty title={words.none} next={words.noneNext}>
          {mayConfigure ? (
            <a class="button" href="/devices?part=sensors">
              {words.toDevices}
            </a>
          ) : null}
        </Empty>
      </>
    )
  }
  const alarmed = openAlerts.value?.filter((alert) => alert.clearedUtcMs === null).map((alert) => alert.sensorId) ?? []
  const isSilent = new Set(silent.split(' '))
  const troubled = new Set(sensors.filter(({ id }) => isSilent.has(id) || alarmed.includes(id)).map(({ id }) => id))
  const unheard = sensors.filter(({ why }) => why === 'broker-away').length
  const areas = placeId === null ? null : areasUnder(zone, placeId)
  const shown = areas === null ? sensors : sensors.filter((sensor) => areas.includes(sensor.areaId))
  return (
    <>
      <PageHead
        title={words.title}
        about={[words.count(sensors.length), ...(troubled.size === 0 ? [] : [words.troubled(troubled.size)])].join(
          ' · ',
        )}
      >
        <a class="button" href="/sensors/chart">
          {chartWords().chart}
        </a>
        <a class="button" href="/sensors/ledger">
          {chartWords().ledger}
        </a>
      </PageHead>
      {unheard === 0 ? null : (
        <p class="warning" role="status">
          <span aria-hidden="true">▲ </span>
          {chartWords().brokerAway(unheard)}
        </p>
      )}
      <LedgerNotice />
      <div class="sensors">
        <PlaceTree zone={zone} sensors={sensors} troubled={troubled} current={placeId} />
        {shown.length === 0 ? (
          <Empty title={words.noneHere} next={words.noneHereNext} />
        ) : (
          <SensorList sensors={shown.toSorted((a, b) => Number(troubled.has(b.id)) - Number(troubled.has(a.id)))} />
        )}
      </div>
    </>
  )
}

function Missing() {
  return (
    <>
      <a class="back" href="/sensors">
        ← {t().sensors.backToList}
      </a>
      <PageHead title={t().sensors.title} />
      <Empty title={t().sensors.missing} />
    </>
  )
}
