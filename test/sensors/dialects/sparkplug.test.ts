import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodePayload, encodePayload, type NewSparkplugMetric } from '../../../gateway/domain/sparkplug.ts'
import { sparkplugDialect } from '../../../gateway/sensors/dialects/sparkplug.ts'
import { listener, livenessOf, type Message, startUtcMs, survivesAnything, valuesOf } from './messages.ts'

const payload = (seq: number | undefined, ...metrics: NewSparkplugMetric[]) =>
  encodePayload({ timestampMs: startUtcMs, ...(seq !== undefined && { seq }), metrics })
const bdSeq = (value: number): NewSparkplugMetric => ({ name: 'bdSeq', type: 'Int64', value })
const topic = (verb: string, device?: string) => `spBv1.0/W7/${verb}/edge${device === undefined ? '' : `/${device}`}`
const commandTopic = 'spBv1.0/W7/NCMD/edge'

const temperature: NewSparkplugMetric = { name: 'Temperature', alias: 1, type: 'Float', value: 3.4, unit: '°C' }
const door: NewSparkplugMetric = { name: 'Inputs/Door', alias: 2, type: 'Boolean', value: false }
const label: NewSparkplugMetric = { name: 'Label', alias: 3, type: 'String', value: 'cold store' }

/** A node with one device, born. */
function born() {
  const ear = listener(sparkplugDialect)
  ear.hear(topic('NBIRTH'), payload(0, bdSeq(4), { name: 'Node Control/Rebirth', type: 'Boolean', value: false }))
  const said = ear.hear(topic('DBIRTH', 'fridge'), payload(1, temperature, door, label))
  return { ...ear, said }
}

describe('a birth', () => {
  test('says all metrics of a device, with their values', () => {
    expect(born().said).toEqual({
      devices: [
        {
          device: 'W7/edge/fridge',
          name: 'fridge',
          model: null,
          complete: true,
          metrics: [
            {
              key: 'Temperature',
              name: 'Temperature',
              unit: '°C',
              kind: null,
              type: 'number',
              expiresMs: null,
              guessed: false,
            },
            {
              key: 'Inputs_Door',
              name: 'Inputs/Door',
              unit: null,
              kind: null,
              type: 'binary',
              expiresMs: null,
              guessed: false,
            },
          ],
        },
      ],
      readings: [
        {
          device: 'W7/edge/fridge',
          metric: 'Temperature',
          value: 3.4,
          unit: null,
          deviceUtcMs: startUtcMs,
          historical: false,
        },
        {
          device: 'W7/edge/fridge',
          metric: 'Inputs_Door',
          value: 0,
          unit: null,
          deviceUtcMs: startUtcMs,
          historical: false,
        },
      ],
      liveness: [{ device: 'W7/edge/fridge', alive: true }],
      memory: 'keep',
    })
  })

  test('of a node that only controls and counts makes no candidate', () => {
    const ear = listener(sparkplugDialect)
    const said = ear.hear(
      topic('NBIRTH'),
      payload(0, bdSeq(4), { name: 'Node Control/Rebirth', type: 'Boolean', value: false }),
    )
    expect(said).toEqual({ liveness: [{ device: 'W7/edge', alive: true }], memory: 'keep' })
  })

  test('tells maker and model by its text metrics', () => {
    const ear = listener(sparkplugDialect)
    const said = ear.hear(
      topic('NBIRTH'),
      payload(
        0,
        bdSeq(0),
        { name: 'Properties/Hardware Make', type: 'String', value: 'Acme' },
        { name: 'Properties/Hardware Model', type: 'String', value: 'X 2' },
        { name: 'Power', type: 'Int32', value: 12 },
      ),
    )
    expect(said.devices).toMatchObject([
      { device: 'W7/edge', name: 'edge', model: 'Acme X 2', metrics: [{ key: 'Power' }] },
    ])
  })

  test('keeps metrics apart whose names become the same key', () => {
    const ear = listener(sparkplugDialect)
    const names = ['a/b', 'a b', 'a_b_2', 'a:b', '__proto__', 'constructor']
    const said = ear.hear(
      topic('NBIRTH'),
      payload(0, ...names.map((name, at): NewSparkplugMetric => ({ name, type: 'Int32', value: at }))),
    )
    expect(valuesOf(said)).toEqual(
      Object.fromEntries([
        ['a_b', 0],
        ['a_b_2', 1],
        ['a_b_2_2', 2],
        ['a_b_3', 3],
        ['__proto__', 4],
        ['constructor', 5],
      ]),
    )
  })

  test.each<[string, NewSparkplugMetric, unknown]>([
    ['null', { name: 'x', type: 'Int32', value: null }, {}],
    [
      'NaN',
      { name: 'x', type: 'Float', value: Number.NaN },
      { notRead: [{ reason: 'not-a-number', device: 'W7/edge' }] },
    ],
    ['no name', { alias: 9, type: 'Int32', value: 1 }, { notRead: [{ reason: 'bad-protobuf', device: 'W7/edge' }] }],
  ])('with %s has no reading of that', (_, metric, expected) => {
    const said = listener(sparkplugDialect).hear(topic('NBIRTH'), payload(0, metric))
    expect({ notRead: said.notRead, readings: said.readings }).toEqual({
      notRead: undefined,
      readings: undefined,
      ...(expected as object),
    })
  })
})

