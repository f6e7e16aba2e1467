import { useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import { clockParts, formatDateTime, siteTimeZone } from '../i18n/time.ts'
import { keepWords } from './keep-words.ts'
import { spokenMoment } from '../i18n/zone-time.ts'

/** A span and some cameras as they are typed and ticked; `wrong` says what is not right about them. */
export interface Choosing {
  readonly from: string
  readonly to: string
  readonly ids: readonly string[]
}

export function useChoosing(range: UtcRange, cameraIds: readonly string[]) {
  return useState<Choosing>(() => ({
    from: formatDateTime(range.fromUtcMs),
    to: formatDateTime(range.toUtcMs),
    ids: cameraIds,
  }))
}

/** @returns the span in the site's zone and the cameras, or the sentence that says what is wrong */
export function chosenOf(choosing: Choosing, nowUtcMs: UtcMs): { range: UtcRange; ids: readonly string[] } | string {
  const zone = siteTimeZone.peek()
  const today = clockParts(nowUtcMs, zone).date
  const fromUtcMs = spokenMoment(choosing.from, today, nowUtcMs, zone)
  const toUtcMs = spokenMoment(choosing.to, today, nowUtcMs, zone)
  if (fromUtcMs === undefined) return keepWords().wrongFrom
  if (toUtcMs === undefined) return keepWords().wrongTo
  if (toUtcMs <= fromUtcMs) return keepWords().backwards
  if (choosing.ids.length === 0) return keepWords().noCamera
  return { range: { fromUtcMs, toUtcMs }, ids: choosing.ids }
}

interface RangeFieldsProps {
  readonly choosing: Choosing
  readonly change: (choosing: Choosing) => void
  readonly cameras: readonly Camera[]
}

/** From, to and the cameras shown. */
export function RangeFields({ choosing, change, cameras }: RangeFieldsProps) {
  const toggle = (id: string, on: boolean): void =>
    change({ ...choosing, ids: on ? [...choosing.ids, id] : choosing.ids.filter((one) => one !== id) })
  return (
    <>
      <div class="field-row">
        {(['from', 'to'] as const).map((end) => (
          <label key={end} class="field">
            <span>{keepWords()[end]}</span>
            <input
              name={end}
              autocomplete="off"
              placeholder={keepWords().momentHint}
              value={choosing[end]}
              onInput={(event) => change({ ...choosing, [end]: event.currentTarget.value })}
            />
          </label>
        ))}
      </div>
      {cameras.length < 2 ? null : (
        <fieldset class="choices">
          <legend class="field-legend">{keepWords().cameras}</legend>
          {cameras.map((camera) => (
            <label key={camera.id} class="check">
              <input
                type="checkbox"
                checked={choosing.ids.includes(camera.id)}
                onChange={(event) => toggle(camera.id, event.currentTarget.checked)}
              />
              {camera.name}
            </label>
          ))}
        </fieldset>
      )}
    </>
  )
}
