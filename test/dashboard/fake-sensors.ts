import type {
  Calibration,
  Metric,
  ReadingLedger,
  Quarantined,
  RuleProposal,
  Sensor,
  SensorCandidate,
} from '../../gateway/contract/sensor.ts'
import { makers } from './fake-data.ts'

/** Sensors of the made-up zone: most are fine, and one of each kind of trouble. */
const metric = (
  key: string,
  name: string,
  unit: string | null,
  kind: string | null,
  more: Partial<Metric> = {},
): Metric => ({
  key,
  name,
  unit,
  sourceUnit: null,
  kind,
  type: 'number',
  guessed: false,
  periodMs: 10_000,
  ...more,
})
export const temperature = metric('temp', '温度', '°C', 'temperature')
const humidity = metric('rh', '湿度', '%', 'humidity')
const door = metric('door', '门', null, 'door', { type: 'binary' })
const power = metric('power', '功率', 'kW', 'power', { guessed: true })
const ph = metric('ph', 'pH', null, 'ph')
const salinity = metric('salinity', '盐度', '%', 'salinity', { periodMs: null })

/** A value that looks alive: a slow wave about what is usual for the metric. */
export function valueAt(sensorId: string, key: string, utcMs: number): number {
  const usual: Record<string, [number, number]> = {
    temp: [3.2, 0.6],
    rh: [68, 5],
    power: [2.4, 1.2],
    ph: [7.4, 0.3],
    salinity: [11, 0.8],
  }
  if (key === 'door') return Math.floor(utcMs / 900_000) % 6 === 0 ? 1 : 0
  const [middle, swing] = usual[key] ?? [1, 0.1]
  const phase = sensorId.length + sensorId.charCodeAt(2) * 3
  const wave = Math.sin(utcMs / 2_400_000 + phase) + 0.25 * Math.sin(utcMs / 170_000 + phase * 2)
  const hot = sensorId === 'w07-cold-th' ? Math.max(0, (utcMs % 7_200_000) / 1_500_000) : 0
  return middle + swing * wave + hot
}

/** What is odd about some of them. */
const odd: Record<string, Partial<Sensor> & { quality?: Sensor['latest'][number]['quality']; ageMs?: number }> = {
  'w05-power': { status: 'silent', why: 'overdue', ageMs: 1_500_000 },
  'w06-door': { status: 'silent', why: 'said-offline', ageMs: 700_000 },
  'outfall-ph': { status: 'unknown', why: 'not-seen', ageMs: 86_400_000 },
  'w02-cold-th': { quality: 'suspect', clockOffsetMs: 92_000 },
  'w03-room': { quality: 'late', ageMs: 4_000_000 },
  'w09-vat': { source: 'manual', candidateId: 'manual:w09-vat', quality: 'manual', ageMs: 26_000_000 },
  'w08-room': {},
}

export function sensorsAt(now: number): Sensor[] {
  const one = (id: string, name: string, areaId: string, metrics: Metric[]): Sensor => {
    const { quality = 'ok', ageMs = 4_000, ...rest } = odd[id] ?? {}
    return {
      id,
      candidateId: `ha:${id}`,
      name,
      areaId,
      source: metrics.length > 1 ? 'home-assistant' : 'json',
      metrics,
      status: 'online',
      why: null,
      latest: metrics.map(({ key, periodMs }) => ({
        metric: key,
        value: valueAt(id, key, now),
        quality,
        utcMs: now - ageMs,
        // A late value is one of its device's past, and says nothing about its pace.
        unknownFromUtcMs: periodMs === null || quality === 'late' ? null : now - ageMs + 3 * periodMs,
      })),
      clockOffsetMs: 240,
      ...rest,
    }
  }
  return [
    ...makers.flatMap((_, index) => {
      const id = `w${String(index + 1).padStart(2, '0')}`
      return [
        one(`${id}-cold-th`, '冷库温湿度', `${id}-cold`, [temperature, humidity]),
        one(`${id}-door`, '冷库门', `${id}-cold`, [door]),
        one(`${id}-power`, '车间用电', `${id}-process`, [power]),
        ...(index < 7 ? [one(`${id}-room`, '加工间温湿度', `${id}-process`, [temperature, humidity])] : []),
      ]
    }),
    one('w09-vat', '3 号腌渍缸', 'w09-process', [salinity, { ...ph, periodMs: null }]),
    one('lab-fridge', '留样冰箱', 'lab', [{ ...temperature, periodMs: 2_000 }]),
    one('lab-incubator', '培养箱', 'lab', [temperature]),
    one('outfall-ph', '排放口 pH', 'outfall', [ph]),
  ]
}

