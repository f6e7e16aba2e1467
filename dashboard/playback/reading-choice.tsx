import { useId } from 'preact/hooks'
import { ChevronIcon } from '../parts/icons.tsx'
import { useGateway } from '../shell/gateway.ts'
import { nameWithPlace } from '../api/places.ts'
import type { Choice } from './reading-lanes.ts'
import { words } from './words.ts'

interface ReadingChoiceProps {
  readonly choices: readonly Choice[]
  readonly chosen: readonly string[]
  readonly choose: (keys: readonly string[]) => void
}

/** Which readings stand under the timeline. */
export function ReadingChoice({ choices, chosen, choose }: ReadingChoiceProps) {
  const { stores } = useGateway()
  const id = useId()
  const toggle = (key: string, on: boolean): void => choose(on ? [...chosen, key] : chosen.filter((one) => one !== key))
  return (
    <>
      <button type="button" class="button button-small" popovertarget={id} title={words().lanesHint}>
        {words().lanes} {chosen.length} <ChevronIcon size={14} />
      </button>
      <div id={id} class="menu reading-menu" popover="auto" role="group" aria-label={words().lanesHint}>
        {choices.length === 0 ? <p class="muted">{words().noReadings}</p> : null}
        {choices.map(({ key, sensor, metric }) => (
          <label key={key} class="check">
            <input
              type="checkbox"
              checked={chosen.includes(key)}
              onChange={(event) => toggle(key, event.currentTarget.checked)}
            />
            {nameWithPlace(sensor.name, stores.places.value.get(sensor.areaId))} · {metric.name}
          </label>
        ))}
      </div>
    </>
  )
}
