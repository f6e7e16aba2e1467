import { useEffect, useState } from 'preact/hooks'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { clockParts, siteTimeZone } from '../i18n/time.ts'
import { words } from './words.ts'
import { spokenMoment } from '../i18n/zone-time.ts'

interface MomentFormProps {
  /** The moment asked for last. */
  readonly utcMs: UtcMs
  readonly nowUtcMs: () => UtcMs
  readonly go: (utcMs: UtcMs) => void
}

/** Typed date and time in the site's zone, to the second. The time may bring its own day: `昨天 14:03`. */
export function MomentForm({ utcMs, nowUtcMs, go }: MomentFormProps) {
  const [typed, setTyped] = useState(() => clockParts(utcMs, siteTimeZone.value))
  const [wrong, setWrong] = useState('')
  useEffect(() => {
    setTyped(clockParts(utcMs, siteTimeZone.value))
    setWrong('')
  }, [utcMs])
  const submit = (event: Event) => {
    event.preventDefault()
    const moment = spokenMoment(typed.time, typed.date, nowUtcMs(), siteTimeZone.value)
    if (moment === undefined) return setWrong(words().timeWrong)
    if (moment > nowUtcMs()) return setWrong(words().future)
    setWrong('')
    setTyped(clockParts(moment, siteTimeZone.value))
    return go(moment)
  }
  return (
    <form class="moment" onSubmit={submit}>
      <label class="field">
        <span class="visually-hidden">{words().date}</span>
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
        <span class="visually-hidden">{words().time}</span>
        <input
          class="moment-time"
          autocomplete="off"
          placeholder={words().timeHint}
          title={words().timeHelp}
          value={typed.time}
          aria-invalid={wrong !== ''}
          onInput={(event) => setTyped({ ...typed, time: event.currentTarget.value })}
        />
      </label>
      <button type="submit" class="button">
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
