import type { Alert } from '../../gateway/contract/alert.ts'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { WallGroup } from '../../gateway/contract/wall.ts'
import { type AreaKind, areaKinds } from '../../gateway/domain/words.ts'
import type { Place } from '../api/places.ts'
import { inTrouble } from './order.ts'

type Open = readonly Pick<Alert, 'cameraId' | 'areaId' | 'severity'>[]
type Places = ReadonlyMap<string, Place>

/** Does the group hold the camera? One of a place that is gone belongs to none but `all` and `trouble`. */
export function inGroup(group: WallGroup, camera: Camera, places: Places, open: Open): boolean {
  const place = places.get(camera.areaId)
  if (group.by === 'workshop') return place?.workshop?.id === group.id
  if (group.by === 'kind') return place?.area.kind === group.kind
  return group.by === 'all' || inTrouble(camera, open)
}

/** What can be chosen, with the number of cameras. A workshop or kind without a camera is left out. */
export interface Groups {
  readonly all: number
  readonly trouble: number
  readonly workshops: readonly { readonly id: string; readonly name: string; readonly count: number }[]
  readonly kinds: readonly { readonly kind: AreaKind; readonly count: number }[]
}

export function groupsOf(cameras: readonly Camera[], places: Places, open: Open): Groups {
  const count = (group: WallGroup) => cameras.filter((camera) => inGroup(group, camera, places, open)).length
  const workshops = new Map<string, string>()
  for (const { workshop } of places.values()) if (workshop !== null) workshops.set(workshop.id, workshop.name)
  return {
    all: cameras.length,
    trouble: count({ by: 'trouble' }),
    workshops: [...workshops]
      .map(([id, name]) => ({ id, name, count: count({ by: 'workshop', id }) }))
      .filter((one) => one.count > 0),
    kinds: areaKinds.map((kind) => ({ kind, count: count({ by: 'kind', kind }) })).filter((one) => one.count > 0),
  }
}

/** A group as the value of an `<option>`: `all`, `trouble`, `workshop:w01`, `kind:store`. */
export function groupKey(group: WallGroup): string {
  if (group.by === 'workshop') return `workshop:${group.id}`
  return group.by === 'kind' ? `kind:${group.kind}` : group.by
}

/** @returns `all` for a key that names nothing */
export function groupOf(key: string): WallGroup {
  const at = key.indexOf(':')
  const [by, rest] = at < 0 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)]
  const kind = areaKinds.find((one) => one === rest)
  if (by === 'workshop' && rest !== '') return { by, id: rest }
  if (by === 'kind' && kind !== undefined) return { by, kind }
  return { by: by === 'trouble' ? by : 'all' }
}
