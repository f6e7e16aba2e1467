import { useEffect, useState } from 'preact/hooks'
import { days, hours, type Millis, minutes, type UtcMs } from '../../gateway/domain/units.ts'
import { Trouble } from '../parts/states.tsx'
import { useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import type { Marks } from './draw.ts'
import { GapList } from './gap-list.tsx'
import { centred, following, loadRange, notAfter, rangeOf, type View, zoomed } from './scale.ts'
import { Timeline } from './timeline.tsx'
import type { PlaybackState } from './use-playback.ts'
import { words } from './words.ts'

interface LaneProps {
  readonly cameraId: string
  readonly playback: PlaybackState
  readonly view: View
  readonly setView: (view: View) => void
  readonly marks: Marks
}

const settleMs: Millis = 200
const growEveryMs: Millis = 10_000
const presets: readonly [keyof ReturnType<typeof words>['spans'], Millis][] = [
  ['short', minutes(10)],
  ['hour', hours(1)],
  ['day', days(1)],
  ['week', days(7)],
]

/** The timeline with its buttons, the spans it needs and the list of gaps in the period it shows. */
export function Lane({ cameraId, playback, view, setView, marks }: LaneProps) {
  const { api, nowUtcMs } = useGateway()
  const now = nowUtcMs.value
  const settled = useSettled(view, settleMs)
  const wanted = loadRange(settled, Number.MAX_SAFE_INTEGER)
  const growth = useGrowth(cameraId)
  const load = useLoad(
    (signal) => api.spans(cameraId, loadRange(settled, nowUtcMs.peek()), signal),
    [cameraId, wanted.fromUtcMs, wanted.toUtcMs, wanted.toUtcMs > now ? growth : 0],
  )
  const at = playback.atUtcMs.value
  const playing = playback.playing.value
  useEffect(() => {
    if (at !== null && playing) setView(following(view, at))
  }, [at, playing])

  const spans = load.value ?? []
  const anchor: UtcMs = at ?? view.fromUtcMs + view.spanMs / 2
  const zoom = (factor: number) => setView(notAfter(zoomed(view, factor, anchor), now))
  return (
    <>
      <section class="panel lane" aria-label={words().timeline}>
        <div class="lane-tools">
          <span class="muted">{words().lane}</span>
          <div class="switch" role="group">
            {presets.map(([name, spanMs]) => (
              <button
                key={name}
                type="button"
                aria-pressed={Math.abs(view.spanMs - spanMs) < 1}
                onClick={() => setView(notAfter(centred(anchor, spanMs), now))}
              >
                {words().spans[name]}
              </button>
            ))}
          </div>
          <button
            type="button"
            class="icon-button"
            aria-label={words().zoomIn}
            title={words().zoomIn}
            onClick={() => zoom(0.5)}
          >
            +
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label={words().zoomOut}
            title={words().zoomOut}
            onClick={() => zoom(2)}
          >
            −
          </button>
          <button
            type="button"
            class="button button-small"
            onClick={() => setView(centred(now - view.spanMs * 0.3, view.spanMs))}
          >
            {words().now}
          </button>
          <span class="lane-hint muted">{words().timelineHint}</span>
        </div>
        <Timeline
          view={view}
          spans={spans}
          playheadUtcMs={at}
          nowUtcMs={now}
          marks={marks}
          change={setView}
          seek={playback.seek}
        />
      </section>
      {load.problem === null ? null : <Trouble what={words().timeline} problem={load.problem} retry={load.reload} />}
      {load.value === null ? null : (
        <GapList
          spans={spans}
          range={{ ...rangeOf(settled), toUtcMs: Math.min(rangeOf(settled).toUtcMs, now) }}
          play={playback.seek}
        />
      )}
    </>
  )
}

/** A value that follows once it has not changed for `ms`. */
function useSettled<Value>(value: Value, ms: Millis): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

/** Changes, at most every ten seconds, when the camera's timeline grew. */
function useGrowth(cameraId: string): number {
  const { stores } = useGateway()
  const [growth, setGrowth] = useState(0)
  const newest = stores.timeline.value
  useEffect(() => {
    if (newest?.cameraId === cameraId) setGrowth(Math.floor(newest.endUtcMs / growEveryMs))
  }, [newest, cameraId])
  return growth
}
