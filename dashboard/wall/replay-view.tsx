import { useEffect, useRef, useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { formatTime } from '../i18n/time.ts'
import { playbackHref } from '../parts/footage-link.tsx'
import { problemText } from '../parts/states.tsx'
import { recordedPlayer } from '../playback/recorded-player.ts'
import { useGateway } from '../shell/gateway.ts'
import { actionWords } from './action-words.ts'
import { replayPlan, replayRange } from './replay-plan.ts'
import './replay.css'

const lookEveryMs = 100

interface ReplayProps {
  readonly camera: Camera
  /** Back to the live picture. */
  readonly close: () => void
}

/** The last half minute over the large picture, out of the recording. It covers the live one and returns to it at its end. */
export function ReplayView({ camera, close }: ReplayProps) {
  const { api, clockOffsetMs } = useGateway()
  const video = useRef<HTMLVideoElement>(null)
  const [round, setRound] = useState(0)
  const [shownUtcMs, setShownUtcMs] = useState<UtcMs | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  const latest = useRef(close)
  latest.current = close
  const now = () => Date.now() + clockOffsetMs.peek()

  useEffect(() => {
    const element = video.current
    if (element === null) return undefined
    const leaving = new AbortController()
    const { signal } = leaving
    setTrouble(null)
    setShownUtcMs(null)
    const player = recordedPlayer(
      element,
      (window) => api.playlistHref(camera.id, window),
      (kind, detail) => {
        console.debug(`the replay of ${camera.id} does not play: ${kind}, ${detail}`)
        setTrouble(actionWords().troubles[kind])
      },
    )
    const begin = async (): Promise<void> => {
      const nowUtcMs = now()
      const spans = await api.spans(camera.id, replayRange(nowUtcMs), signal)
      if (signal.aborted) return
      const plan = replayPlan(spans, nowUtcMs)
      if (plan.kind === 'nothing') {
        const reason = plan.reason === null ? '' : ` · ${t().reasons[plan.reason].what}`
        setTrouble(`${actionWords().nothing}${reason}`)
        return
      }
      player.show(plan.fromUtcMs, nowUtcMs, plan.startS)
      await element.play()
    }
    begin().catch((thrown: unknown) => {
      if (!signal.aborted) setTrouble(problemText(thrown))
    })
    element.addEventListener('ended', () => latest.current(), { signal })
    const timer = setInterval(() => {
      if (element.readyState >= 2) setShownUtcMs(player.shownUtcMs() ?? null)
    }, lookEveryMs)
    return () => {
      leaving.abort()
      clearInterval(timer)
      player.close()
    }
  }, [camera.id, round])

  const ago = shownUtcMs === null ? null : Math.max(0, Math.round((now() - shownUtcMs) / 1_000))
  return (
    <section class="replay" aria-label={actionWords().replayTitle} data-shown-utc-ms={shownUtcMs?.toFixed(0)}>
      <video ref={video} muted playsInline aria-label={camera.name} />
      <header class="replay-head">
        <strong>{actionWords().replayTitle}</strong>
        <span>{actionWords().notLive}</span>
        {shownUtcMs === null || ago === null ? null : (
          <span class="replay-time">
            {formatTime(shownUtcMs, now())} · {actionWords().ago(String(ago))}
          </span>
        )}
      </header>
      {trouble !== null ? (
        <p class="replay-say" role="alert">
          {trouble}
        </p>
      ) : shownUtcMs === null ? (
        <p class="replay-say" role="status">
          {actionWords().loading}
        </p>
      ) : null}
      <footer class="replay-foot">
        <button type="button" class="button" onClick={() => setRound((n) => n + 1)}>
          {actionWords().again}
        </button>
        <a class="button" href={playbackHref(camera.id, shownUtcMs ?? now() - 30_000)}>
          {actionWords().open}
        </a>
        <button type="button" class="button button-main" onClick={close}>
          {actionWords().toLive}
        </button>
      </footer>
    </section>
  )
}
