import type { Camera, CameraState } from '../contract/camera.ts'
import type { Failure } from '../domain/failure.ts'
import { type Millis, seconds } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import type { PictureTrouble } from '../domain/words.ts'
import type { AlertMonitor } from './monitor.ts'

/** A camera is an alert when it was away this long; one reconnect is none. */
const offlineMs: Millis = seconds(30)

/** The gateway's own troubles as alerts: one for each cause, never one for each consequence. */
export function troubles({ system, list: listAlerts }: Pick<AlertMonitor, 'system' | 'list'>, clock: Clock) {
  return {
    /**
     * Looked at again and again. Between two attempts the state changes; the alert ends only when frames are recorded again, or when
     * the camera is off by plan.
     */
    cameras(
      list: readonly Omit<Camera, 'state'>[],
      stateOf: (cameraId: string) => CameraState,
      expected: ReadonlySet<string>,
    ): void {
      for (const { id, name, areaId, enabled } of list) {
        const { status, sinceUtcMs } = stateOf(id)
        const isWanted = enabled && expected.has(id)
        const away = isWanted && status !== 'recording' && clock.now() - sinceUtcMs > offlineMs
        if (away || !isWanted || status === 'recording')
          system({ code: 'camera-offline', name, severity: 'warning', cameraId: id, areaId }, away)
      }
      // A camera that was removed is not away any more.
      const ids = new Set(list.map(({ id }) => id))
      for (const { code, name, severity, cameraId, areaId, clearedUtcMs } of listAlerts('open'))
        if (clearedUtcMs === null && cameraId !== null && areaId !== null && !ids.has(cameraId))
          system({ code, name, severity, cameraId, areaId }, false)
    },
    /** One alert for each kind of trouble, naming every disk that has it. */
    disks(
      disks: readonly { readonly root: string; readonly trouble: Failure | null; readonly isShort: boolean }[],
    ): void {
      const tell = (code: string, severity: 'warning' | 'critical', having: typeof disks) =>
        system({ code, name: having.map(({ root }) => root).join(', '), severity }, having.length > 0)
      for (const code of ['disk-full', 'disk-away'])
        tell(
          code,
          'critical',
          disks.filter(({ trouble }) => trouble?.code === code),
        )
      // Footage goes early: what was promised about its keeping does not hold.
      tell(
        'retention-short',
        'warning',
        disks.filter(({ isShort }) => isShort),
      )
    },
    /** The picture of a camera shows what it should not, or not what it should. `camera` undefined: it was removed meanwhile. */
    picture(camera: Pick<Camera, 'id' | 'name' | 'areaId'> | undefined, what: PictureTrouble, active: boolean): void {
      if (!camera) return
      // A repeated picture is made by somebody.
      const severity = what === 'looped' ? 'critical' : 'warning'
      const { id: cameraId, name, areaId } = camera
      system({ code: `picture-${what}`, name, severity, cameraId, areaId }, active)
    },
    /** Time that is neither recorded nor explained: a defect of ours. */
    ledger: (unequal: { readonly cameraId: string } | null, nameOf: (cameraId: string) => string): void =>
      system(
        { code: 'ledger-unequal', name: unequal ? nameOf(unequal.cameraId) : '', severity: 'warning' },
        unequal !== null,
      ),
    /** A store that holds because of its limit of series has its own alert: it asks for something else. */
    metrics(name: string, { ok, code }: { readonly ok: boolean; readonly code: string | null }): void {
      const isFull = !ok && code === 'series-budget'
      system({ code: 'metrics-away', name, severity: 'warning' }, !ok && !isFull)
      system({ code: 'series-budget', name, severity: 'warning' }, isFull)
    },
    /** Readings that are neither stored, quarantined, lost nor waiting: a defect of ours. */
    readings([first]: readonly { readonly sensorId: string }[], nameOf: (sensorId: string) => string): void {
      const name = first ? nameOf(first.sensorId) : ''
      system({ code: 'readings-unequal', name, severity: 'warning' }, first !== undefined)
    },
    broker: (connected: boolean): void =>
      system({ code: 'broker-away', name: 'MQTT', severity: 'critical' }, !connected),
  }
}
