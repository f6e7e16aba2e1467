import type { ZoneFile } from '../contract/zone.ts'
import { loadZoneFile } from '../lib/config-file.ts'
import type { Store } from '../store/open.ts'
import type { ZoneRegistry } from './registry.ts'

/** What takes the devices and people of a zone file; each throws a Failure for what it cannot take. */
export interface Importers {
  readonly store: Store
  readonly cameras: (entries: ZoneFile['cameras']) => void
  readonly sensors: (entries: ZoneFile['sensors']) => void
  readonly rules: (entries: ZoneFile['rules']) => void
  readonly account: (entry: ZoneFile['accounts'][number]) => Promise<unknown>
}

/**
 * Takes a whole zone into an empty registry: all of its places and devices, or nothing; then its accounts. A registry that has a
 * zone is left alone.
 * @param path of zone.yaml; without one nothing is done
 * @throws Failure as `loadZoneFile`, `importZone` and the importers do
 */
export async function firstImport(
  path: string | undefined,
  zone: ZoneRegistry,
  { store, ...into }: Importers,
): Promise<void> {
  if (path === undefined || !zone.isEmpty()) return
  const file = loadZoneFile(path)
  store.transaction(() => {
    zone.importZone(file)
    into.cameras(file.cameras)
    into.sensors(file.sensors)
    into.rules(file.rules)
  })
  for (const account of file.accounts) await into.account(account)
}
