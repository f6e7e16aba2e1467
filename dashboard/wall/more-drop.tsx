import type { WallSettings } from '../../gateway/contract/wall.ts'
import { drawn } from '../parts/icons.tsx'
import { Drop } from './drop.tsx'
import { tourSecondsLeast, tourSecondsMost } from './settings.ts'
import { toolWords } from './tool-words.ts'

const MoreIcon = drawn(['M5 12h.1', 'M12 12h.1', 'M19 12h.1'])

interface MoreDropProps {
  readonly settings: WallSettings
  readonly tourSeconds: number
  readonly change: (next: Partial<WallSettings>) => void
  readonly setTourSeconds: (seconds: number) => void
  readonly arrange: () => void
  readonly showKeys: () => void
}

/** What is rarely touched. */
export function MoreDrop({ settings, tourSeconds, change, setTourSeconds, arrange, showKeys }: MoreDropProps) {
  const words = toolWords()
  return (
    <Drop name={words.more} label={<MoreIcon size={18} />}>
      {(close) => (
        <div class="wall-more">
          <label class="check">
            <input
              type="checkbox"
              checked={settings.troubleFirst}
              onChange={(event) => change({ troubleFirst: event.currentTarget.checked })}
            />
            {words.troubleFirst}
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={settings.alertsToFront}
              onChange={(event) => change({ alertsToFront: event.currentTarget.checked })}
            />
            {words.alertsToFront}
          </label>
          <label class="wall-more-tour">
            <span>{words.tourEach}</span>
            <input
              type="number"
              min={tourSecondsLeast}
              max={tourSecondsMost}
              defaultValue={tourSeconds}
              onChange={(event) => {
                const { valueAsNumber, validity } = event.currentTarget
                if (validity.valid && Number.isInteger(valueAsNumber)) setTourSeconds(valueAsNumber)
                else event.currentTarget.value = String(tourSeconds)
              }}
            />
            <span>{words.secondsUnit}</span>
          </label>
          <hr class="wall-more-line" />
          {settings.troubleFirst ? (
            <p class="wall-more-hint muted">{words.arrangeNot}</p>
          ) : (
            <button
              type="button"
              class="menu-item"
              onClick={() => {
                close()
                arrange()
              }}
            >
              {words.arrange}
            </button>
          )}
          {settings.sequence.length === 0 ? null : (
            <button type="button" class="menu-item" onClick={() => change({ sequence: [] })}>
              {words.arrangeReset}
            </button>
          )}
          <button
            type="button"
            class="menu-item"
            onClick={() => {
              close()
              showKeys()
            }}
          >
            {words.keys}
          </button>
        </div>
      )}
    </Drop>
  )
}
