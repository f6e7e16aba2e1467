import type { CameraState } from '../contract/camera.ts'
import type { Metric, Sensor } from '../contract/sensor.ts'
import type { Zone } from '../contract/zone.ts'
import type { UtcMs } from '../domain/units.ts'

/** One value of a thing, as other systems may see it. `null`: nobody knows. */
export interface Point {
  /** Unique within the thing; any text. */
  readonly key: string
  readonly name: string
  readonly unit: string | null
  /** Home Assistant's device class, where there is one. */
  readonly kind: string | null
  readonly value:
    | { readonly type: 'number'; readonly now: number | null }
    | { readonly type: 'binary'; readonly now: boolean | null }
    /** One of `words`. */
    | { readonly type: 'word'; readonly now: string; readonly words: readonly string[] }
  /** When the value came to be; now, when that is not known. */
  readonly utcMs: UtcMs
}

/** A camera or a sensor of the gateway. */
export interface Thing {
  readonly id: string
  readonly type: 'camera' | 'sensor'
  readonly name: string
  readonly model: string | null
  readonly maker: string | null
  /** With its workshop's name before it. */
  readonly areaName: string | null
  /** The workshop it stands in, or the site when it is a public area; null when the area is not known. */
  readonly place: string | null
  /** It speaks Home Assistant's discovery itself. */
  readonly announcesItself: boolean
  /** Whether the device is there; a camera that is away is a fact about it and no reason to know nothing. */
  readonly isKnown: boolean
  readonly points: readonly Point[]
}

export interface ThingSources {
  cameras(): readonly {
    readonly id: string
    readonly name: string
    readonly areaId: string
    readonly device: { readonly manufacturer: string; readonly model: string } | null
  }[]
  stateOf(cameraId: string): CameraState
  sensors(): readonly Sensor[]
  zone(): Zone
}

export const cameraWords: readonly CameraState['status'][] = ['connecting', 'recording', 'offline', 'disabled']

/** All that may be published, as it is now. */
export function thingsNow(sources: ThingSources, nowUtcMs: UtcMs): Thing[] {
  const areas = areasOf(sources.zone())
  const placed = (areaId: string) => areas.get(areaId) ?? { areaName: null, place: null }
  const cameras = sources.cameras().map(({ id, name, areaId, device }): Thing => {
    const { status, fps } = sources.stateOf(id)
    const common = { unit: null, utcMs: nowUtcMs }
    return {
      id,
      type: 'camera',
      name,
      model: device?.model ?? null,
      maker: device?.manufacturer ?? null,
      ...placed(areaId),
      announcesItself: false,
      isKnown: true,
      points: [
        {
          key: 'recording',
          name: 'Recording',
          kind: 'running',
          value: { type: 'binary', now: status === 'recording' },
          ...common,
        },
        {
          key: 'state',
          name: 'State',
          kind: null,
          value: { type: 'word', now: status, words: cameraWords },
          ...common,
        },
        { key: 'fps', name: 'Frame rate', kind: null, value: { type: 'number', now: fps }, ...common, unit: 'fps' },
      ],
    }
  })
  const sensors = sources.sensors().map((sensor): Thing => {
    const isKnown = sensor.status === 'online'
    return {
      id: sensor.id,
      type: 'sensor',
      name: sensor.name,
      model: null,
      maker: null,
      ...placed(sensor.areaId),
      announcesItself: sensor.source === 'home-assistant',
      isKnown,
      points: sensor.metrics.map((metric) => pointOf(metric, sensor, isKnown, nowUtcMs)),
    }
  })
  return [...cameras, ...sensors]
}

function areasOf({ sites }: Zone): Map<string, Pick<Thing, 'areaName' | 'place'>> {
  const found = new Map<string, Pick<Thing, 'areaName' | 'place'>>()
  for (const site of sites) {
    for (const { id, name } of site.areas) found.set(id, { areaName: name, place: `site-${site.id}` })
    for (const workshop of site.workshops)
      for (const { id, name } of workshop.areas)
        found.set(id, { areaName: `${workshop.name} ${name}`, place: workshop.id })
  }
  return found
}

function pointOf(
  { key, name, unit, kind, type }: Metric,
  { latest }: Sensor,
  isKnown: boolean,
  nowUtcMs: UtcMs,
): Point {
  const last = latest.find(({ metric }) => metric === key)
  const isOver = last !== undefined && last.unknownFromUtcMs !== null && last.unknownFromUtcMs <= nowUtcMs
  const now = isKnown && last && !isOver ? last.value : null
  return {
    key,
    name,
    unit,
    kind,
    value: type === 'binary' ? { type, now: now === null ? null : now !== 0 } : { type, now },
    utcMs: now === null ? nowUtcMs : (last?.utcMs ?? nowUtcMs),
  }
}
