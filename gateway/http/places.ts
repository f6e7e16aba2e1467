import type { Zone } from '../contract/zone.ts'

/** What people call each area: the workshop and the room, or the shared place. By area id. */
export function placesOf({ sites }: Zone): ReadonlyMap<string, string> {
  return new Map(
    sites.flatMap(({ areas, workshops }) => [
      ...areas.map(({ id, name }) => [id, name] as const),
      ...workshops.flatMap((workshop) =>
        workshop.areas.map(({ id, name }) => [id, `${workshop.name} ${name}`] as const),
      ),
    ]),
  )
}
