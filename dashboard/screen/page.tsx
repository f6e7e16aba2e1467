import { useEffect, useState } from 'preact/hooks'
import { seconds } from '../../gateway/domain/units.ts'
import { clockParts, formatDuration, formatTime, siteTimeZone } from '../i18n/time.ts'
import { CloseIcon } from '../parts/icons.tsx'
import { useGateway, useSession } from '../shell/gateway.ts'
import { isWaiting } from '../watch/front-camera.ts'
import { WatchedWall } from '../watch/watched-wall.tsx'
import { rememberScreen } from './shut-out.tsx'
import { lookEveryMs, ownScript, servedScript, versionStep } from './version.ts'
import { type Awake, keepAwake } from './wake-lock.ts'
import { words } from './words.ts'
import './screen.css'

const cursorMs = seconds(5)
const waitMs = seconds(10)

/** The wall alone: pictures, alerts, clock. Nothing here needs a hand. */
export function BigScreen() {
  const session = useSession()
  const isScreen = session.role === 'screen'
  const { stores, router } = useGateway()
  const quiet = useQuiet()
  useEffect(() => {
    if (!isScreen) return
    rememberScreen()
    // From anywhere else a revoked screen would ask for a password.
    if (router.location.peek().path !== '/screen') router.navigate('/screen', { replace: true })
  }, [isScreen])
  useWayBack(!isScreen, () => router.navigate('/wall'))
  const alerts = stores.openAlerts.value
  const calm = alerts !== null && alerts.length === 0
  return (
    <div class={`big${quiet ? ' big-quiet' : ''}${calm ? ' big-calm' : ''}`}>
      <header class="big-head">
        <h1>{session.zoneName}</h1>
        {calm ? <span class="muted">{words().noAlerts}</span> : null}
        <SleepNote />
        <VersionNote attended={!isScreen} />
        <BigClock />
        {isScreen ? null : (
          <button
            type="button"
            class="icon-button"
            aria-label={words().leave}
            title={words().leave}
            onClick={() => router.navigate('/wall')}
          >
            <CloseIcon />
          </button>
        )}
      </header>
      <BigLost />
      <WatchedWall mode="screen" />
    </div>
  )
}

function BigClock() {
  const { nowUtcMs } = useGateway()
  const at = clockParts(nowUtcMs.value, siteTimeZone.value)
  return (
    <p class="big-clock">
      <span>{at.date}</span> <time>{at.time}</time>
    </p>
  )
}

function BigLost() {
  const { connection, clockOffsetMs, nowUtcMs } = useGateway()
  const now = connection.value
  if (now.kind !== 'lost') return null
  const since = now.sinceUtcMs + clockOffsetMs.value
  return (
    <p class="big-lost" role="alert" aria-live="off">
      {words().lost(formatTime(since, nowUtcMs.value), formatDuration(nowUtcMs.value - since))}
    </p>
  )
}

function SleepNote() {
  const [awake, setAwake] = useState<Awake>('asking')
  useEffect(() => {
    const leaving = new AbortController()
    keepAwake(setAwake, leaving.signal)
    return () => leaving.abort()
  }, [])
  if (awake === 'asking' || awake === 'kept') return null
  return (
    <span class="big-note" title={words().sleepHint}>
      {words().sleep}
    </span>
  )
}

/** A screen that nobody touches takes a new version by itself; a person is asked. */
function VersionNote({ attended }: { attended: boolean }) {
  const { stores } = useGateway()
  const [served, setServed] = useState<string | undefined>(undefined)
  const [own] = useState(ownScript)
  const critical = stores.openAlerts.value?.some(isWaiting) ?? false
  const step = versionStep({ own, served, critical, attended })
  useEffect(() => {
    const leaving = new AbortController()
    const look = () => {
      servedScript(leaving.signal)
        .then(setServed)
        .catch((cause: unknown) => console.debug('the version served is not known', cause))
    }
    const timer = setInterval(look, lookEveryMs)
    return () => {
      leaving.abort()
      clearInterval(timer)
    }
  }, [])
  useEffect(() => {
    if (step !== 'reload') return undefined
    const leaving = new AbortController()
    // Only from a gateway that answers: a browser's own error page would stay for ever. And never in the moment an alert was acknowledged.
    const timer = setInterval(() => {
      servedScript(leaving.signal)
        .then((now) => {
          if (now !== undefined && now !== own) location.reload()
        })
        .catch((cause: unknown) => console.debug('not loaded anew while the gateway is away', cause))
    }, waitMs)
    return () => {
      leaving.abort()
      clearInterval(timer)
    }
  }, [step])
  if (step !== 'tell') return null
  return (
    <button type="button" class="button button-small" onClick={() => location.reload()}>
      {words().update}
    </button>
  )
}

/** Has nobody moved the pointer for a while? */
function useQuiet(): boolean {
  const [quiet, setQuiet] = useState(false)
  useEffect(() => {
    let timer = setTimeout(() => setQuiet(true), cursorMs)
    const moved = () => {
      clearTimeout(timer)
      timer = setTimeout(() => setQuiet(true), cursorMs)
      setQuiet(false)
    }
    addEventListener('pointermove', moved)
    return () => {
      clearTimeout(timer)
      removeEventListener('pointermove', moved)
    }
  }, [])
  return quiet
}

/** For a person: Escape, and the end of full screen, lead back. */
function useWayBack(may: boolean, leave: () => void): void {
  useEffect(() => {
    if (!may) return undefined
    const ended = () => {
      if (document.fullscreenElement === null) leave()
    }
    const pressed = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('dialog, input') !== null
      // The wall takes it first, for what it has opened.
      if (event.key === 'Escape' && !event.defaultPrevented && !typing) leave()
    }
    document.addEventListener('fullscreenchange', ended)
    document.addEventListener('keydown', pressed)
    return () => {
      document.removeEventListener('fullscreenchange', ended)
      document.removeEventListener('keydown', pressed)
      if (document.fullscreenElement !== null)
        document.exitFullscreen().catch((cause: unknown) => console.debug('full screen ended already', cause))
    }
  }, [may])
}
