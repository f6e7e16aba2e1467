import type { z } from 'zod'
import { AuditEntry } from '../../gateway/contract/access.ts'
import { Camera, type Span, Spans } from '../../gateway/contract/camera.ts'
import { Problem } from '../../gateway/contract/common.ts'
import { Alerts, AuditEntries, Cameras, Discovery, Rules, Sensors } from '../../gateway/contract/lists.ts'
import { Zone } from '../../gateway/contract/zone.ts'
import type { GatewayProcess } from '../support/gateway-process.ts'

/** The API as the dashboard uses it: every answer is checked against the contract. */
export function api(gateway: GatewayProcess) {
  async function ask<S extends z.ZodType>(schema: S, path: string, body?: object, method = body ? 'POST' : 'GET') {
    const response = await gateway.fetch(path, body ? { method, body: JSON.stringify(body) } : { method })
    const answer: unknown = await response.json()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`)
    return schema.parse(answer)
  }
  const range = (fromUtcMs: number, toUtcMs: number) => `fromUtcMs=${fromUtcMs}&toUtcMs=${toUtcMs}`

  return {
    ask,
    /** A request that is refused: its status and problem. */
    async refused(path: string, init: RequestInit = {}): Promise<Problem> {
      const response = await gateway.fetch(path, init)
      const problem = Problem.parse(await response.json())
      if (problem.status !== response.status)
        throw new Error(`the problem says ${problem.status}, HTTP ${response.status}`)
      return problem
    },
    async bytes(path: string, headers: Record<string, string> = {}) {
      const response = await gateway.fetch(path, { headers })
      const body = Buffer.from(await response.arrayBuffer())
      if (!response.ok) throw new Error(`${path}: ${response.status} ${body.toString().slice(0, 300)}`)
      return { status: response.status, headers: response.headers, body }
    },
    range,
    zone: () => ask(Zone, '/api/zone'),
    camera: (id: string) => ask(Camera, `/api/cameras/${id}`),
    cameras: async () => (await ask(Cameras, '/api/cameras')).cameras,
    sensors: async () => (await ask(Sensors, '/api/sensors')).sensors,
    rules: async () => (await ask(Rules, '/api/rules')).rules,
    discovery: () => ask(Discovery, '/api/discovery'),
    alerts: async (state: 'open' | 'closed' | 'all' = 'all') =>
      (await ask(Alerts, `/api/alerts?state=${state}`)).alerts,
    audit: async (): Promise<AuditEntry[]> => (await ask(AuditEntries, '/api/audit?limit=1000')).entries,
    spans: async (id: string, fromUtcMs: number, toUtcMs: number): Promise<Span[]> =>
      (await ask(Spans, `/api/cameras/${id}/spans?${range(fromUtcMs, toUtcMs)}`)).spans,
    readyz: async () => (await fetch(`${gateway.origin}/readyz`)).status,
  }
}
export type Api = ReturnType<typeof api>
