import type { UtcMs } from '../../gateway/domain/units.ts'
import type { Marks } from './marks.ts'
import { centred, type View } from './scale.ts'
import { mostCameras, speeds } from './speeds.ts'
import { toRfc3339 } from '../i18n/zone-time.ts'

/** What an address says of the page; null and empty where it says nothing. */
export interface Address {
  /** At most four. */
  readonly cameraIds: readonly string[]
  readonly utcMs: UtcMs | null
  readonly view: View | null
  readonly speed: number
  readonly playing: boolean
  readonly marks: Marks
  /** `sensor:metric`; null: the page chooses. */
  readonly readings: readonly string[] | null
}

/**
 * Reads `?camera=ID,ID&t=RFC3339` and, where they are there, `from` and `z` (seconds) of the timeline, `speed`, `paused`, `in`, `out`
 * and `readings`. A `+` that arrived as a space is understood.
 */
export function readAddress(query: URLSearchParams): Address {
  const moment = (name: string): UtcMs | null => {
    const utcMs = Date.parse((query.get(name) ?? '').replace(/ (\d\d:\d\d)$/, '+$1'))
    return Number.isNaN(utcMs) ? null : utcMs
  }
  const list = (name: string): string[] => (query.get(name) ?? '').split(',').filter((one) => one !== '')
  const utcMs = moment('t')
  const speed = Number(query.get('speed') ?? 1)
  return {
    cameraIds: [...new Set(list('camera'))].slice(0, mostCameras),
    utcMs,
    view: viewOf(moment('from'), utcMs, Number(query.get('z') ?? Number.NaN) * 1_000),
    speed: speeds.some((one) => one === speed) ? speed : 1,
    playing: query.get('paused') === null,
    marks: { inUtcMs: moment('in'), outUtcMs: moment('out') },
    readings: query.get('readings') === null ? null : list('readings'),
  }
}

function viewOf(fromUtcMs: UtcMs | null, utcMs: UtcMs | null, spanMs: number): View | null {
  if (!(spanMs > 0)) return null
  if (fromUtcMs !== null) return { fromUtcMs, spanMs: centred(fromUtcMs, spanMs).spanMs }
  return utcMs === null ? null : centred(utcMs, spanMs)
}

/** The address of the page as it is: what is as usual is left out, times show the site's own clock. */
export function writeAddress(address: Address, timeZone: string): string {
  const { cameraIds, utcMs, view, speed, playing, marks, readings } = address
  const at = (moment: UtcMs | null): string | null => (moment === null ? null : toRfc3339(moment, timeZone))
  const parts: readonly (readonly [string, string | null])[] = [
    ['camera', cameraIds.join(',')],
    ['t', at(utcMs)],
    ['from', at(view?.fromUtcMs ?? null)],
    ['z', view === null ? null : String(Math.round(view.spanMs / 1_000))],
    ['speed', speed === 1 ? null : String(speed)],
    ['paused', playing ? null : '1'],
    ['in', at(marks.inUtcMs)],
    ['out', at(marks.outUtcMs)],
    ['readings', readings === null ? null : readings.join(',')],
  ]
  const given = parts.flatMap(([name, value]) => (value === null ? [] : [`${name}=${escaped(value)}`]))
  return `/playback?${given.join('&')}`
}

/** Commas and colons may stand in a query as they are, and are read more easily so. */
const escaped = (value: string): string => encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%3A', ':')
