import type { BrokerAccount, Claim, NewBrokerAccount, NewClaim } from '../../gateway/contract/broker.ts'
import type {
  Approval,
  History,
  NewCalibration,
  NewManualReadings,
  NewManualSensor,
  PatchMetric,
  Sensor,
  SensorCandidate,
} from '../../gateway/contract/sensor.ts'
import { foundCameras } from './fake-data.ts'
import * as data from './fake-sensors.ts'
import { Refusal } from './refusal.ts'

const unheard = { status: 'unknown', why: 'broker-away' } as const

function history(url: URL): History {
  const number = (name: string): number => Number(url.searchParams.get(name))
  const metric = url.searchParams.get('metric') ?? ''
  const sensorId = url.pathname.split('/')[3] ?? ''
  const [from, to] = [number('fromUtcMs'), number('toUtcMs')]
  const bucketMs = Math.max(10_000, Math.ceil((to - from) / number('widthPx')))
  const buckets: History['buckets'] = []
  for (let utcMs = Math.ceil(from / bucketMs) * bucketMs; utcMs < Math.min(to, Date.now()); utcMs += bucketMs) {
    const silent = Math.floor(utcMs / 1_800_000) % 9 === 4 || (sensorId === 'w05-power' && utcMs > to - 1_500_000)
    // A person reads an instrument every seven hours.
    const readByPerson = Math.floor(utcMs / 25_200_000) !== Math.floor((utcMs - bucketMs) / 25_200_000)
    if (silent || (sensorId === 'w09-vat' && !readByPerson)) continue
    const mean = data.valueAt(sensorId, metric, utcMs)
    const spread = metric === 'door' ? 0 : Math.abs(mean) * 0.015
    buckets.push({ utcMs, min: mean - spread, max: mean + spread, mean, count: 4 })
  }
  return { metric, unit: null, bucketMs, buckets }
}

