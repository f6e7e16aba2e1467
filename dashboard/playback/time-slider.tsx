import type { ComponentChildren } from 'preact'
import { formatDateTime } from '../i18n/time.ts'
import type { Desk } from './desk.ts'
import type { LaneData } from './lane-data.ts'
import { wordAt } from './moment-words.ts'
import { words } from './words.ts'

/** The timeline for those who do not see it: a slider that says the moment and what is known of it. */
export function TimeSlider({ desk, data, children }: { desk: Desk; data: LaneData; children: ComponentChildren }) {
  const { fromUtcMs, spanMs } = desk.view.value
  const atUtcMs = desk.scrubUtcMs.value ?? desk.play.atUtcMs.value ?? fromUtcMs + spanMs / 2
  const tracks = data.tracks ?? []
  const said = tracks.map((track) => {
    const word = wordAt(track, atUtcMs)
    return tracks.length > 1 ? `${track.camera.name} ${word}` : word
  })
  const open = data.alerts.filter(
    (one) => one.raisedUtcMs <= atUtcMs && atUtcMs < (one.clearedUtcMs ?? Infinity),
  ).length
  const text = words().listed([formatDateTime(atUtcMs), ...said, ...(open === 0 ? [] : [words().alertsAt(open)])])
  return (
    <div
      class="timeline"
      role="slider"
      tabIndex={0}
      aria-label={words().timeline}
      aria-valuemin={Math.round(fromUtcMs / 1_000)}
      aria-valuemax={Math.round((fromUtcMs + spanMs) / 1_000)}
      aria-valuenow={Math.round(atUtcMs / 1_000)}
      aria-valuetext={text}
    >
      {children}
    </div>
  )
}
