import { signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Session } from '../../gateway/contract/access.ts'
import type { Permission } from '../../gateway/domain/words.ts'
import { type Connection, runFeed } from '../api/feed.ts'
import { createRequest, toProblem } from '../api/request.ts'
import { createApi } from '../api/routes.ts'
import { createStores, type Store } from '../api/stores.ts'
import { siteTimeZone } from '../i18n/time.ts'
import { createRouter } from './router.ts'

/** Undefined: not asked yet. Null: nobody is logged in. */
export type SessionState = Session | null | undefined

/** Everything a page may use, made once per document. */
export function createGateway() {
  const router = createRouter()
  const session = signal<SessionState>(undefined)
  /** Why the login page is shown, when it is not the first visit. */
  const expired = signal(false)
  const connection = signal<Connection>({ kind: 'connecting' })
  /** The gateway's clock minus this computer's. */
  const clockOffsetMs = signal(0)
  /** Now by the gateway's clock, once a second. */
  const nowUtcMs = signal(Date.now())
  const stores = createStores()
  const retry = new EventTarget()
  let signedIn = new AbortController()

  const onLoginNeeded = (): void => {
    if (session.peek()) expired.value = true
    signedIn.abort()
    session.value = null
  }
  const api = createApi(createRequest(onLoginNeeded))

  const load = async <Value>(
    store: Store<Value>,
    get: (signal: AbortSignal) => Promise<Value>,
    set: (value: Value, asOf: number) => void = (value) => {
      store.value.value = value
    },
  ): Promise<void> => {
    const { signal } = signedIn
    const asOf = stores.newsSoFar()
    try {
      set(await get(signal), asOf)
      store.problem.value = null
    } catch (thrown) {
      if (!signal.aborted) store.problem.value = toProblem(thrown)
    }
  }
  const reload = {
    cameras: () => load(stores.cameras, api.cameras, stores.setCameras),
    sensors: () => load(stores.sensors, api.sensors, stores.setSensors),
    zone: () => load(stores.zone, api.zone),
    alerts: () => load(stores.openAlertsStore, (signal) => api.alerts('open', signal), stores.setOpenAlerts),
  }
  const reloadAll = async (): Promise<void> => {
    await Promise.all([reload.zone(), reload.cameras(), reload.sensors()])
  }

  const start = (next: Session): void => {
    signedIn.abort()
    signedIn = new AbortController()
    siteTimeZone.value = next.timeZone
    expired.value = false
    session.value = next
    let listsAreFresh = true
    runFeed(
      {
        onConnection: (to) => {
          connection.value = to
        },
        onSnapshot: (snapshot) => {
          stores.takeSnapshot(snapshot)
          if (!listsAreFresh) void reloadAll()
          listsAreFresh = false
        },
        onChanges: (changes) => {
          for (const what of stores.takeChanges(changes)) void reload[what]()
        },
        onServerTime: (serverUtcMs) => {
          clockOffsetMs.value = serverUtcMs - Date.now()
        },
        onLoginNeeded,
      },
      signedIn.signal,
      retry,
    )
    void reloadAll()
    // The feed's snapshot brings them too; this is for when only the socket is blocked.
    void reload.alerts()
  }

  setInterval(() => {
    nowUtcMs.value = Date.now() + clockOffsetMs.peek()
  }, 1_000)

  return {
    router,
    api,
    stores,
    session,
    expired,
    connection,
    clockOffsetMs,
    nowUtcMs,
    /** Loads one shared list again. */
    reload,
    retryNow: (): void => {
      retry.dispatchEvent(new Event('retry'))
    },
    /** The login page calls this with what the gateway answered. */
    start,
    logout: async (): Promise<void> => {
      await api.logout()
      signedIn.abort()
      session.value = null
    },
  }
}
export type Gateway = ReturnType<typeof createGateway>

export const GatewayContext = createContext<Gateway | null>(null)

export function useGateway(): Gateway {
  const gateway = useContext(GatewayContext)
  if (gateway === null) throw new Error('useGateway outside of the page')
  return gateway
}

/** Who is logged in. Pages are only drawn for somebody. */
export function useSession(): Session {
  const session = useGateway().session.value
  if (!session) throw new Error('useSession outside of a session')
  return session
}

export const useMay = (permission: Permission): boolean => useSession().permissions.includes(permission)

/** The shared lists, the places of the zone and the newest values, kept true by the feed. */
export const useZone = () => useGateway().stores
export const useRouter = () => useGateway().router
