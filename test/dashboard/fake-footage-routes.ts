import type { Session } from '../../gateway/contract/access.ts'
import type { ExtendHold, Hold, NewHold } from '../../gateway/contract/footage.ts'
import * as data from './fake-data.ts'
import { coverageAt } from './fake-coverage.ts'
import * as footage from './fake-footage.ts'
import { fakePlans } from './fake-plans.ts'
import { Refusal } from './refusal.ts'

/** The part of the fake gateway that knows of footage: what it answers, or undefined when the address is another's. */
export function fakeFootage(startUtcMs: number) {
  const holds = footage.holdsAt(startUtcMs)
  const plans = fakePlans(startUtcMs)
  const change = (id: string | undefined, to: (hold: Hold) => Hold): Hold => {
    const at = holds.findIndex((hold) => hold.id === id)
    const before = holds[at]
    if (before === undefined) throw new Refusal(404, 'hold-missing', 'no such hold')
    const after = to(before)
    holds[at] = after
    return after
  }
  async function holdRoutes(
    url: URL,
    method: string,
    session: Session,
    body: () => Promise<unknown>,
  ): Promise<unknown> {
    const id = url.pathname.split('/')[3]
    if (method === 'GET') {
      const all = url.searchParams.get('state') === 'all'
      return { holds: holds.filter((hold) => all || hold.active) }
    }
    if (method === 'PATCH') {
      const wanted = (await body()) as ExtendHold
      return change(id, (hold) => ({ ...hold, ...(wanted as Partial<Hold>) }))
    }
    if (url.pathname.endsWith('/release')) {
      const { reason } = (await body()) as { reason: string }
      const done = { releasedUtcMs: Date.now(), releasedBy: session.user, releaseReason: reason, active: false }
      return change(id, (hold) => {
        if (hold.owner !== session.user && session.role !== 'admin')
          throw new Refusal(403, 'hold-not-yours', 'another person placed this hold')
        return { ...hold, ...done }
      })
    }
    const { cameraIds, fromUtcMs, toUtcMs, reason, untilUtcMs = null } = (await body()) as NewHold
    const made: Hold = {
      id: `h${holds.length + 1}`,
      cameraIds,
      fromUtcMs,
      toUtcMs,
      reason,
      untilUtcMs,
      createdUtcMs: Date.now(),
      owner: session.user,
      ownerName: session.name,
      releasedUtcMs: null,
      releasedBy: null,
      releaseReason: null,
      active: true,
    }
    holds.push(made)
    return made
  }

  return {
    holds,
    async answer(url: URL, method: string, session: Session, body: () => Promise<unknown>): Promise<unknown> {
      const now = Date.now()
      const number = (name: string): number => Number(url.searchParams.get(name))
      const [from, to] = [number('fromUtcMs'), number('toUtcMs')]
      const [, , kind, id = ''] = url.pathname.split('/')
      if (kind === 'holds') return await holdRoutes(url, method, session, body)
      if (kind === 'planned-off') return plans.answer(url, method, session, body)
      if (kind === 'disks') return { disks: footage.disksAt(now) }
      if (kind === 'coverage') {
        const bucket = url.searchParams.get('bucket') === 'day' ? 'day' : 'hour'
        return { bucket, rows: coverageAt(data.camerasAt(now), { fromUtcMs: from, toUtcMs: to }, bucket, now) }
      }
      if (kind === 'pictures')
        return {
          pictures: footage.picturesAt(
            data.camerasAt(now).map((camera) => camera.id),
            now,
          ),
        }
      if (url.pathname.endsWith('/spans')) return { spans: footage.spansAt(id, from, to, now) }
      if (url.pathname.endsWith('/clips')) return footage.clipsAt(id, from, to, now)
      return undefined
    },
    /** The picture at an address of pictures, as SVG. */
    picture(url: URL): string | undefined {
      if (!/\/(preview|still)\.jpg$/.test(url.pathname)) return undefined
      return footage.pictureSvg(url.pathname.split('/')[3] ?? '', Number(url.searchParams.get('utcMs')))
    },
  }
}
