import { Failure } from '../domain/failure.ts'
import type { SignedIn } from './sessions.ts'

type Scope = Pick<SignedIn, 'areaIds'>

/**
 * May this person see pictures of the area? The one place that decides it: for routes, alerts' pictures and sockets.
 * @param areaId undefined for a camera that never was: there is nothing to hide, and whoever looks is told that it is missing
 */
export const mayWatch = ({ areaIds }: Scope, areaId: string | undefined): boolean =>
  areaIds === null || areaId === undefined || areaIds.includes(areaId)

/** @throws Failure denied (`camera-not-yours`) */
export function checkWatch(person: Scope, areaId: string | undefined): void {
  if (!mayWatch(person, areaId))
    throw new Failure('denied', 'camera-not-yours', 'this account may not see the pictures of this area', {
      areaId: areaId ?? null,
    })
}
