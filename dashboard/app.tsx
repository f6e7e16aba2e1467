import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { Session } from '../gateway/contract/access.ts'
import { seconds } from '../gateway/domain/units.ts'
import type { Permission } from '../gateway/domain/words.ts'
import { AlertsPage } from './alerts/page.tsx'
import { t, wordOf } from './i18n/language.ts'
import { EnterPage } from './login/enter.tsx'
import { LoginPage } from './login/page.tsx'
import { ErrorBoundary } from './parts/error-boundary.tsx'
import { Empty, Loading, PageHead, Trouble } from './parts/states.tsx'
import { useLoad } from './parts/use-load.ts'
import { BigScreen } from './screen/page.tsx'
import { Waiting } from './screen/shut-out.tsx'
import { type Gateway, GatewayContext, useGateway, useSession } from './shell/gateway.ts'
import { Shell } from './shell/shell.tsx'
import { showThemeOf } from './shell/theme.ts'
import { WallPage } from './wall/page.tsx'
import { createWatch, WatchContext } from './watch/watch.ts'

/** The pages that are loaded when somebody opens them, so that the wall is there sooner; Playback brings hls.js, Sensors uPlot. */
const playback = lazily('playback', async () => (await import('./playback/page.tsx')).PlaybackPage)
const coverage = lazily('coverage', async () => (await import('./coverage/page.tsx')).CoveragePage)
const sensors = lazily('sensors', async () => (await import('./sensors/page.tsx')).SensorsPage)
const devices = lazily('devices', async () => (await import('./devices/page.tsx')).DevicesPage)
const system = lazily('system', async () => (await import('./system/page.tsx')).SystemPage)

/** Which page an address shows and what it takes to see it. */
export const pages: Record<string, { need: readonly Permission[]; page: ComponentType }> = {
  wall: { need: ['watch'], page: WallPage },
  alerts: { need: ['watch'], page: AlertsPage },
  playback: { need: ['review'], page: playback },
  coverage: { need: ['watch'], page: coverage },
  sensors: { need: ['watch'], page: sensors },
  devices: { need: ['configure'], page: devices },
  system: { need: ['administer', 'audit', 'configure', 'hold'], page: system },
}

export function App({ gateway }: { gateway: Gateway }) {
  return (
    <GatewayContext.Provider value={gateway}>
      <Document />
    </GatewayContext.Provider>
  )
}

function Document() {
  const { router, session } = useGateway()
  const path = router.location.value.path
  showThemeOf(path)
  document.title = titleOf(path)
  if (path === '/enter') return <EnterPage />
  const now = session.value
  // A wall that nobody sits at never asks for a password.
  if (path === '/screen' && !now) return <Waiting />
  if (now === undefined) return <FirstLook />
  if (now === null) return <LoginPage />
  return (
    <Watched session={now}>{now.role === 'screen' || path === '/screen' ? <Big /> : <Paged path={path} />}</Watched>
  )
}

/** Sounds go on whichever page is open. */
function Watched({ session, children }: { session: Session; children: ComponentChildren }) {
  const gateway = useGateway()
  const watch = useMemo(() => createWatch(gateway, session), [gateway, session.user, session.role])
  useEffect(() => {
    const leaving = new AbortController()
    watch.run(leaving.signal)
    return () => leaving.abort()
  }, [watch])
  return <WatchContext.Provider value={watch}>{children}</WatchContext.Provider>
}

const Big = () => (
  <ErrorBoundary againMs={seconds(10)}>
    <BigScreen />
  </ErrorBoundary>
)

function Paged({ path }: { path: string }) {
  const name = path === '/' || path === '/login' ? 'wall' : (path.split('/')[1] ?? '')
  return (
    <Shell name={name}>
      <Page name={name} />
    </Shell>
  )
}

/** Of the window and of the browser's history: `告警 · 加工区网关`. */
function titleOf(path: string): string {
  const page = wordOf(t().nav, path.split('/')[1] ?? '')
  return page === undefined ? t().product : `${page} · ${t().product}`
}

/** Asks once who is logged in. */
function FirstLook() {
  const { api, session, start } = useGateway()
  const load = useLoad(async (signal) => {
    start(await api.session(signal))
    return true
  }, [])
  if (load.problem !== null && load.problem.status !== 401) {
    return (
      <main class="alone">
        <Trouble what={t().product} problem={load.problem} retry={load.reload} />
      </main>
    )
  }
  if (load.problem !== null && session.peek() === undefined) session.value = null
  return <Loading rows={2} />
}

function Page({ name }: { name: string }) {
  const session = useSession()
  const found = pages[name]
  if (found === undefined) return <Alone title={t().states.missingTitle} next={t().states.missingNext} />
  if (!found.need.some((one) => session.permissions.includes(one))) {
    return <Alone title={t().states.deniedTitle} next={t().states.deniedNext} />
  }
  return (
    <ErrorBoundary key={name}>
      <found.page />
    </ErrorBoundary>
  )
}

function Alone({ title, next }: { title: string; next: string }) {
  return (
    <div class="page">
      <PageHead title={title} />
      <Empty title={next} />
    </div>
  )
}

function lazily(
  name: 'playback' | 'coverage' | 'sensors' | 'devices' | 'system',
  get: () => Promise<ComponentType>,
): ComponentType {
  return function LazyPage() {
    const load = useLoad(async () => ({ Page: await get() }), [])
    if (load.problem !== null) return <Trouble what={t().nav[name]} problem={load.problem} retry={load.reload} />
    return load.value === null ? <Loading /> : <load.value.Page />
  }
}
