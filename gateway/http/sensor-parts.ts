import { randomUUID } from 'node:crypto'
import type { Metric } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import { proposeRules, type TemplatePlace } from '../domain/rule-templates.ts'
import type { Modules } from './assemble.ts'
import type { DiscoveryPart, SensorPart } from './parts.ts'

/** A camera that is asked over the network answers within this time, or not at all. */
const scanTimeoutMs = 30_000

/** What was heard of and waits for somebody. */
export const discoveryPart = (m: Pick<Modules, 'discovery' | 'sensors' | 'zone'>): DiscoveryPart => ({
  scan: () => m.discovery.scan(AbortSignal.timeout(scanTimeoutMs)),
  cameras: m.discovery.candidates,
  sensors: m.sensors.candidates,
  ignore: m.sensors.ignore,
  rules(candidateId, areaId) {
    const found = m.sensors.candidates().find((candidate) => candidate.candidateId === candidateId)
    if (!found)
      throw new Failure('missing', 'candidate-missing', 'this device has not announced itself', { candidateId })
    const values = new Map(found.latest.map(({ metric, value }) => [metric, value]))
    const withValue = (metric: Metric) => ({ ...metric, value: values.get(metric.key) ?? null })
    return proposeRules(found.metrics.map(withValue), placeOf(m.zone.tree(), areaId))
  },
})

function placeOf({ sites }: ReturnType<Modules['zone']['tree']>, areaId: string): TemplatePlace {
  for (const { areas, workshops } of sites) {
    const area = areas.find(({ id }) => id === areaId)
    if (area) return { areaKind: area.kind, product: null }
    for (const workshop of workshops) {
      const inside = workshop.areas.find(({ id }) => id === areaId)
      if (inside) return { areaKind: inside.kind, product: workshop.product }
    }
  }
  throw new Failure('invalid', 'area-missing', 'there is no such area', { field: 'areaId', areaId })
}

/** Sensors that were placed. */
export const sensorPart = (m: Pick<Modules, 'sensors' | 'alerts' | 'metrics' | 'queue'>): SensorPart => ({
  list: m.sensors.list,
  approve: (sensor) => m.sensors.approve(sensor),
  approveAll: (entries) =>
    m.sensors.approveAll(entries, (sensors) =>
      m.alerts.importRules(
        entries.flatMap(({ rules }, at) =>
          rules.map((rule) => ({ ...rule, id: `r-${randomUUID().slice(0, 8)}`, sensorId: sensors[at]?.id ?? '' })),
        ),
      ),
    ),
  addManual: m.sensors.addManual,
  patch: m.sensors.patch,
  patchMetric: m.sensors.patchMetric,
  remove: (sensorId) => {
    m.sensors.remove(sensorId)
    m.alerts.removeRulesOf(sensorId)
  },
  history: async (sensorId, query) => {
    const metric = m.sensors.get(sensorId).metrics.find(({ key }) => key === query.metric)
    if (!metric)
      throw new Failure('missing', 'metric-missing', 'the sensor has no such metric', {
        sensorId,
        metric: query.metric,
      })
    const { bucketMs, buckets } = await m.metrics.history({ sensorId, ...query })
    return { metric: metric.key, unit: metric.unit, bucketMs, buckets: [...buckets] }
  },
  quarantined: () => m.queue.quarantined(),
})
