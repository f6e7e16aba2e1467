import type { Area, Workshop, Zone } from '../../gateway/contract/zone.ts'

export type Site = Zone['sites'][number]

/** Where an area is: in a workshop, or (workshop null) in the site's shared part. */
export interface Place {
  readonly area: Area
  readonly workshop: Workshop | null
  readonly site: Site
}

/** Every area of the zone by its id, in the zone's own order. */
export function placesOf(zone: Zone | null): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  for (const site of zone?.sites ?? []) {
    for (const workshop of site.workshops) {
      for (const area of workshop.areas) places.set(area.id, { area, workshop, site })
    }
    for (const area of site.areas) places.set(area.id, { area, workshop: null, site })
  }
  return places
}

/** `玉板豆制品 · 冷库`; a shared area stands alone. */
export function placeName(place: Place | undefined): string {
  if (place === undefined) return '—'
  return place.workshop === null ? place.area.name : `${place.workshop.name} · ${place.area.name}`
}

/** What a name leaves unsaid of its place: nothing of `玉板豆制品 · 冷库` beside `玉板豆制品冷库`, `冷库` beside `玉板豆制品电表`. */
export function placeBeside(name: string, place: Place | undefined): string {
  if (place === undefined) return ''
  const { workshop, area } = place
  return [...(workshop === null ? [] : [workshop.name]), area.name].filter((part) => !name.includes(part)).join(' · ')
}

/** A name with the part of its place that it does not say itself. */
export const nameWithPlace = (name: string, place: Place | undefined): string =>
  [name, placeBeside(name, place)].filter((part) => part !== '').join(' · ')
