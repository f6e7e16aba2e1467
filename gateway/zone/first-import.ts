import type { ZoneFile } from '../contract/zone.ts'
import type { Store } from '../store/open.ts'
import type { ZoneRegistry } from './registry.ts'

/** What takes the devices and people of a zone file; each throws a Failure for what it cannot take. */
export interface Importers {
  readonly cameras: (entries: ZoneFile['cameras']) => void
  readonly sensors: (entries: ZoneFile['sensors']) => void
  readonly rules: (entries: ZoneFile['rules']) => void
  readonly account: (entry: ZoneFile['accounts'][number]) => Promise<unknown>
}

/** Takes a whole zone into an empty registry: all of its places and devices, or nothing. Then its accounts. */
export async function importZone(file: ZoneFile, zone: ZoneRegistry, store: Store, into: Importers): Promise<void> {
  store.transaction(() => {
    zone.importZone(file)
    into.cameras(file.cameras)
    into.sensors(file.sensors)
    into.rules(file.rules)
  })
  for (const account of file.accounts) await into.account(account)
}
