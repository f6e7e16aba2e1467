import { expect, test } from 'vitest'
import { placesOf } from '../../dashboard/api/places.ts'
import { approvalOf } from '../../dashboard/devices/approve-dialog.tsx'
import { filtersOf } from '../../dashboard/devices/broker-forms.tsx'
import { readManualSensor } from '../../dashboard/devices/manual-sensor-form.tsx'
import { suggestArea } from '../../dashboard/devices/suggest-area.ts'
import { isClockOff, isTroubled, valueState } from '../../dashboard/parts/value-state.ts'
import { readCalibration } from '../../dashboard/sensors/calibration-form.tsx'
import { dueWords } from '../../dashboard/sensors/calibration-words.ts'
import { formulaWords } from '../../dashboard/sensors/calibrations.tsx'
import { byGravity, isPlain, storesOf, sumsOf } from '../../dashboard/sensors/ledger.ts'
import { readManual } from '../../dashboard/sensors/manual-readings.tsx'
import { readMetric } from '../../dashboard/sensors/metric-form.tsx'
import { lonely, padded, pointsOf } from '../../dashboard/sensors/plot-options.ts'
import {
  Approval,
  NewCalibration,
  NewManualReadings,
  NewManualSensor,
  PatchMetric,
} from '../../gateway/contract/sensor.ts'
import { zone } from './fake-data.ts'
import { foundSensors, ledgerAt, proposalsFor, sensorsAt } from './fake-sensors.ts'

const now = Date.UTC(2026, 10, 22, 6)
const shanghai = 'Asia/Shanghai'
function form(values: Record<string, string>): FormData {
  const fields = new FormData()
  for (const [name, value] of Object.entries(values)) fields.set(name, value)
  return fields
}

const latest = { metric: 'temp', value: 3, utcMs: now - 60_000, unknownFromUtcMs: now + 60_000 }
test.each([
  ['a good one of a sensor that speaks', 'online', { quality: 'ok' }, 'ok'],
  ['one whose device is ahead of time', 'online', { quality: 'suspect' }, 'suspect'],
  ['one that came late', 'online', { quality: 'late', unknownFromUtcMs: null }, 'late'],
  ['what a person wrote down', 'unknown', { quality: 'manual', unknownFromUtcMs: null }, 'manual'],
  ['one of a sensor that fell silent', 'silent', { quality: 'ok' }, 'unknown'],
  ['one of a sensor that nobody knows of', 'unknown', { quality: 'ok', unknownFromUtcMs: null }, 'unknown'],
  ['one whose time has passed although nothing said so', 'online', { quality: 'ok', unknownFromUtcMs: now }, 'unknown'],
] as const)('a value: %s', (_, status, fields, state) => {
  expect(valueState({ status }, { ...latest, ...fields }, now)).toBe(state)
})

test('a value that never came; a clock that is off by more than five seconds', () => {
  expect(valueState({ status: 'online' }, null, now)).toBe('never')
  expect([null, 5_000, -5_001].map(isClockOff)).toEqual([false, false, true])
})

test('a sensor with trouble: silent, unknown, or one of its values is; not one that people read', () => {
  const troubled = sensorsAt(now)
    .filter((sensor) => isTroubled(sensor, (_, key) => sensor.latest.find(({ metric }) => metric === key) ?? null, now))
    .map(({ id }) => id)
  expect(troubled).toEqual(['w05-power', 'w06-door', 'outfall-ph'])
  // A broker that is away is one fact, not forty.
  const [sensor] = sensorsAt(now)
  if (sensor === undefined) throw new Error('no sensor')
  expect(isTroubled({ ...sensor, status: 'unknown', why: 'broker-away' }, () => null, now)).toBe(false)
})

const places = placesOf(zone)
test.each([
  ['its area’s id in the topic', 'x', 'zone/w03-cold/state', 'w03-cold'],
  ['its workshop’s id and a word for the kind', 'probe', 'zone/w04/cold/temp', 'w04-cold'],
  ['its workshop’s name and the area’s', '玉板线面冷库探头', 'dev/1', 'w01-cold'],
  ['an area that is shared', '检验室冰箱', 'dev/2', 'lab'],
  ['nothing', 'esp-8266', 'dev/3', null],
  ['a kind that every workshop has', 'cold', 'dev/cold', null],
  ['a workshop without a kind', 'w04', 'zone/w04/x', null],
])('the suggested area of a device that names %s', (_, name, topic, areaId) => {
  expect(suggestArea({ name, topic, metrics: [] }, places)).toBe(areaId)
})

test('an approval sends what is ticked, with limits as they were changed', () => {
  const [candidate] = foundSensors(now)
  const rules = proposalsFor(candidate).map((rule, index) => ({ on: index !== 1, rule: { ...rule, threshold: 4 } }))
  const approval = approvalOf([
    { candidateId: 'json:a', name: ' 煮浆 ', areaId: 'w08-process', suggested: null, rules },
    { candidateId: 'json:b', name: 'b', areaId: 'lab', suggested: 'lab', rules: [] },
  ])
  expect(approval.entries[0]).toMatchObject({ name: '煮浆', areaId: 'w08-process' })
  expect(approval.entries[0]?.rules.map(({ name, threshold }) => [name, threshold])).toEqual([
    ['冷藏库超温', 4],
    ['没有读数', 4],
  ])
  expect(Approval.safeParse(approval).success).toBe(true)
})

