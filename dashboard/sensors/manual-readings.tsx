import { useRef, useState } from 'preact/hooks'
import type { NewManualReadings, Sensor } from '../../gateway/contract/sensor.ts'
import { t } from '../i18n/language.ts'
import { formatValue } from '../i18n/numbers.ts'
import { clockParts, formatDateTime, siteTimeZone } from '../i18n/time.ts'
import { spokenMoment } from '../i18n/zone-time.ts'
import { text } from '../parts/fields.ts'
import { problemText } from '../parts/states.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway, useSession } from '../shell/gateway.ts'
import { words } from './detail-words.ts'

/** What was written down, or the sentence that says what is wrong with it. A minute of grace for a clock that is behind. */
export function readManual(
  fields: FormData,
  sensor: Pick<Sensor, 'metrics'>,
  nowUtcMs: number,
  zone: string,
): NewManualReadings | string {
  const values = sensor.metrics.flatMap(({ key }, index) => {
    const typed = text(fields, `value-${index}`).replace(',', '.')
    return typed === '' || !Number.isFinite(Number(typed)) ? [] : [{ metric: key, value: Number(typed) }]
  })
  if (values.length === 0) return words().noValue
  const typed = text(fields, 'taken')
  const today = clockParts(nowUtcMs, zone).date
  const takenUtcMs = typed === '' ? nowUtcMs : spokenMoment(typed, today, nowUtcMs, zone)
  if (takenUtcMs === undefined) return words().takenWrong
  if (takenUtcMs > nowUtcMs + 60_000) return words().takenLater
  return { takenUtcMs: Math.round(Math.min(takenUtcMs, nowUtcMs)), values, note: text(fields, 'note') }
}

/** A person reads an instrument and writes it down, with the time and their name. */
export function ManualReadings({ sensor }: { sensor: Sensor }) {
  const { api, nowUtcMs } = useGateway()
  const session = useSession()
  const form = useRef<HTMLFormElement>(null)
  const [wrong, setWrong] = useState<string | null>(null)
  const [saved, setSaved] = useState<string | null>(null)
  const save = useAction(async (readings: NewManualReadings) => {
    setSaved(null)
    await api.addReadings(sensor.id, readings)
    const said = readings.values.map(({ metric, value }) => {
      const known = sensor.metrics.find(({ key }) => key === metric)
      return known === undefined ? String(value) : `${known.name} ${formatValue(known, value)}`
    })
    setSaved(words().saved(said.join(t().system.listSeparator), formatDateTime(readings.takenUtcMs), session.name))
    form.current?.reset()
  })
  return (
    <section class="panel manual" aria-labelledby="manual">
      <h2 id="manual">
        {words().manual}
        <span class="head-about">{words().manualAbout(session.name)}</span>
      </h2>
      <form
        class="manual-form"
        ref={form}
        onSubmit={(event) => {
          event.preventDefault()
          const read = readManual(new FormData(event.currentTarget), sensor, nowUtcMs.peek(), siteTimeZone.peek())
          setWrong(typeof read === 'string' ? read : null)
          if (typeof read !== 'string') save.start(read)
        }}
      >
        {sensor.metrics.map((metric, index) => (
          <label class="field" key={metric.key}>
            <span>{words().value(metric.name, metric.unit ?? '')}</span>
            {metric.type === 'binary' ? (
              <select name={`value-${index}`}>
                <option value="">—</option>
                <option value="0">{formatValue(metric, 0)}</option>
                <option value="1">{formatValue(metric, 1)}</option>
              </select>
            ) : (
              <input name={`value-${index}`} type="number" step="any" inputMode="decimal" autocomplete="off" />
            )}
          </label>
        ))}
        <label class="field">
          <span>{words().taken}</span>
          <input
            name="taken"
            autocomplete="off"
            placeholder={clockParts(nowUtcMs.peek(), siteTimeZone.peek()).time.slice(0, 5)}
            title={words().takenHint}
          />
        </label>
        <label class="field manual-note">
          <span>{words().note}</span>
          <input name="note" maxLength={500} autocomplete="off" placeholder={words().notePlaceholder} />
        </label>
        <button type="submit" class="button button-main" disabled={save.busy}>
          {save.busy ? t().actions.working : words().save}
        </button>
      </form>
      {wrong === null && save.problem === null ? null : (
        <p class="refusal" role="alert">
          {wrong ?? problemText(save.problem)}
        </p>
      )}
      <p role="status" class={saved === null ? 'visually-hidden' : 'notice'}>
        {saved}
      </p>
    </section>
  )
}
