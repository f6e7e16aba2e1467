import type { Session } from '../../gateway/contract/access.ts'
import type { NewPlannedOff, PlannedOff } from '../../gateway/contract/footage.ts'
import { plannedOffAt } from './fake-footage.ts'
import { Refusal } from './refusal.ts'

/** Planned interruptions of the fake gateway: one in the past of every camera, and what is added. */
export function fakePlans(startUtcMs: number) {
  let added: PlannedOff[] = []
  return {
    async answer(url: URL, method: string, session: Session, body: () => Promise<unknown>): Promise<unknown> {
      const now = Date.now()
      if (method === 'GET') {
        const cameraId = url.searchParams.get('cameraId') ?? 'cam-1'
        return {
          plannedOff: [...added.filter((one) => one.cameraId === cameraId), ...plannedOffAt(cameraId, startUtcMs)],
        }
      }
      if (method === 'DELETE') {
        const id = url.pathname.split('/')[3]
        const plan = added.find((one) => one.id === id)
        if (plan === undefined) throw new Refusal(409, 'planned-off-over', 'this planned stretch is over already')
        const ended = {
          ...plan,
          toUtcMs: Math.max(plan.fromUtcMs, now),
          cancelledUtcMs: now,
          cancelledBy: session.user,
        }
        added = added.map((one) => (one.id === id ? ended : one))
        return ended
      }
      const { cameraIds, fromUtcMs, toUtcMs, reason } = (await body()) as NewPlannedOff
      if (fromUtcMs < now - 300_000)
        throw new Refusal(400, 'planned-off-past', 'a plan begins now or later; the past keeps its gaps')
      const rows = cameraIds.map((cameraId, n) => ({
        id: `p-${added.length + n}`,
        cameraId,
        fromUtcMs: Math.max(fromUtcMs, now),
        toUtcMs,
        reason,
        createdUtcMs: now,
        createdBy: session.user,
        cancelledUtcMs: null,
        cancelledBy: null,
      }))
      added = [...added, ...rows]
      return { plannedOff: rows }
    },
  }
}
