import { expect, test } from 'vitest'
import type { Said } from '../../gateway/domain/dialect.ts'
import { haMessages, plainKey } from '../../gateway/publish/ha-messages.ts'
import { retainedBoard } from '../../gateway/publish/retained-board.ts'
import { thingsNow } from '../../gateway/publish/things.ts'
import { homeAssistantDialect } from '../../gateway/sensors/dialects/home-assistant.ts'
import { house, metric, nowUtcMs, recordingState, sensor } from './things.ts'

const announcer = { prefix: 'homeassistant', gatewayId: '0011', version: '1.2.3' }
const messagesOf = ({ sources }: ReturnType<typeof house>, at = nowUtcMs) =>
  haMessages(thingsNow(sources, at), announcer)
const read = (text: string | undefined) => JSON.parse(text ?? 'null') as Record<string, unknown>

test('a camera: recording, state and frame rate, in Home Assistant’s words', () => {
  const messages = messagesOf(house())
  expect([...messages.keys()].filter((topic) => topic.includes('cam-1'))).toEqual([
    'homeassistant/device/zone-gateway-0011-camera-cam-1/config',
    'zone-gateway/0011/camera/cam-1/state',
    'zone-gateway/0011/camera/cam-1/availability',
  ])
  expect(read(messages.get('homeassistant/device/zone-gateway-0011-camera-cam-1/config'))).toEqual({
    dev: { ids: ['zone-gateway-0011-camera-cam-1'], name: '制面间', mf: 'Maker', mdl: 'X1', sa: '一号 Process' },
    o: { name: 'zone-gateway', sw: '1.2.3' },
    stat_t: 'zone-gateway/0011/camera/cam-1/state',
    avty: [
      { t: 'zone-gateway/0011/state', val_tpl: "{{ 'online' if value_json.online else 'offline' }}" },
      { t: 'zone-gateway/0011/camera/cam-1/availability' },
    ],
    avty_mode: 'all',
    qos: 1,
    cmps: {
      recording: {
        p: 'binary_sensor',
        name: 'Recording',
        uniq_id: 'zone-gateway-0011-camera-cam-1-recording',
        val_tpl: "{{ value_json['recording'] }}",
        dev_cla: 'running',
        pl_on: 'ON',
        pl_off: 'OFF',
      },
      state: {
        p: 'sensor',
        name: 'State',
        uniq_id: 'zone-gateway-0011-camera-cam-1-state',
        val_tpl: "{{ value_json['state'] }}",
        dev_cla: 'enum',
        ops: ['connecting', 'recording', 'offline', 'disabled'],
        ent_cat: 'diagnostic',
      },
      fps: {
        p: 'sensor',
        name: 'Frame rate',
        uniq_id: 'zone-gateway-0011-camera-cam-1-fps',
        val_tpl: "{{ value_json['fps'] }}",
        unit_of_meas: 'fps',
        stat_cla: 'measurement',
      },
    },
  })
  expect(read(messages.get('zone-gateway/0011/camera/cam-1/state'))).toEqual({
    recording: 'ON',
    state: 'recording',
    fps: 15,
  })
})

test('a camera that is away is known to be away', () => {
  const parts = house()
  parts.now.states.set('cam-1', { ...recordingState, status: 'offline', fps: null })
  const messages = messagesOf(parts)
  expect(read(messages.get('zone-gateway/0011/camera/cam-1/state'))).toEqual({
    recording: 'OFF',
    state: 'offline',
    fps: null,
  })
  expect(messages.get('zone-gateway/0011/camera/cam-1/availability')).toBe('online')
})

test.each([
  ['online', sensor('cold'), { t: 4.5 }, 'online'],
  ['silent', sensor('cold', { status: 'silent', why: 'overdue' }), { t: null }, 'offline'],
  ['broker away', sensor('cold', { status: 'unknown', why: 'broker-away' }), { t: null }, 'offline'],
  [
    'one metric overdue',
    sensor('cold', {
      latest: [{ metric: 't', value: 4.5, quality: 'ok', utcMs: nowUtcMs - 9_000, unknownFromUtcMs: nowUtcMs }],
    }),
    { t: null },
    'online',
  ],
  ['nothing yet', sensor('cold', { latest: [] }), { t: null }, 'online'],
  [
    'a door',
    sensor('cold', {
      metrics: [metric('door/1', { type: 'binary', kind: 'door', unit: null })],
      latest: [{ metric: 'door/1', value: 1, quality: 'ok', utcMs: nowUtcMs, unknownFromUtcMs: null }],
    }),
    { [plainKey('door/1')]: 'ON' },
    'online',
  ],
])('the state of a sensor: %s', (_name, one, state, availability) => {
  const parts = house()
  parts.now.sensors = [one]
  const messages = messagesOf(parts)
  expect(read(messages.get('zone-gateway/0011/sensor/cold/state'))).toEqual(state)
  expect(messages.get('zone-gateway/0011/sensor/cold/availability')).toBe(availability)
})

