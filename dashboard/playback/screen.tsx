import { useEffect, useRef, useState } from 'preact/hooks'
import type { Signal } from '@preact/signals'
import type { Camera } from '../../gateway/contract/camera.ts'
import { days, type UtcMs } from '../../gateway/domain/units.ts'
import { formatTime } from '../i18n/time.ts'
import { Badge } from '../parts/badges.tsx'
import { DownloadIcon } from '../parts/icons.tsx'
import { Empty, Trouble } from '../parts/states.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { offsetTone, offsetWord } from './clock-offset.ts'
import type { Desk } from './desk.ts'
import type { FollowerState } from './follower.ts'
import type { Track } from './lane-data.ts'
import { wordAt } from './moment-words.ts'
import type { Previews } from './previews.ts'
import { lastRecorded } from './spans.ts'
import { words } from './words.ts'

interface ScreenProps {
  readonly desk: Desk
  readonly camera: Camera
  readonly track: Track | undefined
  readonly previews: Previews | undefined
}

/** The picture of one camera, and over it why there is none. */
export function Screen({ desk, camera, track, previews }: ScreenProps) {
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<Signal<FollowerState> | null>(null)
  useEffect(() => {
    if (video.current === null) return undefined
    const joined = desk.play.attach(camera.id, video.current)
    setState(joined.state)
    return joined.detach
  }, [desk, camera.id])
  const now = state?.value ?? { kind: 'loading' as const }
  return (
    <figure class="screen" data-playing={desk.play.playing.value} data-state={now.kind} data-camera={camera.id}>
      <video ref={video} muted playsInline aria-label={camera.name} onClick={desk.play.toggle} />
      <ScrubPicture desk={desk} previews={previews} />
      <Over desk={desk} camera={camera} track={track} state={now} />
      <figcaption class="screen-head">
        <span class="screen-name">{camera.name}</span>
        <ClockBadge camera={camera} />
        <Still desk={desk} camera={camera} />
      </figcaption>
    </figure>
  )
}

/** How far the camera's own clock is off, when it matters. */
function ClockBadge({ camera: { clockOffsetMs } }: { camera: Camera }) {
  if (clockOffsetMs === null) return null
  const tone = offsetTone(clockOffsetMs)
  if (tone === 'calm') return null
  const offset = offsetWord(clockOffsetMs)
  return (
    <Badge tone={tone} title={words().clockHint(offset)}>
      {words().clock(offset)}
    </Badge>
  )
}

/** Saves the picture of the moment shown. */
function Still({ desk, camera }: { desk: Desk; camera: Camera }) {
  const { api } = useGateway()
  const atUtcMs = desk.play.atUtcMs.value
  if (atUtcMs === null) return null
  return (
    <a
      class="icon-button screen-still"
      download
      href={api.stillHref(camera.id, atUtcMs)}
      aria-label={words().of(words().still, camera.name)}
      title={words().still}
    >
      <DownloadIcon size={18} />
    </a>
  )
}

/** While the playhead is dragged: the small picture of where it is. */
function ScrubPicture({ desk, previews }: { desk: Desk; previews: Previews | undefined }) {
  const utcMs = desk.scrubUtcMs.value
  const preview = previews?.shown.value ?? null
  if (utcMs === null || preview === null) return null
  return <img class="screen-scrub" src={preview.href} alt={words().preview(formatTime(preview.utcMs))} />
}

interface OverProps {
  readonly desk: Desk
  readonly camera: Camera
  readonly track: Track | undefined
  readonly state: FollowerState
}

function Over({ desk, camera, track, state }: OverProps) {
  const problem = desk.play.problem.value
  const atUtcMs = desk.play.atUtcMs.value
  if (desk.scrubUtcMs.value !== null) return null
  if (problem !== null) {
    const retry = () => desk.go(atUtcMs ?? Date.now())
    return (
      <div class="screen-over">
        <Trouble what={words().failed} problem={problem} retry={retry} />
      </div>
    )
  }
  if (state.kind === 'failed') {
    return (
      <div class="screen-over">
        {state.trouble === 'codec' ? (
          <Empty title={words().codec} />
        ) : (
          <Empty title={words().troubles[state.trouble]}>
            <button type="button" class="button" onClick={() => desk.go(atUtcMs ?? Date.now())}>
              {words().again}
            </button>
          </Empty>
        )}
      </div>
    )
  }
  if (state.kind === 'loading') return <p class="screen-loading">{words().loading}</p>
  if (state.kind !== 'waiting' || atUtcMs === null) return null
  return (
    <div class="screen-over screen-none">
      <Nothing desk={desk} camera={camera} track={track} atUtcMs={atUtcMs} untilUtcMs={state.untilUtcMs} />
    </div>
  )
}

interface NothingProps {
  readonly desk: Desk
  readonly camera: Camera
  readonly track: Track | undefined
  readonly atUtcMs: UtcMs
  readonly untilUtcMs: UtcMs | null
}

/** No footage now: why, until when, and where there is some. */
function Nothing({ desk, camera, track, atUtcMs, untilUtcMs }: NothingProps) {
  const { api, nowUtcMs } = useGateway()
  const now = nowUtcMs.peek()
  const last = useAction(async () => {
    const spans = await api.spans(camera.id, { fromUtcMs: Math.max(0, now - days(60)), toUtcMs: now })
    const utcMs = lastRecorded(spans, now)
    if (utcMs !== undefined) desk.go(utcMs)
  })
  const notice = desk.play.notice.value
  const nextUtcMs = untilUtcMs ?? (notice?.kind === 'stuck' ? notice.nextUtcMs : null)
  return (
    <>
      <p class="empty-title">{words().nowNothing}</p>
      <p>{wordAt(track, atUtcMs)}</p>
      {nextUtcMs === null ? null : <p>{words().comesOn(formatTime(nextUtcMs, now))}</p>}
      {notice?.kind !== 'stuck' ? null : nextUtcMs === null ? (
        <button type="button" class="button" disabled={last.busy} onClick={() => last.start()}>
          {words().toLast}
        </button>
      ) : (
        <button type="button" class="button" onClick={() => desk.go(nextUtcMs)}>
          {words().playNext}
        </button>
      )}
    </>
  )
}
