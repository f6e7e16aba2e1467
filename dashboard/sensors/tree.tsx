import type { Sensor } from '../../gateway/contract/sensor.ts'
import type { Zone } from '../../gateway/contract/zone.ts'
import { t } from '../i18n/language.ts'

interface TreeProps {
  readonly zone: Zone
  readonly sensors: readonly Sensor[]
  /** Sensors with an open alert or without readings. */
  readonly troubled: ReadonlySet<string>
  /** An area's or a workshop's id, null for all. */
  readonly current: string | null
}

interface Entry {
  readonly id: string
  readonly name: string
  readonly areaIds: readonly string[]
  readonly children: readonly Entry[]
}

/** Workshops with their areas, then the shared areas; places without a sensor are left out. */
function entriesOf(zone: Zone): Entry[] {
  const area = (one: { id: string; name: string }): Entry => ({ ...one, areaIds: [one.id], children: [] })
  return zone.sites.flatMap((site) => [
    ...site.workshops.map((workshop) => ({
      id: workshop.id,
      name: workshop.name,
      areaIds: workshop.areas.map((one) => one.id),
      children: workshop.areas.map(area),
    })),
    ...site.areas.map(area),
  ])
}

/** Area ids that an entry of the tree stands for. */
export function areasUnder(zone: Zone, placeId: string): readonly string[] {
  const entries = entriesOf(zone)
  return [...entries, ...entries.flatMap((entry) => entry.children)].find((one) => one.id === placeId)?.areaIds ?? []
}

export function PlaceTree({ zone, sensors, troubled, current }: TreeProps) {
  const branch = (entry: Entry) => {
    const here = sensors.filter((sensor) => entry.areaIds.includes(sensor.areaId))
    if (here.length === 0) return null
    return (
      <li key={entry.id}>
        <Place id={entry.id} name={entry.name} here={here} troubled={troubled} current={current} />
        {entry.children.length < 2 ? null : <ul>{entry.children.map(branch)}</ul>}
      </li>
    )
  }
  return (
    <nav class="tree" aria-label={t().sensors.places}>
      <ul>
        <li>
          <Place id={null} name={t().sensors.all} here={sensors} troubled={troubled} current={current} />
        </li>
        {entriesOf(zone).map(branch)}
      </ul>
    </nav>
  )
}

interface PlaceProps {
  readonly id: string | null
  readonly name: string
  readonly here: readonly Sensor[]
  readonly troubled: ReadonlySet<string>
  readonly current: string | null
}

function Place({ id, name, here, troubled, current }: PlaceProps) {
  const bad = here.filter((sensor) => troubled.has(sensor.id)).length
  return (
    <a href={id === null ? '/sensors' : `/sensors?place=${id}`} aria-current={current === id ? 'true' : undefined}>
      <span class="tree-name">{name}</span>
      {bad === 0 ? null : (
        <span class="tree-bad" title={t().sensors.troubled(bad)}>
          <span aria-hidden="true">▲</span> {bad}
          <span class="visually-hidden">{t().sensors.troubled(bad)}</span>
        </span>
      )}
      <span class="muted">{here.length}</span>
    </a>
  )
}
