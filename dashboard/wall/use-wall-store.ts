import { useEffect, useMemo } from 'preact/hooks'
import { useGateway, useSession } from '../shell/gateway.ts'
import { type WallStore, wallStore } from './settings-store.ts'

/** The wall of whoever is signed in, as long as the page is open. */
export function useWallStore(): WallStore {
  const { api, connection } = useGateway()
  const { user, role } = useSession()
  const store = useMemo(
    () =>
      wallStore({
        api,
        storage: localStorage,
        later: (afterMs, run) => {
          const timer = setTimeout(run, afterMs)
          return () => clearTimeout(timer)
        },
        person: { user, role },
      }),
    [api, user, role],
  )
  const { kind } = connection.value
  useEffect(() => {
    if (kind === 'open') store.retry()
  }, [kind, store])
  useEffect(() => () => store.end(), [store])
  return store
}
