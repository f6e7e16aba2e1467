import { days, hours, type Millis, minutes } from '../../gateway/domain/units.ts'
import { formatValue } from '../i18n/numbers.ts'
import { useGateway } from '../shell/gateway.ts'
import type { Desk } from './desk.ts'
import type { LaneData } from './lane-data.ts'
import type { Layout } from './lanes.ts'
import type { Previews } from './previews.ts'
import { ReadingChoice } from './reading-choice.tsx'
import { type Choice, valueAt } from './reading-lanes.ts'
import { centred } from './scale.ts'
import { Timeline } from './timeline.tsx'
import { words } from './words.ts'

interface LanesProps {
  readonly desk: Desk
  readonly data: LaneData
  readonly layout: Layout
  readonly choices: readonly Choice[]
  readonly previewsOf: (cameraId: string) => Previews | undefined
}

const presets: readonly [keyof ReturnType<typeof words>['spans'], Millis][] = [
  ['minute', minutes(1)],
  ['short', minutes(10)],
  ['hour', hours(1)],
  ['day', days(1)],
  ['week', days(7)],
  ['month', days(30)],
]

/** The timeline with its buttons, and the names of its lanes. */
export function Lanes({ desk, data, layout, choices, previewsOf }: LanesProps) {
  return (
    <section class="panel lanes" aria-label={words().timeline}>
      <Tools desk={desk} choices={choices} layout={layout} />
      <div class="lanes-body">
        <ul class="lane-names">
          {layout.lanes.map((lane) => (
            <li key={lane.key} style={{ top: `${lane.top}px`, height: `${lane.heightPx}px` }}>
              {lane.kind === 'camera' ? (
                <span class="lane-name">{data.tracks?.find(({ camera }) => camera.id === lane.key)?.camera.name}</span>
              ) : lane.kind === 'alerts' ? (
                <span class="lane-name">{words().alerts}</span>
              ) : (
                <ReadingName desk={desk} data={data} choice={choices.find(({ key }) => key === lane.key)} />
              )}
            </li>
          ))}
        </ul>
        <div class="lanes-canvas" style={{ height: `${layout.heightPx}px` }}>
          <Timeline desk={desk} data={data} layout={layout} previewsOf={previewsOf} />
        </div>
      </div>
    </section>
  )
}

/** Everything a drag or the wheel does, as buttons. */
function Tools({ desk, choices, layout }: Pick<LanesProps, 'desk' | 'choices' | 'layout'>) {
  const { nowUtcMs } = useGateway()
  const { spanMs } = desk.view.value
  const buttons: readonly (readonly [string, string, () => void])[] = [
    ['‹', words().earlier, () => desk.pan(spanMs / -2)],
    ['›', words().later, () => desk.pan(spanMs / 2)],
    ['+', words().zoomIn, () => desk.zoom(0.5)],
    ['−', words().zoomOut, () => desk.zoom(2)],
  ]
  return (
    <div class="lane-tools">
      <div class="switch" role="group">
        {presets.map(([name, ms]) => (
          <button key={name} type="button" aria-pressed={Math.abs(spanMs - ms) < 1} onClick={() => desk.showSpan(ms)}>
            {words().spans[name]}
          </button>
        ))}
      </div>
      <div class="transport-group">
        {buttons.map(([sign, label, run]) => (
          <button key={sign} type="button" class="icon-button" aria-label={label} title={label} onClick={run}>
            {sign}
          </button>
        ))}
      </div>
      <button
        type="button"
        class="button button-small"
        onClick={() => {
          desk.view.value = centred(nowUtcMs.peek() - spanMs * 0.3, spanMs)
        }}
      >
        {words().now}
      </button>
      <ReadingChoice
        choices={choices}
        chosen={layout.lanes.flatMap(({ kind, key }) => (kind === 'reading' ? [key] : []))}
        choose={(keys) => {
          desk.readings.value = keys
        }}
      />
      <button type="button" class="button button-small" onClick={() => (desk.dialog.value = 'keys')}>
        {words().keys} ?
      </button>
      <span class="lane-hint muted">{words().timelineHint}</span>
    </div>
  )
}

/** What the curve shows, and its value at the moment shown. */
function ReadingName({ desk, data, choice }: { desk: Desk; data: LaneData; choice: Choice | undefined }) {
  const atUtcMs = desk.scrubUtcMs.value ?? desk.play.atUtcMs.value
  if (choice === undefined) return null
  const history = data.readings.find(({ key }) => key === choice.key)?.history
  const value = history === undefined || atUtcMs === null ? undefined : valueAt(history, atUtcMs)
  return (
    <>
      <span class="lane-name">
        {choice.sensor.name} {choice.sensor.metrics.length > 1 ? choice.metric.name : ''}
      </span>
      <strong>{value === undefined ? '—' : formatValue(choice.metric, value)}</strong>
    </>
  )
}