export function foundSensors(now: number): SensorCandidate[] {
  const one = (
    candidate: Partial<SensorCandidate> & Pick<SensorCandidate, 'candidateId' | 'name'>,
  ): SensorCandidate => ({
    model: null,
    source: 'json',
    topic: candidate.candidateId.slice(candidate.candidateId.indexOf(':') + 1),
    state: 'waiting',
    metrics: [],
    latest: [],
    firstSeenUtcMs: now - 900_000,
    lastSeenUtcMs: now - 5_000,
    sensorId: null,
    notUnderstood: [],
    ...candidate,
  })
  const latest = (key: string, value: number) => ({
    metric: key,
    value,
    quality: 'ok' as const,
    utcMs: now - 4_000,
    unknownFromUtcMs: now + 26_000,
  })
  return [
    one({
      candidateId: 'json:zone/w08/boiler-8',
      name: 'boiler-8',
      metrics: [
        { ...temperature, key: 't', name: 't', guessed: true },
        { ...humidity, key: 'h', name: 'h', guessed: true },
      ],
      latest: [latest('t', 97.6 + Math.sin(now / 60_000)), latest('h', 71)],
      notUnderstood: [
        {
          utcMs: now - 60_000,
          topic: 'zone/w08/boiler-8/debug',
          reason: 'not-json',
          sizeBytes: 46,
          sample: 'heap=18232;rssi=-61;uptime=88213;fw=2.1.0-beta',
        },
        {
          utcMs: now - 200_000,
          topic: 'zone/w08/boiler-8',
          reason: 'too-large',
          sizeBytes: 1_048_576,
          sample: '{"t":97.1,"log":"\\u0000\\u0000\\u0000\\u0000',
        },
      ],
      firstSeenUtcMs: now - 300_000,
    }),
    one({
      candidateId: 'zigbee2mqtt:0x00158d0001a2b3c4',
      name: '冷库 W04 探头',
      model: 'Aqara WSDCGQ11LM',
      source: 'zigbee2mqtt',
      topic: 'zigbee2mqtt/冷库 W04 探头',
      metrics: [
        { ...temperature, key: 'temperature' },
        { ...humidity, key: 'humidity' },
        metric('battery', '电池', '%', 'battery'),
      ],
      latest: [latest('temperature', 2.8), latest('humidity', 66), latest('battery', 91)],
    }),
    one({
      candidateId: 'tasmota:5CCF7F112233',
      name: '烘干房',
      model: 'Sonoff TH16',
      source: 'tasmota',
      topic: 'tele/dryer/SENSOR',
      metrics: [{ ...temperature, key: 'AM2301.Temperature', name: 'AM2301 Temperature', sourceUnit: '°F' }],
      latest: [latest('AM2301.Temperature', 41.3)],
      lastSeenUtcMs: now - 240_000,
    }),
    one({
      candidateId: 'shelly:shellyplusht-08b61f',
      name: 'shellyplusht-08b61f',
      source: 'shelly',
      topic: 'shellyplusht-08b61f/events/rpc',
      notUnderstood: [
        {
          utcMs: now - 30_000,
          topic: 'shellyplusht-08b61f/events/rpc',
          reason: 'no-values',
          sizeBytes: 58,
          sample: '{"src":"shellyplusht-08b61f","method":"NotifyEvent"}',
        },
      ],
    }),
    one({ candidateId: 'json:office/printer', name: 'printer', topic: 'office/printer', state: 'ignored' }),
  ]
}

