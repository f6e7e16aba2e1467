import type { Millis, UtcRange } from '../../gateway/domain/units.ts'
import { formatDuration } from '../i18n/time.ts'
import type { Track } from './lane-data.ts'
import { knownWord } from './moment-words.ts'
import { stretchesIn } from './why.ts'
import { words } from './words.ts'

const most = 4

/** A period without any footage says why, camera by camera, the longest reason first. */
export function Missing({ tracks, range }: { tracks: readonly Track[]; range: UtcRange }) {
  const empty = tracks.filter(
    ({ spans }) =>
      !spans.some((one) => one.kind === 'recorded' && one.endUtcMs > range.fromUtcMs && one.startUtcMs < range.toUtcMs),
  )
  if (empty.length === 0) return null
  return (
    <div class="missing notice">
      {empty.map((track) => (
        <p key={track.camera.id}>
          {words().of(
            words().noFootageHere(track.camera.name),
            words().listed(reasonsOf(track, range).map(([what, ms]) => words().forLength(what, formatDuration(ms)))),
          )}
        </p>
      ))}
    </div>
  )
}

function reasonsOf({ spans, ground }: Track, range: UtcRange): [string, Millis][] {
  const sums = new Map<string, Millis>()
  for (const stretch of stretchesIn(spans, ground, range)) {
    if (stretch.kind === 'future') continue
    const what = knownWord(stretch)
    sums.set(what, (sums.get(what) ?? 0) + stretch.toUtcMs - stretch.fromUtcMs)
  }
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, most)
}