describe('data', () => {
  test('is found by alias, or by name', () => {
    const ear = born()
    const said = ear.hear(
      topic('DDATA', 'fridge'),
      payload(
        2,
        { alias: 1, type: 'Float', value: 5.25, timestampMs: startUtcMs + 9 },
        { name: 'Inputs/Door', type: 'Boolean', value: true },
      ),
    )
    expect(valuesOf(said)).toEqual({ Temperature: 5.25, Inputs_Door: 1 })
    expect(said.readings?.map(({ deviceUtcMs }) => deviceUtcMs)).toEqual([startUtcMs + 9, startUtcMs])
    expect(Object.keys(said)).toEqual(['readings'])
  })

  test('of history says so', () => {
    const said = born().hear(
      topic('DDATA', 'fridge'),
      payload(2, { alias: 1, type: 'Float', value: 5, historical: true, timestampMs: startUtcMs - 8_000_000 }),
    )
    expect(said.readings).toMatchObject([{ historical: true, deviceUtcMs: startUtcMs - 8_000_000 }])
  })

  test('that is text, null, or said to be bad is no reading, and no fault', () => {
    const ear = born()
    expect(
      ear.hear(
        topic('DDATA', 'fridge'),
        payload(2, { alias: 3, type: 'String', value: 'b' }, { alias: 1, type: 'Float', value: null }),
      ),
    ).toEqual({})
    // Quality 0 (bad) as a property: keys ["Quality"], values [{type: Int32, int_value: 0}], on the metric with alias 1 and float 3.
    const bad = Buffer.from(
      '12 1a 10 01 20 09 4a 0f 0a 07 5175616c697479 12 04 08 03 18 00 65 00004040 18 03'.replaceAll(' ', ''),
      'hex',
    )
    expect(decodePayload(bad)?.metrics[0]?.properties).toEqual(new Map([['Quality', 0]]))
    expect(ear.hear(topic('DDATA', 'fridge'), bad)).toEqual({})
  })

  test('with an alias that no birth told asks for one', () => {
    const ear = born()
    const said = ear.hear(
      topic('DDATA', 'fridge'),
      payload(2, { alias: 77, type: 'Float', value: 1 }, { alias: 1, type: 'Float', value: 6 }),
    )
    expect(valuesOf(said)).toEqual({ Temperature: 6 })
    expect(said.notRead).toEqual([{ reason: 'unknown-alias', device: 'W7/edge/fridge' }])
    expect(said.asks?.map(({ topic: to }) => to)).toEqual([commandTopic])
    const command = said.asks?.[0]?.payload
    const asked = command instanceof Uint8Array ? decodePayload(command) : undefined
    expect(asked).toMatchObject({
      timestampMs: startUtcMs,
      seq: null,
      metrics: [{ name: 'Node Control/Rebirth', datatype: 11, value: { as: 'whole', lo: 1 } }],
    })
  })

  test('of a node that was never born asks for a birth', () => {
    const said = listener(sparkplugDialect).hear(topic('NDATA'), payload(9, { alias: 1, type: 'Float', value: 1 }))
    expect(said).toMatchObject({
      notRead: [{ reason: 'unknown-alias', device: 'W7/edge' }],
      asks: [{ topic: commandTopic }],
    })
  })

  test.each([
    ['a text', Buffer.from('21.5'), 'bad-protobuf'],
    ['too many bytes', new Uint8Array(256 * 1024 + 1), 'too-large'],
  ])('that is %s is refused', (_, bytes, reason) => {
    expect(born().hear(topic('DDATA', 'fridge'), bytes).notRead).toEqual([{ reason, device: 'W7/edge/fridge' }])
  })
})

