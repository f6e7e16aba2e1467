import type { Camera } from '../../gateway/contract/camera.ts'
import { minutes } from '../../gateway/domain/units.ts'
import { toProblem } from '../api/request.ts'
import { Empty, Trouble } from '../parts/states.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import { lastRecorded } from './spans.ts'
import type { Obstacle, PlaybackState } from './use-playback.ts'
import { words } from './words.ts'

/** The picture, and over it why there is none. */
export function Screen({ camera, playback }: { camera: Camera; playback: PlaybackState }) {
  const obstacle = playback.obstacle.value
  return (
    <div class="screen" data-playing={playback.playing.value}>
      <video ref={playback.video} muted playsInline aria-label={camera.name} onClick={playback.toggle} />
      {obstacle === null ? null : (
        <div class="screen-obstacle">
          <Why obstacle={obstacle} camera={camera} playback={playback} />
        </div>
      )}
      <p class={playback.notice.value === '' ? 'visually-hidden' : 'screen-notice'} role="status">
        {playback.notice.value}
      </p>
    </div>
  )
}

function Why({ obstacle, camera, playback }: { obstacle: Obstacle; camera: Camera; playback: PlaybackState }) {
  const { api, nowUtcMs } = useGateway()
  const last = useAction(async () => {
    const now = nowUtcMs.peek()
    const spans = await api.spans(camera.id, { fromUtcMs: Math.max(0, now - minutes(60 * 24 * 30)), toUtcMs: now })
    const utcMs = lastRecorded(spans, now)
    if (utcMs !== undefined) playback.seek(utcMs)
  })
  if (obstacle.kind === 'nothing') {
    const title = obstacle.reason === null ? words().nothing : words().nothingBecause(obstacle.reason)
    return (
      <Empty title={title} next={words().nothingNext}>
        <button type="button" class="button" disabled={last.busy} onClick={() => last.start()}>
          {words().toLast}
        </button>
      </Empty>
    )
  }
  if (obstacle.kind === 'codec') return <Empty title={words().codec} />
  const problem = obstacle.problem ?? toProblem(new Error(obstacle.detail))
  return <Trouble what={words().failed} problem={problem} retry={() => playback.seek(obstacle.utcMs)} />
}