test('a manual point: one metric a row, empty units and kinds are none', () => {
  const fields = form({
    name: ' 3 号缸 ',
    areaId: 'w09-process',
    'metric-0': '盐度',
    'unit-0': '%',
    'kind-0': 'salinity',
    'metric-4': 'pH',
    'unit-4': '',
    'kind-4': '',
  })
  const sensor = readManualSensor(fields, [0, 4])
  expect(sensor).toEqual({
    name: '3 号缸',
    areaId: 'w09-process',
    metrics: [
      { name: '盐度', unit: '%', kind: 'salinity' },
      { name: 'pH', unit: null, kind: null },
    ],
  })
  expect(NewManualSensor.safeParse(sensor).success).toBe(true)
})

test('manual readings: what was filled in, at the time that was typed; never in the future', () => {
  const vat = sensorsAt(now).find(({ id }) => id === 'w09-vat')
  if (vat === undefined) throw new Error('no vat')
  const fields = (values: Record<string, string>) =>
    form({ 'value-0': '', 'value-1': '', taken: '', note: '', ...values })
  const read = (values: Record<string, string>) => readManual(fields(values), vat, now, shanghai)
  const one = read({ 'value-0': '11.2', taken: '13:45', note: ' 盐度计 B ' })
  expect(one).toEqual({
    takenUtcMs: now - 15 * 60_000,
    values: [{ metric: 'salinity', value: 11.2 }],
    note: '盐度计 B',
  })
  expect(NewManualReadings.safeParse(one).success).toBe(true)
  expect(read({ 'value-1': '4,4' })).toMatchObject({ takenUtcMs: now, values: [{ metric: 'ph', value: 4.4 }] })
  expect(read({})).toMatch(/至少/)
  expect(read({ 'value-0': '1', taken: 'noon' })).toMatch(/看不懂/)
  expect(read({ 'value-0': '1', taken: '15:00' })).toMatch(/之后/)
  expect(read({ 'value-0': '0', taken: '昨天 23:00' })).toMatchObject({ values: [{ metric: 'salinity', value: 0 }] })
})

test('a calibration and a corrected metric are what the contract accepts', () => {
  const fields = { metric: 'temp', scale: '1.002', offset: '-0.3', certificate: 'JL-1', dueOn: '2027-03-31' }
  const calibration = readCalibration(form(fields))
  expect(calibration).toEqual({ ...fields, scale: 1.002, offset: -0.3 })
  expect(NewCalibration.safeParse(calibration).success).toBe(true)
  expect(readCalibration(form({ ...fields, dueOn: '' }))?.dueOn).toBeNull()
  expect(readCalibration(form({ ...fields, dueOn: '2027-02-30' }))).toBeUndefined()
  expect(readCalibration(form({ ...fields, dueOn: 'spring' }))).toBeUndefined()
  expect(formulaWords({ scale: 1.002, offset: -0.3 })).toBe('读数 × 1.002 − 0.3')
  expect(formulaWords({ scale: 1, offset: 0 })).toBe('读数 × 1 + 0')

  const metric = readMetric(form({ name: '煮浆温度', kind: '', sourceUnit: '°F' }))
  expect(metric).toEqual({ name: '煮浆温度', kind: null, sourceUnit: '°F' })
  expect(PatchMetric.safeParse(metric).success).toBe(true)
})

test.each([
  ['2027-06-01', 'calm', '下次 2027-06-01'],
  ['2026-12-22', 'warn', '2026-12-22 到期，还有 30 天'],
  ['2026-12-23', 'calm', '下次 2026-12-23'],
  ['2026-11-22', 'warn', '今天到期'],
  ['2026-11-21', 'crit', '2026-11-21 已到期，超过 1 天'],
] as const)('a calibration due on %s', (dueOn, tone, text) => {
  expect(dueWords(dueOn, '2026-11-22')).toEqual({ tone, text })
})

test('filters of an account: one a line, blank lines and doubles do not count', () => {
  expect(filtersOf(' zone/%c/# \n\n a/+/b\r\na/+/b\n')).toEqual(['zone/%c/#', 'a/+/b'])
})

test('sums of accounts: opposite differences do not hide each other; the gravest comes first', () => {
  const [base] = ledgerAt(now, false).accounts
  if (base === undefined) throw new Error('no account')
  const odd = [
    { ...base, sensorId: 'a', difference: 2 },
    { ...base, sensorId: 'b', difference: -2 },
    { ...base, sensorId: 'c', lost: 9 },
  ]
  expect(sumsOf(odd).difference).toBe(4)
  expect(sumsOf(odd).received).toBe(3 * base.received)
  expect(odd.map(isPlain)).toEqual([false, false, false])
  expect(isPlain({ ...base, quarantined: 0, lost: 0 })).toBe(true)
  expect([...odd, base].toSorted(byGravity).map(({ sensorId }) => sensorId)).toEqual(['a', 'b', 'c', base.sensorId])
  expect(storesOf(ledgerAt(now, false))).toEqual(['influx'])
})

test('a value between two holes is shown as a point; a scale holds limits and values with a margin', () => {
  expect(lonely([1, 2, null, 3, null, undefined, 4, undefined, null, 5])).toEqual([3, 6, 9])
  expect(lonely([1, undefined, 2])).toEqual([])
  expect(pointsOf([1, null, 2, undefined, 3])).toEqual([0, 2, 4])
  const many = Array.from({ length: 100 }, (_, index) => (index === 50 || index === 52 ? null : index))
  expect(pointsOf(many)).toEqual([51])
  expect(lonely([])).toEqual([])
  expect(padded(2, 4, [5])[1]).toBeGreaterThan(5)
  expect(padded(null, null, [])).toEqual([0, 1])
  const [low, high] = padded(7, 7, [])
  expect(high - low).toBeGreaterThan(0)
})
