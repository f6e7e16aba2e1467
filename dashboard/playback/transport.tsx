import type { UtcMs } from '../../gateway/domain/units.ts'
import { clockParts, formatDateTime, formatDuration, siteTimeZone, zoneLabel } from '../i18n/time.ts'
import { useMay } from '../shell/gateway.ts'
import type { Desk } from './desk.ts'
import { keepWords } from './keep-words.ts'
import { noMarks } from './marks.ts'
import { speeds } from './speeds.ts'
import { words } from './words.ts'

const usualFps = 25

/** Play, steps and speed under the pictures; marks and what is done with them; the filming time of what is shown. */
export function Transport({ desk, fps }: { desk: Desk; fps: number | null }) {
  const { play } = desk
  const pace = play.pace.value
  const step = (direction: 1 | -1) => play.frame(direction, fps ?? usualFps)
  return (
    <div class="transport">
      <div class="transport-group">
        <Square label={words().back10} sign="−10" onClick={() => play.step(-10_000)} />
        <Square label={words().frameBack} sign="‹" onClick={() => step(-1)} />
        <button
          type="button"
          class="button button-main transport-play"
          aria-pressed={play.playing.value}
          onClick={play.toggle}
        >
          {play.playing.value ? words().pause : words().play}
        </button>
        <Square label={words().frameAhead} sign="›" onClick={() => step(1)} />
        <Square label={words().ahead10} sign="+10" onClick={() => play.step(10_000)} />
      </div>
      <div class="switch" role="group" aria-label={words().speed}>
        {speeds.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={pace > 0 ? pace === one : false}
            onClick={() => play.setSpeed(one)}
          >
            {one}×
          </button>
        ))}
      </div>
      {pace < 0 && play.playing.value ? <span class="badge badge-warn">{words().backward(-pace)}</span> : null}
      <Keep desk={desk} />
      <FilmedAt utcMs={play.atUtcMs.value} />
    </div>
  )
}

function Square({ label, sign, onClick }: { label: string; sign: string; onClick: () => void }) {
  return (
    <button type="button" class="button transport-square" aria-label={label} title={label} onClick={onClick}>
      <span aria-hidden="true">{sign}</span>
    </button>
  )
}

/** Marks, and holding or downloading what is marked; what a role may not do is not there. */
function Keep({ desk }: { desk: Desk }) {
  const [mayHold, mayDownload] = [useMay('hold'), useMay('download')]
  if (!mayHold && !mayDownload) return null
  const at = (): UtcMs | null => desk.play.headUtcMs.peek()
  return (
    <div class="transport-group">
      <button type="button" class="button" onClick={() => desk.mark({ inUtcMs: at() })}>
        {words().markIn}
      </button>
      <button type="button" class="button" onClick={() => desk.mark({ outUtcMs: at() })}>
        {words().markOut}
      </button>
      {mayHold ? (
        <button type="button" class="button" onClick={() => (desk.dialog.value = 'hold')}>
          {keepWords().hold}
        </button>
      ) : null}
      {mayDownload ? (
        <button type="button" class="button" onClick={() => (desk.dialog.value = 'download')}>
          {keepWords().download}
        </button>
      ) : null}
    </div>
  )
}

/** What is marked, in words, while something is. */
export function Marked({ desk }: { desk: Desk }) {
  const { inUtcMs, outUtcMs } = desk.marks.value
  if (inUtcMs === null && outUtcMs === null) return null
  const one = (utcMs: UtcMs | null): string => (utcMs === null ? '—' : formatDateTime(utcMs))
  const length = inUtcMs !== null && outUtcMs !== null && outUtcMs > inUtcMs ? formatDuration(outUtcMs - inUtcMs) : '—'
  return (
    <p class="marked" role="status">
      {words().marked(one(inUtcMs), one(outUtcMs), length)}
      <button type="button" class="button button-small button-plain" onClick={() => (desk.marks.value = noMarks)}>
        {words().clear}
      </button>
    </p>
  )
}

function FilmedAt({ utcMs }: { utcMs: UtcMs | null }) {
  if (utcMs === null) return null
  const { date, time } = clockParts(utcMs, siteTimeZone.value)
  return (
    <p class="filmed-at" data-utc-ms={Math.round(utcMs)}>
      <span class="muted">{date}</span> <strong>{time}</strong> <span class="muted">{zoneLabel(utcMs)}</span>
    </p>
  )
}