test.each([
  [metric('t', { kind: 'temperature', unit: '°C' }), 'temperature'],
  // Home Assistant refuses a class whose unit does not fit.
  [metric('t', { kind: 'temperature', unit: 'degrees' }), undefined],
  [metric('t', { kind: 'salinity', unit: '%' }), undefined],
  [metric('t', { kind: 'constructor', unit: null }), undefined],
  [metric('t', { kind: 'ph', unit: null }), 'ph'],
  [metric('t', { kind: 'door', unit: null, type: 'binary' }), 'door'],
  [metric('t', { kind: 'temperature', unit: null, type: 'binary' }), undefined],
])('the device class of %j', (one, expected) => {
  const parts = house()
  parts.now.sensors = [sensor('cold', { metrics: [one] })]
  const config = read(messagesOf(parts).get('homeassistant/device/zone-gateway-0011-sensor-cold/config'))
  expect((config.cmps as Record<string, { dev_cla?: string }>).t?.dev_cla).toBe(expected)
})

test('a sensor that announces itself to Home Assistant is left out', () => {
  const parts = house()
  parts.now.sensors = [sensor('own', { source: 'home-assistant' })]
  expect([...messagesOf(parts).keys()].filter((topic) => topic.includes('own'))).toEqual([])
})

test.each(["a'b", 'a}}b', 'door/1', '温度', '', 'a b', '__proto__', 'x'.repeat(80)])(
  'the key %j is safe in a template',
  (key) => {
    expect(plainKey(key)).toMatch(/^\w+$/)
  },
)
test('keys that differ stay apart', () => {
  const keys = ['a b', 'a-b', 'a/b', 'a_b', '温度', '湿度', '']
  expect(new Set(keys.map(plainKey)).size).toBe(keys.length)
})

test('a reader of Home Assistant’s discovery understands it: names, units, values and availability', () => {
  const parts = house()
  const awkward = metric('door/1', { type: 'binary', kind: 'door', unit: null, name: 'Door' })
  parts.now.sensors = [
    sensor('cold', {
      metrics: [metric('t'), awkward],
      latest: [
        { metric: 't', value: 4.5, quality: 'ok', utcMs: nowUtcMs, unknownFromUtcMs: null },
        { metric: 'door/1', value: 0, quality: 'ok', utcMs: nowUtcMs, unknownFromUtcMs: null },
      ],
    }),
  ]
  const dialect = homeAssistantDialect({ prefix: 'homeassistant', isTaken: () => false })
  const state = dialect.begin()
  const hear = (topic: string, payload: string): Said =>
    dialect.decode({ topic, payload: Buffer.from(payload), qos: 1, retain: false, receivedUtcMs: nowUtcMs }, state)
  const messages = messagesOf(parts)
  const configTopic = 'homeassistant/device/zone-gateway-0011-sensor-cold/config'
  // As it stands it is known for our own, and no news.
  expect(hear(configTopic, messages.get(configTopic) ?? '')).toEqual({})

  const foreign = (messages.get(configTopic) ?? '').replace('"o":{"name":"zone-gateway"', '"o":{"name":"somebody"')
  const { devices } = hear(configTopic, foreign)
  expect(devices).toMatchObject([
    {
      name: 'Sensor cold',
      metrics: [
        { name: 't', unit: '°C', kind: 'temperature', type: 'number' },
        { name: 'Door', unit: null, kind: 'door', type: 'binary' },
      ],
    },
  ])
  const { readings } = hear(
    'zone-gateway/0011/sensor/cold/state',
    messages.get('zone-gateway/0011/sensor/cold/state') ?? '',
  )
  expect(readings?.map(({ value }) => value)).toEqual([4.5, 0])
  hear('zone-gateway/0011/sensor/cold/availability', 'online')
  expect(hear('zone-gateway/0011/state', '{"online":true}').liveness).toMatchObject([{ alive: true }])
  expect(hear('zone-gateway/0011/state', '{"online":false}').liveness).toMatchObject([{ alive: false }])
})

test('the board says what changed, takes back what is gone, and begins anew when it is told to', async () => {
  const said: string[] = []
  const board = retainedBoard(async (topic, payload) => void said.push(`${topic}=${payload}`))
  const sync = async (wanted: Record<string, string>) => {
    await board.sync(new Map(Object.entries(wanted)))
    return said.splice(0)
  }
  expect(await sync({ a: '1', b: '1' })).toEqual(['a=1', 'b=1'])
  expect(await sync({ a: '1', b: '2' })).toEqual(['b=2'])
  expect(await sync({ b: '2' })).toEqual(['a='])
  board.forget()
  expect(await sync({ b: '2' })).toEqual(['b=2'])
  board.heard('old')
  board.heard('b')
  expect(await sync({ b: '2' })).toEqual(['old='])
  expect(await sync({ b: '2' })).toEqual([])
})

test('what could not be said is said the next time', async () => {
  let isAway = true
  const said: string[] = []
  const board = retainedBoard(async (topic) => {
    if (isAway && topic === 'b') throw new Error('away')
    said.push(topic)
  })
  const wanted = new Map([
    ['a', '1'],
    ['b', '1'],
  ])
  await expect(board.sync(wanted)).rejects.toThrow('away')
  isAway = false
  await board.sync(wanted)
  expect(said).toEqual(['a', 'b'])
})
