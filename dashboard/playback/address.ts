import type { UtcMs } from '../../gateway/domain/units.ts'
import { toRfc3339 } from './zone-time.ts'

export interface Address {
  readonly cameraId: string | null
  readonly utcMs: UtcMs | null
}

/** Reads `?camera=ID&t=RFC3339`. A `+` that arrived as a space is understood. */
export function readAddress(query: URLSearchParams): Address {
  const cameraId = query.get('camera')
  const moment = Date.parse((query.get('t') ?? '').replace(/ (\d\d:\d\d)$/, '+$1'))
  return { cameraId: cameraId === '' ? null : cameraId, utcMs: Number.isNaN(moment) ? null : moment }
}

export const writeAddress = (cameraId: string, utcMs: UtcMs, timeZone: string): string =>
  `/playback?camera=${encodeURIComponent(cameraId)}&t=${encodeURIComponent(toRfc3339(utcMs, timeZone))}`
