import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodePayload, encodePayload } from '../../gateway/domain/sparkplug.ts'
import { sensorStage } from './stage.ts'

/** Devices that describe themselves, from their messages to the readings that are kept: Sparkplug, Homie and Zigbee2MQTT. */
const stage = sensorStage()
const { send, clock, pass } = stage
const registry = () => stage.parts.registry
const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`dialects/fixtures/${name}`, import.meta.url), 'utf8'))
const place = (candidateId: string) => registry().approve({ candidateId, areaId: 'a-1' }).id
const statusOf = (id: string) => {
  const { status, why } = registry().get(id)
  return [status, why]
}
const kept = () => stage.parts.readings.map(({ metric, value, quality }) => [metric, value, quality])
const recall = () => stage.parts.readings.splice(0)

describe('Sparkplug', () => {
  const { messages } = fixture('sparkplug-client.json') as { messages: { topic: string; base64: string }[] }
  const fridge = 'sparkplug:Workshop 7/Line 1/Fridge 2'
  const topic = (verb: string) => `spBv1.0/Workshop 7/${verb}/Line 1/Fridge 2`
  const sent = (at: number) => send(messages[at]?.topic ?? '', Buffer.from(messages[at]?.base64 ?? '', 'base64'))
  const bornUtcMs = decodePayload(Buffer.from(messages[1]?.base64 ?? '', 'base64'))?.timestampMs ?? 0
  const temperature = (value: number, seq?: number) =>
    encodePayload({
      timestampMs: clock.now(),
      ...(seq !== undefined && { seq }),
      metrics: [{ alias: 1, type: 'Float', value }],
    })

  test('a device is found by its birth, and read by its aliases; history is late', async () => {
    clock.set(bornUtcMs)
    await sent(0)
    await sent(1)
    expect(
      registry()
        .candidates()
        .map(({ candidateId, model }) => [candidateId, model]),
    ).toEqual([
      ['sparkplug:Workshop 7/Line 1', null],
      [fridge, 'Acme Probe 4'],
    ])
    expect(registry().candidates().at(-1)?.metrics[0]).toMatchObject({
      key: 'Temperature',
      unit: '°C',
      guessed: false,
    })
    const id = place(fridge)
    await sent(2)
    await sent(3)
    expect(kept()).toEqual([
      ['Temperature', 3.6, 'ok'],
      ['Door', 0, 'ok'],
      ['Temperature', 9.9, 'late'],
      ['Balance', -43, 'ok'],
    ])
    // Rules pass over what is late, and it does not become the latest.
    expect(
      registry()
        .get(id)
        .latest.find(({ metric }) => metric === 'Temperature')?.value,
    ).toBe(3.6)
    expect(statusOf(id)).toEqual(['online', null])
    // The device dies. No message is missing, so nothing is asked for.
    await sent(4)
    await sent(5)
    expect(statusOf(id)).toEqual(['silent', 'said-offline'])
    expect(stage.parts.asked).toEqual([])
  })

  test('after a restart of the gateway values are read at once, and a birth is asked for, once a minute at most', async () => {
    clock.set(bornUtcMs)
    await sent(0)
    await sent(1)
    const id = place(fridge)
    stage.restart()
    pass(60_000)
    for (let n = 0; n < 30; n++) {
      await send(topic('DDATA'), temperature(4 + n, 40 + n))
      pass(1_000)
    }
    expect(stage.parts.readings).toHaveLength(30)
    expect(stage.parts.readings.every(({ sensorId, quality }) => sensorId === id && quality === 'ok')).toBe(true)
    expect(stage.parts.asked.map((ask) => ask.topic)).toEqual(['spBv1.0/Workshop 7/NCMD/Line 1'])
  })

  test('a value without a birth is kept as not understood', async () => {
    clock.set(bornUtcMs)
    await send(topic('DDATA'), temperature(4, 3))
    expect(stage.parts.queue.quarantined().map(({ reason }) => reason)).toEqual(['unknown-alias'])
    expect(stage.parts.asked).toHaveLength(1)
  })
})

