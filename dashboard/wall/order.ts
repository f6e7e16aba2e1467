import type { Alert } from '../../gateway/contract/alert.ts'
import type { Camera } from '../../gateway/contract/camera.ts'

type Troubled = Pick<Alert, 'cameraId' | 'areaId' | 'severity'>

/** Those named in `sequence` first, in its order; the others follow as they are. */
export function inSequence<One extends { readonly id: string }>(
  cameras: readonly One[],
  sequence: readonly string[],
): readonly One[] {
  const rank = new Map(sequence.map((id, index) => [id, index]))
  return cameras.toSorted((a, b) => (rank.get(a.id) ?? sequence.length) - (rank.get(b.id) ?? sequence.length))
}

/**
 * The sequence in which `a` and `b` have changed places.
 * @param ids of all cameras as they stand now
 * @param sequence as it was: who is in it and not among the cameras may come back, and keeps a place at the end
 */
export function swapped(ids: readonly string[], sequence: readonly string[], a: string, b: string): string[] {
  const swap = (id: string) => (id === a ? b : id === b ? a : id)
  return [...ids.map(swap), ...sequence.filter((id) => !ids.includes(id))]
}

/** The alert of a camera or of its area that matters most; undefined when none is open. */
export function alertOf<One extends Troubled>(camera: Pick<Camera, 'id' | 'areaId'>, open: readonly One[]) {
  const mine = open.filter(
    ({ cameraId, areaId }) => cameraId === camera.id || (cameraId === null && areaId === camera.areaId),
  )
  return mine.find(({ severity }) => severity === 'critical') ?? mine[0]
}

/** Is something wrong with it: offline, or an alert that is open, be it of its picture or of its area? */
export const inTrouble = (camera: Camera, open: readonly Troubled[]): boolean =>
  camera.enabled && (camera.state.status === 'offline' || alertOf(camera, open) !== undefined)

function urgency(camera: Camera, open: readonly Troubled[]): number {
  if (!camera.enabled) return 4
  if (camera.state.status === 'offline') return 0
  const alert = alertOf(camera, open)
  if (alert !== undefined) return alert.severity === 'critical' ? 0 : 1
  return camera.state.status === 'connecting' ? 2 : 3
}

/** Cameras with trouble first, of those offline the newest; the others keep their order. */
export function byTrouble(cameras: readonly Camera[], open: readonly Troubled[]): readonly Camera[] {
  const ranks = new Map(cameras.map((camera) => [camera.id, urgency(camera, open)]))
  return cameras.toSorted((a, b) => {
    const order = (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0)
    if (order !== 0) return order
    const bothAway = a.state.status === 'offline' && b.state.status === 'offline'
    return bothAway ? b.state.sinceUtcMs - a.state.sinceUtcMs : 0
  })
}