describe('the count of messages', () => {
  const asksAfter = (...seqs: number[]) => {
    const ear = born()
    return seqs.map(
      (seq) =>
        ear.hear(topic('DDATA', 'fridge'), payload(seq, { alias: 1, type: 'Float', value: 1 })).asks !== undefined,
    )
  }
  test.each([
    ['goes on', [2, 3, 4], [false, false, false]],
    ['a message delivered twice', [2, 2, 3], [false, false, false]],
    ['a gap is asked about once, until the birth comes', [2, 4, 5], [false, true, false]],
    ['two that overtook each other: a gap, as the first cannot be waited for', [3, 2, 4], [true, false, false]],
  ])('%s', (_, seqs, asks) => {
    expect(asksAfter(...seqs)).toEqual(asks)
  })

  test('goes round after 255', () => {
    const seqs = Array.from({ length: 300 }, (_, at) => (at + 2) % 256)
    expect(asksAfter(...seqs).some((asked) => asked)).toBe(false)
  })

  test('a node that does not answer is asked less and less often', () => {
    const ear = born()
    const asked: number[] = []
    for (let minute = 0; minute <= 300; minute++) {
      const said = ear.hear(topic('DDATA', 'fridge'), payload(undefined, { alias: 77, type: 'Float', value: 1 }), {
        afterMs: minute * 60_000,
      })
      if (said.asks) asked.push(minute)
    }
    expect(asked).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243])
  })

  test('a birth ends the asking', () => {
    const ear = born()
    expect(ear.hear(topic('DDATA', 'fridge'), payload(9, { alias: 1, type: 'Float', value: 1 })).asks).toBeDefined()
    ear.hear(topic('NBIRTH'), payload(0, bdSeq(4)), { afterMs: 100 })
    ear.hear(topic('DBIRTH', 'fridge'), payload(1, temperature), { afterMs: 200 })
    const said = ear.hear(topic('DDATA', 'fridge'), payload(2, { alias: 1, type: 'Float', value: 8 }), {
      afterMs: 7_200_000,
    })
    expect(said).toMatchObject({ readings: [{ value: 8 }] })
    expect(said.asks).toBeUndefined()
  })
})

describe('deaths', () => {
  const dead = { 'W7/edge': false, 'W7/edge/fridge': false }
  test.each([
    ['of this connection', [bdSeq(4)], dead],
    ['of an earlier connection', [bdSeq(3)], {}],
    ['of a node that does not count', [], dead],
  ])('of the node, %s', (_, metrics, expected) => {
    expect(livenessOf(born().hear(topic('NDEATH'), payload(undefined, ...metrics)))).toEqual(expected)
  })

  test('of a device takes that one alone', () => {
    const ear = born()
    expect(livenessOf(ear.hear(topic('DDEATH', 'fridge'), payload(2)))).toEqual({ 'W7/edge/fridge': false })
    // Its values are taken, and its birth is asked for.
    const said = ear.hear(topic('DDATA', 'fridge'), payload(3, { alias: 1, type: 'Float', value: 4 }))
    expect(said).toMatchObject({ readings: [{ value: 4 }], asks: [{ topic: commandTopic }] })
    expect(said.liveness).toBeUndefined()
  })

  test('of a node nobody knows is its death', () => {
    expect(listener(sparkplugDialect).hear(topic('NDEATH'), payload(undefined, bdSeq(1)))).toEqual({
      liveness: [{ device: 'W7/edge', alive: false }],
    })
  })
})

