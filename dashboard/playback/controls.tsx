import { useEffect, useState } from 'preact/hooks'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { clockParts, siteTimeZone, zoneLabel } from '../i18n/time.ts'
import type { PlaybackState } from './use-playback.ts'
import { words } from './words.ts'
import { typedMoment } from './zone-time.ts'

export const speeds = [0.5, 1, 2, 4, 8] as const

/** Play, steps and speed under the picture, and the filming time of the picture shown. */
export function Transport({ playback }: { playback: PlaybackState }) {
  const { playing, rate, atUtcMs } = playback
  return (
    <div class="transport">
      <button type="button" class="button" onClick={() => playback.step(-10_000)}>
        {words().back10}
      </button>
      <button
        type="button"
        class="button button-main transport-play"
        aria-pressed={playing.value}
        onClick={playback.toggle}
      >
        {playing.value ? words().pause : words().play}
      </button>
      <button type="button" class="button" onClick={() => playback.step(10_000)}>
        {words().ahead10}
      </button>
      <div class="switch" role="group" aria-label={words().speed}>
        {speeds.map((one) => (
          <button key={one} type="button" aria-pressed={rate.value === one} onClick={() => playback.setRate(one)}>
            {one}×
          </button>
        ))}
      </div>
      <FilmedAt utcMs={atUtcMs.value} />
    </div>
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

/** Typed date and time in the site's zone, to the second. */
export function MomentForm({
  utcMs,
  nowUtcMs,
  go,
}: {
  utcMs: UtcMs
  nowUtcMs: () => UtcMs
  go: (utcMs: UtcMs) => void
}) {
  const [typed, setTyped] = useState(() => clockParts(utcMs, siteTimeZone.value))
  const [wrong, setWrong] = useState('')
  useEffect(() => {
    setTyped(clockParts(utcMs, siteTimeZone.value))
    setWrong('')
  }, [utcMs])
  const submit = (event: Event) => {
    event.preventDefault()
    const moment = typedMoment(typed.date, typed.time, siteTimeZone.value)
    if (moment === undefined) return setWrong(words().timeWrong)
    if (moment > nowUtcMs()) return setWrong(words().future)
    setWrong('')
    return go(moment)
  }
  return (
    <form class="moment" onSubmit={submit}>
      <label class="field">
        <span>{words().date}</span>
        <input
          class="moment-date"
          inputMode="numeric"
          autocomplete="off"
          placeholder={words().dateHint}
          value={typed.date}
          aria-invalid={wrong !== ''}
          onInput={(event) => setTyped({ ...typed, date: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{words().time}</span>
        <input
          class="moment-time"
          inputMode="numeric"
          autocomplete="off"
          placeholder={words().timeHint}
          value={typed.time}
          aria-invalid={wrong !== ''}
          onInput={(event) => setTyped({ ...typed, time: event.currentTarget.value })}
        />
      </label>
      <button type="submit" class="button button-main">
        {words().go}
      </button>
      {wrong === '' ? null : (
        <p class="refusal" role="alert">
          {wrong}
        </p>
      )}
    </form>
  )
}