test('Homie: a child is silent when its root is lost, and online again with a reading', async () => {
  const { messages } = fixture('homie-5.json') as { messages: { topic: string; text: string }[] }
  for (const { topic, text } of messages) await send(topic, text)
  expect(
    registry()
      .candidates()
      .map(({ candidateId }) => candidateId),
  ).toEqual([
    'homie:homie/super-car',
    'homie:homie/bridge',
    'homie:homie/dualrelay',
    'homie:homie/light1',
    'homie:homie/light2',
  ])
  const id = place('homie:homie/dualrelay')
  await send('homie/5/dualrelay/relay/temperature', '31.5')
  expect(kept()).toEqual([['relay.temperature', 31.5, 'ok']])
  expect(registry().get(id).metrics).toMatchObject([{ unit: '°C', guessed: false }])
  expect(statusOf(id)).toEqual(['online', null])
  await send('homie/5/bridge/$state', 'lost')
  expect(statusOf(id)).toEqual(['silent', 'said-offline'])
  await send('homie/5/bridge/$state', 'ready')
  await send('homie/5/dualrelay/relay/temperature', '31.6')
  expect(statusOf(id)).toEqual(['online', null])
  // Known without its description after a restart.
  stage.restart()
  await send('homie/5/dualrelay/relay/temperature', '31.7')
  expect(kept()).toEqual([['relay.temperature', 31.7, 'ok']])
})

describe('Zigbee2MQTT', () => {
  interface Listed {
    readonly ieee_address: string
    readonly friendly_name: string
  }
  const { devices } = fixture('zigbee2mqtt.json') as { devices: Listed[] }
  const doorId = 'zigbee2mqtt:0x00158d0001a2b3c2'

  test('a device that is renamed is the same sensor', async () => {
    await send('zigbee2mqtt/bridge/devices', devices, { retain: true })
    const id = place(doorId)
    await send('zigbee2mqtt/door', { contact: false, battery: 97 })
    await send(
      'zigbee2mqtt/bridge/devices',
      devices.map((device) =>
        device.friendly_name === 'door' ? { ...device, friendly_name: 'W7/cold store/gate' } : device,
      ),
    )
    await send('zigbee2mqtt/W7/cold store/gate', { contact: true, battery: 97 })
    expect(recall().map(({ sensorId, metric, value }) => [sensorId, metric, value])).toEqual([
      [id, 'battery', 97],
      [id, 'contact', 1],
      [id, 'battery', 97],
      [id, 'contact', 0],
    ])
    expect(
      registry()
        .get(id)
        .metrics.find(({ key }) => key === 'contact'),
    ).toMatchObject({ kind: 'door', type: 'binary' })
    stage.restart()
    await send('zigbee2mqtt/W7/cold store/gate', { contact: false })
    expect(kept()).toEqual([['contact', 1, 'ok']])
  })

  test('without its bridge every device is silent', async () => {
    await send('zigbee2mqtt/bridge/devices', devices, { retain: true })
    const id = place(doorId)
    await send('zigbee2mqtt/door', { contact: false })
    expect(statusOf(id)).toEqual(['online', null])
    await send('zigbee2mqtt/bridge/state', 'offline')
    expect(statusOf(id)).toEqual(['silent', 'said-offline'])
  })

  test('a device that announces itself to Home Assistant as well is offered once', async () => {
    const announced = {
      dev: { ids: 'zigbee2mqtt_0x00158d0001a2b3c2', name: 'door' },
      stat_t: 'zigbee2mqtt/door',
      val_tpl: '{{ value_json.battery }}',
      unit_of_meas: '%',
      uniq_id: '0x00158d0001a2b3c2_battery_zigbee2mqtt',
      o: { name: 'Zigbee2MQTT', sw: '2.14.1' },
    }
    const offered = () =>
      registry()
        .candidates()
        .filter(({ name }) => name === 'door')
        .map(({ candidateId }) => candidateId)
    await send('zigbee2mqtt/bridge/devices', devices, { retain: true })
    await send('homeassistant/sensor/0x00158d0001a2b3c2/battery/config', announced, { retain: true })
    expect(offered()).toEqual([doorId])
  })
})
