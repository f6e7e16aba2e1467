import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Failure } from '../../gateway/domain/failure.ts'
import { intake } from '../../gateway/sensors/intake.ts'
import { handClock, packet, quietTools, scratchFolder, sensorParts } from '../support/sensors.ts'

let end: AbortController
let folder: string
let parts: ReturnType<typeof sensorParts>
const clock = handClock(Date.UTC(2026, 10, 3))
const tools = { ...quietTools, clock }
beforeEach(() => {
  end = new AbortController()
  folder = scratchFolder(end.signal)
  clock.set(Date.UTC(2026, 10, 3))
  parts = sensorParts(folder, tools)
})
afterEach(() => {
  parts.close()
  end.abort()
})
const send = (topic: string, payload: string | Uint8Array, more = {}) =>
  parts.intake.take(packet(topic, payload, { receivedUtcMs: clock.now(), ...more }))
/** One odd message makes no device: three do. */
const teach = async (topic: string, payload: string) => {
  for (let n = 0; n < 3; n++) await send(topic, payload)
}
const restart = () => {
  parts.close()
  parts = sensorParts(folder, tools)
}
const ha = (id: string, more = {}) =>
  JSON.stringify({
    dev: { ids: id, name: id },
    stat_t: `${id}/state`,
    unit_of_meas: '°C',
    val_tpl: '{{ value_json.t }}',
    ...more,
  })

describe('plain JSON', () => {
  test('a device becomes a candidate with its metrics, an approved one gives readings', async () => {
    for (let n = 0; n < 2; n++) await send('zone/w02/boiler', '{"temp":97.5,"running":true}')
    expect(parts.registry.candidates()).toEqual([])
    await send('zone/w02/boiler', '{"temp":97.5,"running":true}')
    expect(parts.readings).toEqual([])
    const [candidate] = parts.registry.candidates()
    expect(candidate).toMatchObject({
      candidateId: 'json:zone/w02/boiler',
      name: 'boiler',
      source: 'json',
      metrics: [
        { key: 'temp', unit: '°C', kind: 'temperature', type: 'number', guessed: true },
        { key: 'running', unit: null, type: 'binary', guessed: true },
      ],
      latest: [
        { metric: 'temp', value: 97.5 },
        { metric: 'running', value: 1 },
      ],
      sensorId: null,
      state: 'waiting',
      notUnderstood: [],
    })
    expect(parts.changes).toEqual(['discovery'])

    const sensor = parts.registry.approve({ candidateId: 'json:zone/w02/boiler', areaId: 'a-1', name: '豆浆锅' })
    expect(sensor).toMatchObject({ id: 'boiler', name: '豆浆锅', areaId: 'a-1', source: 'json' })
    await send('zone/w02/boiler', '{"temp":98,"running":true,"new":1}')
    expect(parts.readings.map(({ sensorId, metric, value }) => [sensorId, metric, value])).toEqual([
      ['boiler', 'temp', 98],
      ['boiler', 'running', 1],
      ['boiler', 'new', 1],
    ])
    expect(parts.registry.get('boiler').metrics.map(({ key }) => key)).toEqual(['temp', 'running', 'new'])
    expect(parts.queue.backlog('metrics').readings).toBe(3)
  })

  test('what nobody asked for is ignored and counted', async () => {
    await send('elsewhere/x', 'whatever')
    expect(parts.intake.counters).toMatchObject({ packets: 1, ignored: 1 })
    expect(parts.queue.quarantined()).toEqual([])
  })

  test('a metric in the topic, with a unit in the payload', async () => {
    await teach('line/oven/temp', '{"value":356,"unit":"F"}')
    expect(parts.registry.candidates()[0]).toMatchObject({
      candidateId: 'json:line/oven',
      metrics: [{ key: 'temp', unit: '°C', sourceUnit: 'F', guessed: false }],
      latest: [{ metric: 'temp', value: 180 }],
    })
  })

  test('the same moment delivered again is not a second reading', async () => {
    parts.registry.importAll([{ id: 's1', name: 's', area: 'a-1', candidate: 'json:zone/s1' }])
    const payload = `{"t":4,"ts":${clock.now()}}`
    await send('zone/s1', payload)
    clock.set(clock.now() + 5_000)
    await send('zone/s1', payload)
    expect(parts.readings).toHaveLength(1)
    expect(parts.intake.counters.repeated).toBe(1)
    // The clock of the device counts whole seconds: another value is another reading.
    await send('zone/s1', `{"t":5,"ts":${clock.now() - 5_000}}`)
    expect(parts.readings.map(({ value }) => value)).toEqual([4, 5])
  })

  test('nor after a restart: what was kept, but not acknowledged, comes again', async () => {
    parts.registry.importAll([{ id: 's1', name: 's', area: 'a-1', candidate: 'json:zone/s1' }])
    const payloads = [1, 2, 3].map((t) => `{"t":${t},"ts":${clock.now() + t}}`)
    for (const payload of payloads) await send('zone/s1', payload)
    restart()
    clock.set(clock.now() + 5_000)
    for (const payload of [...payloads, `{"t":4,"ts":${clock.now()}}`]) await send('zone/s1', payload)
    expect(parts.readings.map(({ value }) => value)).toEqual([4])
    expect(parts.intake.counters.repeated).toBe(3)
  })

  test('what could not be kept is no repetition when it comes again', async () => {
    parts.registry.importAll([{ id: 's1', name: 's', area: 'a-1', candidate: 'json:zone/s1' }])
    const refusing = intake({
      registry: parts.registry,
      outbox: { ...parts.queue, append: () => Promise.reject(new Failure('lost', 'outbox-failed', 'disk full')) },
      onReadings: () => {},
    })
    const payload = `{"t":4,"ts":${clock.now()}}`
    const message = packet('zone/s1', payload, { receivedUtcMs: clock.now() })
    await expect(refusing.take(message)).rejects.toMatchObject({ code: 'outbox-failed' })
    expect(parts.registry.get('s1').latest).toEqual([])
    await send('zone/s1', payload)
    expect(parts.readings).toHaveLength(1)
  })
})