/** What the kinds of a cold store and a hall ask for. */
export const proposalsFor = (candidate: SensorCandidate | undefined): RuleProposal[] =>
  (candidate?.metrics ?? []).flatMap(({ key, kind }): RuleProposal[] => {
    const base = { metric: key, hysteresis: 0.5, enabled: true } as const
    const silent = {
      ...base,
      name: '没有读数',
      condition: 'silent',
      threshold: 0,
      forMs: 900_000,
      severity: 'warning',
    } as const
    if (kind !== 'temperature') return []
    return [
      { ...base, name: '冷藏库超温', condition: 'above', threshold: 10, forMs: 900_000, severity: 'warning' },
      { ...base, name: '冷藏库严重超温', condition: 'above', threshold: 12, forMs: 1_800_000, severity: 'critical' },
      silent,
    ]
  })

export const calibrationsAt = (sensorId: string, now: number): Calibration[] => {
  if (!sensorId.startsWith('w07')) return []
  const day = (ahead: number): string => new Date(now + ahead * 86_400_000).toISOString().slice(0, 10)
  const one = { sensorId, metric: 'temp', scale: 1, by: 'yunwei' }
  return [
    {
      ...one,
      id: 'k2',
      offset: -0.3,
      certificate: 'JL2026-0417',
      dueOn: day(12),
      fromUtcMs: now - 90 * 86_400_000,
    },
    { ...one, id: 'k1', offset: 0.1, certificate: 'JL2025-0388', dueOn: day(-100), fromUtcMs: now - 460 * 86_400_000 },
  ]
}

export function ledgerAt(now: number, unequal: boolean): ReadingLedger {
  const accounts = sensorsAt(now).flatMap(({ id }, index) => {
    const received = 8_640 + index * 3
    const [quarantined, lost] = [id === 'w02-cold-th' ? 3 : 0, id === 'w07-cold-th' ? 118 : 0]
    const difference = unequal && id === 'lab-fridge' ? 2 : 0
    const waiting = index % 5
    const stored = received - quarantined - lost - waiting - difference
    return [{ sensorId: id, store: 'influx', received, stored, quarantined, lost, waiting, difference }]
  })
  const gone = { sensorId: 'w07-cold-th', fromUtcMs: now - 40_000_000, toUtcMs: now - 36_000_000 }
  return {
    sinceUtcMs: now - 86_400_000,
    accounts,
    losses: [
      {
        id: 1,
        utcMs: now - 30_000_000,
        reason: 'outbox-bytes',
        store: 'influx',
        readings: 118,
        series: [
          { ...gone, metric: 'temp', readings: 60 },
          { ...gone, metric: 'rh', readings: 58 },
        ],
      },
    ],
    backlogs: [{ store: 'influx', readings: 4_213, oldestUtcMs: now - 920_000, health: 'influx-away' }],
  }
}

export const quarantineAt = (now: number): Quarantined[] => [
  {
    id: 2,
    utcMs: now - 700_000,
    topic: 'zone/w02/cold',
    reason: 'not-a-number',
    sizeBytes: 31,
    sample: '{"temp":"--","rh":66,"bat":3.1}',
    sensorId: 'w02-cold-th',
  },
  {
    id: 1,
    utcMs: now - 7_000_000,
    topic: 'test/hello\\u000aworld',
    reason: 'not-json',
    sizeBytes: 2_048,
    sample: 'hello world hello world hello world\\u0000\\u0001 <script>alert(1)</script>',
    sensorId: null,
  },
]
