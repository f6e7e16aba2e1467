import type { Alert } from '../../gateway/contract/alert.ts'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { FrontAlert } from './front.ts'

type Seen = Pick<Camera, 'id' | 'areaId' | 'enabled' | 'privacy' | 'state'>

/**
 * The camera that shows what an alert is about: the one it names, else one of the same area. One without a picture, or that this person
 * may not see, shows nothing. @param areaIds whose pictures may be seen; null: all
 */
export function cameraFor<One extends Seen>(
  { cameraId, areaId }: Pick<Alert, 'cameraId' | 'areaId'>,
  cameras: readonly One[],
  areaIds: readonly string[] | null,
): One | undefined {
  const shows = (one: Seen) =>
    one.enabled && !one.privacy && one.state.status !== 'offline' && (areaIds === null || areaIds.includes(one.areaId))
  const named = cameras.find((one) => one.id === cameraId)
  if (named !== undefined && shows(named)) return named
  const area = areaId ?? named?.areaId
  return cameras.find((one) => one.areaId === area && shows(one))
}

export const isWaiting = (alert: Alert): boolean => alert.severity === 'critical' && alert.acknowledgedUtcMs === null

/** Critical alerts that nobody has acknowledged and that a camera can show. */
export const frontAlerts = (
  open: readonly Alert[],
  cameras: readonly Seen[],
  areaIds: readonly string[] | null,
): FrontAlert[] =>
  open.filter(isWaiting).flatMap((alert) => {
    const camera = cameraFor(alert, cameras, areaIds)
    return camera === undefined ? [] : [{ id: alert.id, cameraId: camera.id, raisedUtcMs: alert.raisedUtcMs }]
  })