/** The part of the fake gateway that knows of sensors and of its broker: what it answers, or undefined when the address is another's. */
export function fakeSensors(
  startUtcMs: number,
  knobs: { readonly empty: boolean; readonly unequal: boolean; readonly brokerAway: boolean },
) {
  let found = data.foundSensors(startUtcMs)
  let added: Sensor[] = []
  const changed = new Map<string, PatchMetric>()
  const calibrated = new Map<string, ReturnType<typeof data.calibrationsAt>>()
  let accounts: BrokerAccount[] = [
    {
      id: 'b1',
      user: 'w03-cold',
      note: '3 号作坊冷库网关',
      publish: ['zone/w03/#', 'homeassistant/+/w03/#'],
      subscribe: [],
      createdUtcMs: startUtcMs - 9_000_000,
      createdBy: 'yunwei',
      seenUtcMs: startUtcMs - 40_000,
      connected: true,
    },
  ]
  let claims: Claim[] = []

  const sensors = (now: number): Sensor[] =>
    knobs.empty
      ? []
      : [...data.sensorsAt(now), ...added].map((sensor) => ({
          ...sensor,
          ...(knobs.brokerAway && sensor.source !== 'manual' ? unheard : {}),
          metrics: sensor.metrics.map((metric) => {
            const change = changed.get(`${sensor.id}/${metric.key}`)
            return change === undefined ? metric : { ...metric, ...change, guessed: false }
          }),
        }))

  function place(candidate: SensorCandidate, areaId: string, name: string): Sensor {
    const id = `s-${added.length + 1}`
    found = found.map((one) => (one === candidate ? { ...one, state: 'approved', sensorId: id } : one))
    const { candidateId, source, metrics, latest } = candidate
    const sensor: Sensor = {
      id,
      candidateId,
      name,
      areaId,
      source,
      metrics,
      latest,
      status: 'online',
      why: null,
      clockOffsetMs: null,
    }
    added = [...added, sensor]
    return sensor
  }

  async function change(path: string, method: string, body: () => Promise<unknown>): Promise<unknown> {
    const [, , kind, id = '', part, key = ''] = path.split('/')
    if (path === '/api/sensors/approve') {
      const { entries } = (await body()) as Approval
      const chosen = entries.map((entry) => {
        const candidate = found.find(({ candidateId }) => candidateId === entry.candidateId)
        if (candidate === undefined) throw new Refusal(404, 'candidate-missing', 'no such candidate')
        return { candidate, entry }
      })
      return { sensors: chosen.map(({ candidate, entry }) => place(candidate, entry.areaId, entry.name ?? '')) }
    }
    if (path === '/api/sensors/manual') {
      const { name, areaId, metrics } = (await body()) as NewManualSensor
      const made: Sensor = {
        id: `m-${added.length + 1}`,
        candidateId: `manual:m-${added.length + 1}`,
        name,
        areaId,
        source: 'manual',
        status: 'unknown',
        why: 'not-seen',
        latest: [],
        clockOffsetMs: null,
        metrics: metrics.map((metric, index) => ({
          ...data.temperature,
          ...metric,
          key: `m${index}`,
          periodMs: null,
        })),
      }
      added = [...added, made]
      return made
    }
    if (path === '/api/discovery/ignore') {
      const { candidateIds, ignored } = (await body()) as { candidateIds: string[]; ignored: boolean }
      found = found.map((one) =>
        candidateIds.includes(one.candidateId) ? { ...one, state: ignored ? 'ignored' : 'waiting' } : one,
      )
      return { cameras: [], sensors: found }
    }
    if (kind === 'sensors' && part === 'metrics') {
      changed.set(`${id}/${decodeURIComponent(key)}`, (await body()) as PatchMetric)
      return sensors(Date.now()).find((sensor) => sensor.id === id)
    }
    if (kind === 'sensors' && part === 'calibrations') {
      const calibration = (await body()) as NewCalibration
      const before = calibrated.get(id) ?? data.calibrationsAt(id, startUtcMs)
      const made = { ...calibration, id: `k${before.length + 10}`, sensorId: id, fromUtcMs: Date.now(), by: 'admin' }
      calibrated.set(id, [made, ...before])
      return made
    }
    if (kind === 'sensors' && part === 'readings') {
      const { takenUtcMs, values } = (await body()) as NewManualReadings
      return {
        readings: values.map(({ metric, value }) => ({
          sensorId: id,
          metric,
          value,
          rawValue: null,
          quality: 'manual',
          utcMs: takenUtcMs,
          deviceUtcMs: null,
          source: 'admin',
        })),
      }
    }
    if (path === '/api/broker/accounts') {
      const account = (await body()) as NewBrokerAccount
      const made = { ...account, id: `b${accounts.length + 1}`, createdUtcMs: Date.now(), createdBy: 'admin' }
      accounts = [...accounts, { ...made, seenUtcMs: null, connected: false }]
      return { ...made, seenUtcMs: null, connected: false, password: 'k7Qw-3fXz-9pLm-Tr2V' }
    }
    if (path === '/api/broker/claims') {
      const { validMinutes, ...claim } = (await body()) as NewClaim
      const made = { ...claim, id: `c${claims.length + 1}`, validUntilUtcMs: Date.now() + validMinutes * 60_000 }
      claims = [...claims, { ...made, createdBy: 'admin' }]
      return { ...made, createdBy: 'admin', code: 'H7KQ2MXW4R' }
    }
    if (kind === 'broker' && method === 'DELETE') {
      accounts = accounts.filter((one) => one.id !== part)
      claims = claims.filter((one) => one.id !== part)
      return null
    }
    return undefined
  }

  return {
    sensors,
    async answer(url: URL, method: string, body: () => Promise<unknown>): Promise<unknown> {
      const now = Date.now()
      const path = url.pathname
      if (method !== 'GET') return await change(path, method, body)
      const [, , , id = '', part] = path.split('/')
      if (path === '/api/sensors') return { sensors: sensors(now) }
      if (path === '/api/discovery') {
        const live = data.foundSensors(now)
        // Values go on while somebody looks.
        const shown = found.map((one) => ({
          ...one,
          latest: live.find(({ candidateId }) => candidateId === one.candidateId)?.latest ?? one.latest,
        }))
        return { cameras: knobs.empty ? [] : foundCameras(now), sensors: knobs.empty ? [] : shown }
      }
      if (path === '/api/discovery/rules') {
        const wanted = url.searchParams.get('candidateId')
        return { rules: data.proposalsFor(found.find(({ candidateId }) => candidateId === wanted)) }
      }
      if (path.endsWith('/history')) return history(url)
      if (part === 'calibrations') return { calibrations: calibrated.get(id) ?? data.calibrationsAt(id, now) }
      if (path === '/api/readings/ledger')
        return knobs.empty
          ? { sinceUtcMs: now, accounts: [], losses: [], backlogs: [] }
          : data.ledgerAt(now, knobs.unequal)
      if (path === '/api/quarantine') return { quarantined: knobs.empty ? [] : data.quarantineAt(now) }
      if (path === '/api/broker/accounts') return { accounts: knobs.empty ? [] : accounts }
      if (path === '/api/broker/claims') return { claims }
      return undefined
    },
  }
}
