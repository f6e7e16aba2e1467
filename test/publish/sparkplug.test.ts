import { expect, test } from 'vitest'
import { decodePayload, encodePayload, type SparkplugMetric } from '../../gateway/domain/sparkplug.ts'
import type { Said } from '../../gateway/domain/dialect.ts'
import { sparkplugNode, type SparkplugMessage } from '../../gateway/publish/sparkplug-node.ts'
import { thingsNow } from '../../gateway/publish/things.ts'
import { sparkplugDialect } from '../../gateway/sensors/dialects/sparkplug.ts'
import { house, metric, nowUtcMs, recordingState, sensor } from './things.ts'

const open = () => {
  const parts = house()
  const node = sparkplugNode({ group: 'zones', node: 'fuan', bdSeq: 7 })
  const things = () => thingsNow(parts.sources, nowUtcMs)
  return { ...parts, node, birth: () => node.birth(things(), nowUtcMs), data: () => node.data(things(), nowUtcMs) }
}
const shown = ({ topic, payload }: SparkplugMessage) => {
  const read = decodePayload(payload)
  if (!read) throw new Error('no Sparkplug payload')
  return { topic, seq: read.seq, metrics: read.metrics }
}
const plain = ({ name, alias, isNull, value }: SparkplugMetric) => ({ name, alias, isNull, value })
const bdSeqOf = (message: SparkplugMessage) => {
  const found = shown(message).metrics.find(({ name }) => name === 'bdSeq')?.value
  return found?.as === 'whole' ? found.lo : undefined
}

test('births: the node, then each workshop and each site with public areas', () => {
  const { node, birth } = open()
  const will = node.will(nowUtcMs)
  const [born, ...devices] = birth().map(shown)
  expect(born?.topic).toBe('spBv1.0/zones/NBIRTH/fuan')
  expect(born?.seq).toBe(0)
  expect(born?.metrics.map(({ name }) => name)).toEqual(['bdSeq', 'Node Control/Rebirth'])
  expect(will.topic).toBe('spBv1.0/zones/NDEATH/fuan')
  expect([shown(will).seq, bdSeqOf(will)]).toEqual([null, 8])
  expect(bdSeqOf(birth()[0] as SparkplugMessage)).toBe(8)

  expect(devices.map(({ topic, seq }) => [topic, seq])).toEqual([
    ['spBv1.0/zones/DBIRTH/fuan/w01', 1],
    ['spBv1.0/zones/DBIRTH/fuan/site-north', 2],
  ])
  expect(devices[0]?.metrics.map(plain)).toEqual([
    { name: 'cameras/cam-1/recording', alias: 1, isNull: false, value: { as: 'whole', lo: 1, hi: 0 } },
    { name: 'cameras/cam-1/state', alias: 2, isNull: false, value: { as: 'text', value: 'recording' } },
    { name: 'cameras/cam-1/fps', alias: 3, isNull: false, value: { as: 'real', value: 15 } },
    { name: 'sensors/cold/t', alias: 4, isNull: false, value: { as: 'real', value: 4.5 } },
  ])
  expect(devices[0]?.metrics.map(({ properties }) => properties.get('engUnit'))).toEqual([
    undefined,
    undefined,
    'fps',
    '°C',
  ])
})

test('data: what changed, by alias alone; what nobody knows is null', () => {
  const { now, birth, data } = open()
  birth()
  expect(data()).toEqual([])
  now.states.set('cam-1', { ...recordingState, status: 'offline', fps: null })
  now.sensors = [sensor('cold', { status: 'silent', why: 'overdue' })]
  const [said, ...more] = data().map(shown)
  expect(more).toEqual([])
  expect(said).toMatchObject({ topic: 'spBv1.0/zones/DDATA/fuan/w01', seq: 3 })
  expect(said?.metrics.map(plain)).toEqual([
    { name: null, alias: 1, isNull: false, value: { as: 'whole', lo: 0, hi: 0 } },
    { name: null, alias: 2, isNull: false, value: { as: 'text', value: 'offline' } },
    { name: null, alias: 3, isNull: true, value: null },
    { name: null, alias: 4, isNull: true, value: null },
  ])
  expect(data()).toEqual([])
})

test('a device with other metrics is born anew with the aliases that it had; one without any is dead', () => {
  const { now, birth, data } = open()
  birth()
  now.sensors = [sensor('cold', { metrics: [metric('t'), metric('h', { unit: '%', kind: 'humidity' })] })]
  const [born] = data().map(shown)
  expect(born?.topic).toBe('spBv1.0/zones/DBIRTH/fuan/w01')
  expect(born?.metrics.map(({ name, alias }) => [name, alias]).slice(3)).toEqual([
    ['sensors/cold/t', 4],
    ['sensors/cold/h', 8],
  ])
  now.cameras = now.cameras.filter(({ id }) => id !== 'cam-2')
  expect(data().map(({ topic }) => topic)).toEqual(['spBv1.0/zones/DDEATH/fuan/site-north'])
  expect(data()).toEqual([])
})

test('the count of messages goes round after 255', () => {
  const { now, birth, data } = open()
  birth()
  const seqs = Array.from({ length: 300 }, (_, n) => {
    now.states.set('cam-1', { ...recordingState, fps: n })
    return data().map((message) => shown(message).seq)
  }).flat()
  expect(seqs).toEqual(Array.from({ length: 300 }, (_, n) => (n + 3) % 256))
})

test.each([
  ['spBv1.0/zones/NCMD/fuan', 'Node Control/Rebirth', true, true],
  ['spBv1.0/zones/NCMD/fuan', 'Node Control/Rebirth', false, false],
  ['spBv1.0/zones/NCMD/fuan', 'Node Control/Reboot', true, false],
  ['spBv1.0/zones/NCMD/other', 'Node Control/Rebirth', true, false],
  ['spBv1.0/zones/DCMD/fuan/w01', 'Node Control/Rebirth', true, false],
])('%s with %s=%s asks for a birth: %s', (topic, name, value, expected) => {
  const payload = encodePayload({ timestampMs: nowUtcMs, metrics: [{ name, type: 'Boolean', value }] })
  expect(open().node.asksForBirth(topic, payload)).toBe(expected)
})
test('a command that is no Sparkplug is none', () => {
  expect(open().node.asksForBirth('spBv1.0/zones/NCMD/fuan', Buffer.from('not protobuf'))).toBe(false)
})

test('a host application understands it: births, changes, the death, and asks for nothing', () => {
  const { now, node, birth, data } = open()
  const state = sparkplugDialect.begin()
  const hear = (messages: readonly SparkplugMessage[]): Said[] =>
    messages.map(({ topic, payload }) =>
      sparkplugDialect.decode({ topic, payload, qos: 0, retain: false, receivedUtcMs: nowUtcMs }, state),
    )
  const will = node.will(nowUtcMs)
  const births = hear(birth())
  expect(births.flatMap(({ devices = [] }) => devices.map(({ device }) => device))).toContain('zones/fuan/w01')
  now.states.set('cam-1', { ...recordingState, fps: 12 })
  const changes = hear(data())
  expect(changes.flatMap(({ readings = [] }) => readings.map(({ device, value }) => [device, value]))).toEqual([
    ['zones/fuan/w01', 12],
  ])
  const end = hear([will])
  expect(end[0]?.liveness).toEqual(
    expect.arrayContaining([
      { device: 'zones/fuan', alive: false },
      { device: 'zones/fuan/w01', alive: false },
    ]),
  )
  for (const { asks = [], notRead = [] } of [...births, ...changes, ...end]) expect([asks, notRead]).toEqual([[], []])
})