describe('a node that is born again', () => {
  test('forgets what its devices said before', () => {
    const ear = born()
    ear.hear(topic('NBIRTH'), payload(0, bdSeq(5)))
    const said = ear.hear(topic('DDATA', 'fridge'), payload(1, { alias: 1, type: 'Float', value: 4 }))
    expect(said.readings).toBeUndefined()
    expect(said.notRead).toEqual([{ reason: 'unknown-alias', device: 'W7/edge/fridge' }])
    expect(said.asks).toBeDefined()
  })

  test('may give another meaning to an alias', () => {
    const ear = born()
    ear.hear(topic('NBIRTH'), payload(0, bdSeq(5)))
    ear.hear(topic('DBIRTH', 'fridge'), payload(1, { ...temperature, alias: 2 }, { ...door, alias: 1 }))
    const said = ear.hear(topic('DDATA', 'fridge'), payload(2, { alias: 1, type: 'Boolean', value: true }))
    expect(valuesOf(said)).toEqual({ Inputs_Door: 1 })
  })

  test('without a device of before is without it, which is said once, ten seconds later', () => {
    const ear = born()
    ear.hear(topic('NBIRTH'), payload(0, bdSeq(5), { name: 'Power', alias: 8, type: 'Int32', value: 1 }))
    const at = (afterMs: number, seq: number) =>
      livenessOf(ear.hear(topic('NDATA'), payload(seq, { alias: 8, type: 'Int32', value: 2 }), { afterMs }))
    expect(at(9_999, 1)).toEqual({})
    expect(at(10_000, 2)).toEqual({ 'W7/edge/fridge': false })
    expect(at(20_000, 3)).toEqual({})
  })
})

describe('after the gateway began again, with the births that were kept', () => {
  function remembered() {
    const ear = listener(sparkplugDialect)
    // In the order of their topics.
    ear.hear(topic('DBIRTH', 'fridge'), payload(1, temperature), { retain: true })
    ear.hear(topic('NBIRTH'), payload(0, bdSeq(4)), { retain: true })
    return ear
  }
  test('data is read, and a birth is asked for', () => {
    const said = remembered().hear(topic('DDATA', 'fridge'), payload(99, { alias: 1, type: 'Float', value: 4.5 }))
    expect(valuesOf(said)).toEqual({ Temperature: 4.5 })
    expect(said.asks).toBeDefined()
  })
  test('any death counts: nobody knows which connection it is now', () => {
    expect(livenessOf(remembered().hear(topic('NDEATH'), payload(undefined, bdSeq(9))))).toEqual({
      'W7/edge': false,
      'W7/edge/fridge': false,
    })
  })
})

test('a birth that a broker had retained is not believed: it is asked for', () => {
  const ear = born()
  ear.hear(topic('NBIRTH'), payload(0, bdSeq(1)), { retain: true })
  expect(ear.hear(topic('DDATA', 'fridge'), payload(2, { alias: 1, type: 'Float', value: 4 }))).toMatchObject({
    readings: [{ value: 4 }],
    asks: [{ topic: commandTopic }],
  })
  expect(livenessOf(ear.hear(topic('NDEATH'), payload(undefined, bdSeq(4))))['W7/edge/fridge']).toBe(false)
})

describe('topics', () => {
  test('are heard and owned', () => {
    const ear = listener(sparkplugDialect)
    expect(ear.filters()).toEqual([
      'spBv1.0/+/NBIRTH/+',
      'spBv1.0/+/NDEATH/+',
      'spBv1.0/+/NDATA/+',
      'spBv1.0/+/DBIRTH/+/+',
      'spBv1.0/+/DDEATH/+/+',
      'spBv1.0/+/DDATA/+/+',
    ])
    expect(ear.owns('spAv1.0/W7/NBIRTH/edge')).toBe(false)
  })
  test.each(['spBv1.0/W7/NCMD/edge', 'spBv1.0/W7/DCMD/edge/fridge', 'spBv1.0/STATE/scada'])(
    '%s is nobody’s measurement',
    (other) => {
      expect(listener(sparkplugDialect).hear(other, '{"online":true,"timestamp":1}')).toEqual({})
    },
  )
  test.each([
    'spBv1.0/W7/NBIRTH',
    'spBv1.0/W7/DBIRTH/edge',
    'spBv1.0/W7/NDATA/edge/fridge',
    'spBv1.0/W7/WHAT/edge',
    'spBv1.0//NDATA/edge',
    `spBv1.0/${'g'.repeat(190)}/NDATA/edge`,
  ])('%s is none', (bad) => {
    expect(listener(sparkplugDialect).hear(bad, payload(0)).notRead).toEqual([{ reason: 'bad-topic', device: null }])
  })
})