describe('bad payloads are kept with their reason and change nothing else', () => {
  test.each<[string, string | Uint8Array, string]>([
    ['not JSON', 'hello', 'not-json'],
    ['1 MiB', new Uint8Array(1_048_576).fill(0x20), 'too-large'],
    ['NaN', 'NaN', 'not-a-number'],
    ['{"temp": NaN}', '{"temp": NaN}', 'not-json'],
    ['bad UTF-8', Uint8Array.of(0x7b, 0xff), 'bad-utf8'],
    ['deep JSON', '{"a":'.repeat(10_000), 'too-deep'],
    ['text for a number', '{"temp":"warm"}', 'not-a-number'],
    ['nothing in it', '{}', 'no-values'],
  ])('%s', async (_name, payload, reason) => {
    await teach('zone/s1', '{"temp":4}')
    const { id } = parts.registry.approve({ candidateId: 'json:zone/s1', areaId: 'a-1' })
    await send('zone/s1', '{"temp":5}')
    const before = { sensors: parts.registry.list(), candidates: parts.registry.candidates() }
    await send('zone/s1', payload)
    const notUnderstood = [
      expect.objectContaining({ topic: 'zone/s1', reason, sizeBytes: Buffer.from(payload).byteLength }),
    ]
    expect({ sensors: parts.registry.list(), candidates: parts.registry.candidates() }).toEqual({
      ...before,
      candidates: before.candidates.map((candidate) => ({ ...candidate, notUnderstood })),
    })
    expect(parts.readings).toHaveLength(1)
    expect(parts.queue.backlog('metrics').readings).toBe(1)
    expect(parts.queue.quarantined()).toEqual([
      expect.objectContaining({
        topic: 'zone/s1',
        reason,
        sizeBytes: Buffer.from(payload).byteLength,
        sensorId: id,
      }),
    ])
  })

  test('the last three are shown with the device, what is no text as escapes', async () => {
    await teach('zone/s1', '{"temp":4}')
    for (const payload of ['one', 'two', 'three', Uint8Array.of(0x41, 0xff, 0x07)]) await send('zone/s1', payload)
    expect(parts.registry.candidates()[0]?.notUnderstood.map(({ sample }) => sample)).toEqual([
      'A\\ufffd\\u0007',
      'three',
      'two',
    ])
  })

  test('a bad payload on a new topic makes no candidate', async () => {
    await send('zone/new', 'hello')
    await teach('zone/a\u0007b', '{"t":1}')
    expect(parts.registry.candidates()).toEqual([])
    expect(parts.queue.quarantined().map(({ reason }) => reason)).toEqual([
      'bad-topic',
      'bad-topic',
      'bad-topic',
      'not-json',
    ])
  })

  test('a bad discovery message', async () => {
    await send('homeassistant/sensor/a/config', '{"stat_t":')
    expect(parts.queue.quarantined()[0]).toMatchObject({ reason: 'bad-discovery' })
    expect(parts.registry.candidates()).toEqual([])
  })

  test('one device may have 128 discovery topics', async () => {
    for (let n = 0; n < 130; n++) await send(`homeassistant/sensor/w1_${n}/config`, ha('w1'))
    const [{ count } = { count: 0 }] = parts.gateway.db
      .prepare<[], { count: number }>('SELECT count(*) AS count FROM sensor_said')
      .all()
    expect(count).toBe(128)
    expect(parts.queue.quarantined()[0]).toMatchObject({
      reason: 'too-many-metrics',
      topic: 'homeassistant/sensor/w1_129/config',
    })
  })

  test('one device may have 64 metrics', async () => {
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`m${n}`, n]))
    await teach('zone/s1', JSON.stringify(many))
    expect(parts.registry.candidates()[0]?.metrics).toHaveLength(64)
    expect(parts.queue.quarantined()[0]).toMatchObject({ reason: 'too-many-metrics' })
  })
})

