import type { DeclaredHours } from '../../gateway/contract/camera.ts'
import { CloseIcon, PlusIcon } from '../parts/icons.tsx'
import { clockTime, isWhole, readClockTime, windowWords } from './keeping.ts'
import { words } from './keeping-words.ts'

type Window = DeclaredHours[number]
const usual: Window = { days: [1, 2, 3, 4, 5, 6, 7], from: '06:00', to: '22:00' }
const mostWindows = 28

interface HoursFieldProps {
  /** null: always. */
  readonly hours: DeclaredHours | null
  readonly change: (hours: DeclaredHours | null) => void
}

/** Always, or weekly windows in the site's time. */
export function HoursField({ hours, change }: HoursFieldProps) {
  const replace = (n: number, window: Window): void => change((hours ?? []).with(n, window))
  return (
    <fieldset class="hours">
      <legend class="field-legend">{words().hours}</legend>
      <div class="choices">
        {([null, [usual]] as const).map((choice) => (
          <label class="check" key={String(choice === null)}>
            <input
              type="radio"
              name="hours-kind"
              checked={(hours === null) === (choice === null)}
              onChange={() => change(choice === null ? null : [...choice])}
            />
            {choice === null ? words().always : words().weekly}
          </label>
        ))}
      </div>
      {hours === null ? null : (
        <>
          <p class="field-hint">{words().hoursHint}</p>
          {hours.map((window, n) => (
            <WindowField
              key={n}
              name={words().window(n + 1)}
              window={window}
              change={(next) => replace(n, next)}
              {...(hours.length > 1 ? { remove: () => change(hours.filter((_, other) => other !== n)) } : {})}
            />
          ))}
          {hours.length < mostWindows ? (
            <button type="button" class="button button-small hours-add" onClick={() => change([...hours, usual])}>
              <PlusIcon size={16} /> {words().addWindow}
            </button>
          ) : null}
        </>
      )}
    </fieldset>
  )
}

interface WindowFieldProps {
  readonly name: string
  readonly window: Window
  readonly change: (window: Window) => void
  readonly remove?: () => void
}

function WindowField({ name, window, change, remove }: WindowFieldProps) {
  const { days } = window
  const toggle = (day: number, on: boolean): void =>
    change({ ...window, days: on ? [...days, day].sort((a, b) => a - b) : days.filter((one) => one !== day) })
  return (
    <fieldset class="hours-window">
      <legend class="visually-hidden">{name}</legend>
      <div class="hours-days">
        {words().days7.map((day, index) => (
          <label key={day} class="hours-day">
            <input
              type="checkbox"
              checked={days.includes(index + 1)}
              aria-label={words().dayName(day)}
              onChange={(event) => toggle(index + 1, event.currentTarget.checked)}
            />
            <span aria-hidden="true">{day}</span>
          </label>
        ))}
      </div>
      <div class="hours-times">
        {(['from', 'to'] as const).map((end) => (
          <label key={end} class="hours-time">
            <span>{words()[end]}</span>
            <input
              required
              pattern={clockTime.source}
              placeholder="22:00"
              inputMode="numeric"
              autocomplete="off"
              value={window[end]}
              onInput={(event) => change({ ...window, [end]: event.currentTarget.value })}
              onChange={(event) => {
                const read = readClockTime(event.currentTarget.value)
                // At once: Enter is judged by the browser before this is drawn again.
                event.currentTarget.value = read
                change({ ...window, [end]: read })
              }}
            />
          </label>
        ))}
        {remove === undefined ? null : (
          <button type="button" class="icon-button" aria-label={`${words().removeWindow}: ${name}`} onClick={remove}>
            <CloseIcon size={16} />
          </button>
        )}
      </div>
      <p class="muted" aria-live="polite">
        {days.length > 0 && isWhole(window) ? windowWords(window) : ''}
      </p>
    </fieldset>
  )
}
