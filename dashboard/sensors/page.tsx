import type { Sensor } from '../../gateway/contract/sensor.ts'
import type { Zone } from '../../gateway/contract/zone.ts'
import { t } from '../i18n/language.ts'
import { Empty, Loaded, PageHead } from '../parts/states.tsx'
import { loadOf } from '../parts/use-load.ts'
import { useGateway, useMay, useRouter, useZone } from '../shell/gateway.ts'
import { SensorDetail } from './detail.tsx'
import { SensorList } from './list.tsx'
import { areasUnder, PlaceTree } from './tree.tsx'

/** `/sensors`, `/sensors?place=<workshop or area>`, `/sensors?sensor=<id>`. */
export function SensorsPage() {
  const { reload } = useGateway()
  const { sensors, zone } = useZone()
  return (
    <div class="page">
      {zone.value.value === null || sensors.value.value === null ? <PageHead title={t().sensors.title} /> : null}
      <Loaded what={t().sensors.title} of={loadOf(zone, reload.zone)}>
        {(tree) => (
          <Loaded what={t().sensors.title} of={loadOf(sensors, reload.sensors)}>
            {(list) => <Sensors zone={tree} sensors={list} />}
          </Loaded>
        )}
      </Loaded>
    </div>
  )
}

function Sensors({ zone, sensors }: { zone: Zone; sensors: readonly Sensor[] }) {
  const { query } = useRouter().location.value
  const { openAlerts } = useZone()
  const mayConfigure = useMay('configure')
  const words = t().sensors
  const sensorId = query.get('sensor')
  const placeId = query.get('place')
  if (sensorId !== null) {
    const sensor = sensors.find((one) => one.id === sensorId)
    if (sensor !== undefined) return <SensorDetail sensor={sensor} />
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
  const troubled = new Set(
    sensors.filter((sensor) => sensor.status !== 'online' || alarmed.includes(sensor.id)).map((sensor) => sensor.id),
  )
  const areas = placeId === null ? null : areasUnder(zone, placeId)
  const shown = areas === null ? sensors : sensors.filter((sensor) => areas.includes(sensor.areaId))
  return (
    <>
      <PageHead
        title={words.title}
        about={[words.count(sensors.length), ...(troubled.size === 0 ? [] : [words.troubled(troubled.size)])].join(
          ' · ',
        )}
      />
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