describe('Home Assistant discovery', () => {
  test('several messages of one device are one candidate; restart keeps it; an empty message removes it', async () => {
    await send('homeassistant/sensor/w1_t/config', ha('w1'))
    await send(
      'homeassistant/binary_sensor/w1_door/config',
      ha('w1', { stat_t: 'w1/door', val_tpl: undefined, unit_of_meas: undefined }),
    )
    expect(parts.registry.candidates()).toMatchObject([
      { candidateId: 'ha:w1', metrics: [{ key: 't' }, { key: 'door' }] },
    ])
    expect(parts.registry.candidates()[0]?.metrics).toHaveLength(2)
    const sensor = parts.registry.approve({ candidateId: 'ha:w1', areaId: 'a-1' })
    restart()
    expect(parts.registry.subscriptions()).toEqual(
      expect.arrayContaining(['w1/state', 'w1/door', 'homeassistant/+/+/config']),
    )
    await send('w1/state', '{"t":3.5}')
    await send('w1/door', 'ON')
    expect(parts.readings.map(({ sensorId, metric, value }) => [sensorId, metric, value])).toEqual([
      [sensor.id, 't', 3.5],
      [sensor.id, 'door', 1],
    ])
    await send('homeassistant/sensor/w1_t/config', '')
    expect(parts.registry.candidates()).toHaveLength(1)
    await send('homeassistant/binary_sensor/w1_door/config', '')
    expect(parts.registry.candidates()).toEqual([])
    // The sensor stays, with the units that its history needs.
    expect(parts.registry.get(sensor.id).metrics.map(({ key, unit }) => [key, unit])).toEqual([
      ['t', '°C'],
      ['door', null],
    ])
    expect(parts.registry.hear(packet('w1/state', '{"t":1}'))).toBeUndefined()
  })

  test('a repeated message changes nothing, a changed one does', async () => {
    await send('homeassistant/sensor/w1_t/config', ha('w1'))
    await send('homeassistant/sensor/w1_t/config', ha('w1'))
    expect(parts.changes).toEqual(['discovery'])
    await send('homeassistant/sensor/w1_t/config', ha('w1', { unit_of_meas: 'K' }))
    expect(parts.registry.candidates()[0]?.metrics).toMatchObject([{ key: 't', unit: 'K', sourceUnit: null }])
  })

  test('availability: a device that says it is offline is silent at once', async () => {
    await send('homeassistant/sensor/w1_t/config', ha('w1', { avty_t: 'w1/lwt' }))
    const { id } = parts.registry.approve({ candidateId: 'ha:w1', areaId: 'a-1' })
    expect(parts.registry.get(id).status).toBe('unknown')
    await send('w1/state', '{"t":1}')
    expect(parts.registry.get(id).status).toBe('online')
    await send('w1/lwt', 'offline')
    expect(parts.registry.get(id).status).toBe('silent')
    expect(parts.registry.get(id)).toMatchObject({ why: 'said-offline', latest: [{ unknownFromUtcMs: clock.now() }] })
    await send('w1/lwt', 'online')
    // That it is there again says nothing about what it measures.
    expect(parts.registry.get(id)).toMatchObject({
      status: 'unknown',
      why: 'not-seen',
      latest: [{ unknownFromUtcMs: clock.now() }],
    })
    await send('w1/state', '{"t":1}')
    expect(parts.registry.get(id).status).toBe('online')
    // A value alone does not take it back either: the bridge that sends it may have it from before.
    await send('w1/lwt', 'offline')
    await send('w1/state', '{"t":1}')
    expect(parts.registry.get(id).status).toBe('silent')
    await send('w1/lwt', 'online')
    expect(parts.registry.get(id).status).toBe('online')
  })
})