describe('memory is bounded', () => {
  test('in nodes', () => {
    const ear = listener(sparkplugDialect)
    for (let at = 0; at < 500; at++) ear.hear(`spBv1.0/W7/NBIRTH/edge${at}`, payload(0, temperature))
    expect(ear.hear('spBv1.0/W7/NBIRTH/one-more', payload(0, temperature))).toEqual({
      notRead: [{ reason: 'too-many-candidates', device: 'W7/one-more' }],
    })
    expect(ear.state.nodes.size).toBe(500)
  })
  test('in devices, also when their node is born again and again', () => {
    const ear = listener(sparkplugDialect)
    let refused = 0
    for (let round = 0; round < 30; round++) {
      ear.hear(topic('NBIRTH'), payload(0, bdSeq(round)))
      for (let at = 0; at < 100; at++)
        if (
          ear.hear(topic('DBIRTH', `d${round}-${at}`), payload(undefined, temperature)).notRead?.[0]?.reason ===
          'too-many-candidates'
        )
          refused++
    }
    expect(ear.state.devices).toBe(2_000)
    expect(refused).toBe(1_000)
  })
  test('in metrics of a device, and of all', () => {
    const many = Array.from(
      { length: 2_001 },
      (_, at): NewSparkplugMetric => ({ name: `m${at}`, alias: at, type: 'Int32', value: at }),
    )
    const ear = listener(sparkplugDialect)
    const said = ear.hear('spBv1.0/W7/NBIRTH/e0', payload(0, ...many))
    expect(said.devices?.[0]?.metrics).toHaveLength(2_000)
    expect(said.notRead).toEqual([{ reason: 'too-many-metrics', device: 'W7/e0' }])
    for (let at = 1; at <= 12; at++) ear.hear(`spBv1.0/W7/NBIRTH/e${at}`, payload(0, ...many))
    expect(ear.state.announced).toBe(20_000)
    // A birth takes the place of the one before.
    for (let at = 0; at <= 12; at++) ear.hear(`spBv1.0/W7/NBIRTH/e${at}`, payload(0, temperature))
    expect(ear.state.announced).toBe(13)
  })
})

interface Recorded {
  readonly made: string
  readonly messages: readonly { topic: string; base64: string; retain: boolean }[]
}
const recorded = JSON.parse(
  readFileSync(new URL('fixtures/sparkplug-client.json', import.meta.url), 'utf8'),
) as Recorded
const real: readonly Message[] = recorded.messages.map(({ topic: to, base64, retain }) => ({
  topic: to,
  payload: Buffer.from(base64, 'base64'),
  retain,
}))

describe('messages of a real edge node', () => {
  const fridge = 'Workshop 7/Line 1/Fridge 2'
  function hearAll() {
    const ear = listener(sparkplugDialect)
    return real.map(({ topic: to, payload: bytes }) => ({ to: to.split('/')[2], said: ear.hear(to, bytes) }))
  }
  test('are read', () => {
    expect(hearAll().map(({ to, said }) => [to, valuesOf(said)])).toEqual([
      ['NBIRTH', { Power: 4_000_000_000 }],
      [
        'DBIRTH',
        {
          Temperature: 3.4,
          Humidity: 81.25,
          Offset: -5,
          Level: -300,
          Weight: -70_000,
          Counter: 123_456_789_012,
          Balance: -42,
          Door: 1,
        },
      ],
      ['DDATA', { Temperature: 3.6, Door: 0 }],
      ['DDATA', { Temperature: 9.9, Balance: -43 }],
      ['NDATA', { Power: 5 }],
      ['DDEATH', {}],
      ['NDEATH', {}],
    ])
  })
  test('say who they are of, and what is history', () => {
    const all = hearAll().map(({ said }) => said)
    expect(all[1]?.devices).toMatchObject([{ device: fridge, name: 'Fridge 2', model: 'Acme Probe 4' }])
    expect(all[1]?.devices?.[0]?.metrics.slice(0, 2)).toMatchObject([{ unit: '°C' }, { unit: '%' }])
    // A null is announced, and has no reading yet; text, moments, tables and templates are no measurements.
    expect(all[1]?.devices?.[0]?.metrics.map(({ key }) => key).slice(-2)).toEqual(['Door', 'Unset'])
    expect(all[3]?.readings?.map(({ historical }) => historical)).toEqual([true, false])
    expect(all.flatMap(({ notRead = [] }) => notRead)).toEqual([])
    expect(all.flatMap(({ asks = [] }) => asks)).toEqual([])
    expect(all.map(livenessOf)).toEqual([
      { 'Workshop 7/Line 1': true },
      { [fridge]: true },
      {},
      {},
      {},
      { [fridge]: false },
      { 'Workshop 7/Line 1': false, [fridge]: false },
    ])
  })
})

test('anything may come', () => {
  survivesAnything(sparkplugDialect, real)
})
