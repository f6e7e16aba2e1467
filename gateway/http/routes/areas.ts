import { Failure } from '../../domain/failure.ts'
import type { HttpParts } from '../parts.ts'

/**
 * An account for areas that are not there would see nothing, and nobody would know why.
 * @param areaIds null or undefined: all
 * @throws Failure invalid (`area-unknown`) naming the first one
 */
export async function checkAreas(
  zone: Pick<HttpParts['zone'], 'tree'>,
  areaIds: readonly string[] | null | undefined,
): Promise<void> {
  if (!areaIds) return
  const { sites } = await zone.tree()
  const areas = sites.flatMap((site) => [...site.areas, ...site.workshops.flatMap((workshop) => workshop.areas)])
  const known = new Set(areas.map(({ id }) => id))
  const areaId = areaIds.find((id) => !known.has(id))
  if (areaId !== undefined)
    throw new Failure('invalid', 'area-unknown', 'there is no such area', { field: 'areaIds', areaId })
}