describe('approving', () => {
  test('refusals name what is wrong', async () => {
    await teach('zone/s1', '{"t":1}')
    const approve = (candidateId: string, areaId: string) => () => parts.registry.approve({ candidateId, areaId })
    expect(approve('json:zone/none', 'a-1')).toThrowError(
      expect.objectContaining({ kind: 'missing', code: 'candidate-missing' }),
    )
    expect(approve('json:zone/s1', 'b-1')).toThrowError(
      expect.objectContaining({ kind: 'invalid', code: 'area-missing' }),
    )
    approve('json:zone/s1', 'a-1')()
    expect(approve('json:zone/s1', 'a-1')).toThrowError(
      expect.objectContaining({ kind: 'conflict', code: 'sensor-exists' }),
    )
    expect(() => parts.registry.patch('none', {})).toThrowError(expect.objectContaining({ code: 'sensor-missing' }))
    expect(() => parts.registry.patch('s1', { areaId: 'b-1' })).toThrowError(
      expect.objectContaining({ code: 'area-missing' }),
    )
  })

  test('names, removal, and the same again after a restart', async () => {
    await teach('zone/s1', '{"t":1}')
    await teach('zone/w1/s1', '{"t":1}')
    expect(parts.registry.approve({ candidateId: 'json:zone/s1', areaId: 'a-1' }).id).toBe('s1')
    expect(parts.registry.approve({ candidateId: 'json:zone/w1/s1', areaId: 'a-1' }).id).toBe('s1-2')
    parts.registry.patch('s1', { name: 'cold', areaId: 'a-2' })
    parts.registry.remove('s1-2')
    restart()
    expect(parts.registry.list()).toMatchObject([
      { id: 's1', name: 'cold', areaId: 'a-2', metrics: [{ key: 't' }], status: 'unknown', latest: [] },
    ])
    expect(parts.registry.candidates().map(({ candidateId, sensorId }) => [candidateId, sensorId])).toEqual([
      ['json:zone/s1', 's1'],
      ['json:zone/w1/s1', null],
    ])
  })

  test('sensors of a zone file may come before their devices; a conflict imports nothing', async () => {
    parts.registry.importAll([{ id: 'x', name: 'X', area: 'a-1', candidate: 'ha:later' }])
    expect(parts.registry.get('x')).toMatchObject({ metrics: [], status: 'unknown', source: 'home-assistant' })
    await send('homeassistant/sensor/later_t/config', ha('later'))
    await send('later/state', '{"t":9}')
    expect(parts.registry.get('x')).toMatchObject({ metrics: [{ key: 't' }], status: 'online', latest: [{ value: 9 }] })
    const entry = (id: string, candidate: string) => ({ id, name: id, area: 'a-1', candidate })
    expect(() => parts.registry.importAll([entry('y', 'json:zone/y'), entry('x', 'json:zone/z')])).toThrowError(
      expect.objectContaining({ code: 'sensor-exists' }),
    )
    expect(parts.registry.list().map(({ id }) => id)).toEqual(['x'])
  })
})

test('status: online at its pace, silent after three intervals, unknown when the broker went', async () => {
  parts.registry.importAll([{ id: 's1', name: 's', area: 'a-1', candidate: 'json:zone/s1' }])
  for (let n = 0; n < 4; n++) {
    await send('zone/s1', '{"t":1}')
    clock.set(clock.now() + 60_000)
  }
  expect(parts.registry.get('s1').status).toBe('online')
  clock.set(clock.now() + 121_000)
  expect(parts.registry.get('s1').status).toBe('silent')
  await send('zone/s1', '{"t":1}', { retain: true })
  expect(parts.registry.get('s1').status).toBe('silent')
  await send('zone/s1', '{"t":2}')
  expect(parts.registry.get('s1')).toMatchObject({ status: 'online', latest: [{ value: 2, quality: 'ok' }] })
  parts.registry.brokerLost()
  expect(parts.registry.get('s1').status).toBe('unknown')
})

test('two thousand candidates are enough; an approved or recent one never makes room', async () => {
  for (let n = 0; n < 2_000; n++) await teach(`zone/s${n}`, '{"t":1}')
  await teach('zone/more', '{"t":1}')
  expect(parts.queue.quarantined(1)[0]).toMatchObject({ reason: 'too-many-candidates', topic: 'zone/more' })
  parts.registry.approve({ candidateId: 'json:zone/s0', areaId: 'a-1' })
  clock.set(clock.now() + 2 * 86_400_000)
  await send('zone/more', '{"t":1}')
  const ids = parts.registry.candidates().map(({ candidateId }) => candidateId)
  expect(ids).toHaveLength(2_000)
  expect(ids).toContain('json:zone/s0')
  expect(ids).toContain('json:zone/more')
  expect(ids).not.toContain('json:zone/s1')
})
