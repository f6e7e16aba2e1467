import { describe, expect, test } from 'vitest'
import { readConfig, readConfigTopic } from '../../../gateway/sensors/dialects/home-assistant-config.ts'

const read = (topic: string, config: unknown) => {
  const found = readConfigTopic('homeassistant', topic)
  if (!found) throw new Error('not a discovery topic')
  return readConfig(found, typeof config === 'string' ? config : JSON.stringify(config))
}

test.each([
  ['homeassistant/sensor/a/config', { component: 'sensor', nodeId: null, objectId: 'a' }],
  ['homeassistant/sensor/n/a/config', { component: 'sensor', nodeId: 'n', objectId: 'a' }],
  ['homeassistant/device/a/config', { component: 'device', nodeId: null, objectId: 'a' }],
  ['homeassistant/status', undefined],
  ['homeassistant/sensor/a/b/c/config', undefined],
  ['homeassistant/sensor/a b/config', undefined],
  ['other/sensor/a/config', undefined],
])('%s', (topic, expected) => {
  expect(readConfigTopic('homeassistant', topic)).toEqual(expected)
})

describe('the single form', () => {
  test('short keys, base topic, availability', () => {
    const device = read('homeassistant/sensor/cold-w01_temperature/config', {
      '~': 'site/cold-w01',
      name: 'Air temperature',
      uniq_id: 'cold-w01_temperature',
      stat_t: '~/state',
      avty_t: '~/status',
      pl_avail: 'up',
      pl_not_avail: 'down',
      dev_cla: 'temperature',
      unit_of_meas: '°C',
      val_tpl: '{{ value_json.t }}',
      exp_aft: 120,
      dev: { ids: ['cold-w01', 'other'], name: 'Cold store 1' },
    })
    expect(device).toMatchObject({
      device: 'cold-w01',
      name: 'Cold store 1',
      components: [
        {
          key: 'temperature',
          name: 'Air temperature',
          unit: '°C',
          deviceClass: 'temperature',
          type: 'number',
          stateTopic: 'site/cold-w01/state',
          expireAfterMs: 120_000,
        },
      ],
      availability: {
        mode: 'latest',
        topics: [{ topic: 'site/cold-w01/status', available: 'up', notAvailable: 'down' }],
      },
    })
  })

  test.each([
    ['identifiers as text', { dev: { ids: 'x1' } }, 'x1'],
    ['connections', { device: { connections: [['mac', 'aa:bb']] } }, 'aa:bb'],
    ['no device', { unique_id: 'u7' }, 'u7'],
    ['nothing', {}, 'obj'],
  ])('the device of %s', (_name, more, device) => {
    expect(read('homeassistant/sensor/obj/config', { stat_t: 'a/b', ...more })?.device).toBe(device)
  })

  test('a binary sensor with its own words', () => {
    const device = read('homeassistant/binary_sensor/n1/door/config', {
      stat_t: 'd',
      pl_on: true,
      pl_off: false,
      dev: { ids: 'n1' },
    })
    expect(device?.components).toMatchObject([{ key: 'door', type: 'binary', payloadOn: 'true', payloadOff: 'false' }])
  })

  test.each([
    ['light', { stat_t: 'x' }],
    ['sensor', { migrate_discovery: true }],
  ])('%s is left alone: %o', (component, config) => {
    expect(read(`homeassistant/${component}/a/config`, config)).toBeNull()
  })

  test('words and moments are no metrics', () => {
    expect(read('homeassistant/sensor/a/config', { stat_t: 'x', dev_cla: 'enum' })).toBeNull()
  })

  test.each([
    ['not JSON', '{'],
    ['an array', []],
    ['no state topic', { name: 'x' }],
    ['wildcards', { stat_t: 'a/#' }],
    ['a template beyond the subset', { stat_t: 'a', val_tpl: '{{ states("x") }}' }],
    ['an identifier with control characters', { stat_t: 'a', dev: { ids: 'a\nb' } }],
    ['an endless identifier', { stat_t: 'a', dev: { ids: 'x'.repeat(300) } }],
    ['an endless topic', { stat_t: 'a'.repeat(500) }],
    ['a topic with control characters', { stat_t: 'a\nb' }],
  ])('refuses %s', (_name, config) => {
    expect(() => read('homeassistant/sensor/a/config', config)).toThrowError(
      expect.objectContaining({ code: 'bad-discovery', kind: 'invalid' }),
    )
  })
})

test('maker and model, in short keys', () => {
  const dev = { ids: 'x', mf: 'Acme', mdl: 'T-1', sa: 'Kitchen', sn: '7', hw: '2', sw: '3', cu: 'http://x/' }
  expect(read('homeassistant/sensor/x/config', { stat_t: 'a', dev })?.model).toBe('Acme T-1')
})

describe('the device based form', () => {
  const config = {
    dev: { ids: 'w02', name: 'Workshop 2', mf: 'Acme' },
    o: { name: 'firmware', sw: '1' },
    '~': 'w02',
    stat_t: '~/state',
    avty: [{ t: '~/online', val_tpl: '{{ value_json.state }}' }, { topic: 'bridge/online' }],
    avty_mode: 'all',
    cmps: {
      temp: {
        p: 'sensor',
        uniq_id: 'w02_t',
        dev_cla: 'temperature',
        unit_of_meas: '°C',
        val_tpl: '{{ value_json.t }}',
      },
      w02_door: { p: 'binary_sensor', stat_t: '~/door', name: 'Door' },
      gone: { p: 'sensor' },
      lamp: { p: 'light', cmd_t: 'x' },
      odd: { p: 'sensor', val_tpl: '{{ states(1) }}' },
    },
  }

  test('shared keys, own keys, removed components, those that cannot be used', () => {
    const device = read('homeassistant/device/w02/config', config)
    expect(device).toMatchObject({
      device: 'w02',
      name: 'Workshop 2',
      model: 'Acme',
      origin: 'firmware',
      components: [
        { key: 'temp', stateTopic: 'w02/state', unit: '°C' },
        { key: 'door', stateTopic: 'w02/door', type: 'binary', name: 'Door' },
      ],
      availability: { mode: 'all', topics: [{ topic: 'w02/online' }, { topic: 'bridge/online' }] },
    })
    expect(device?.refused).toHaveLength(1)
    expect(device?.refused[0]).toContain('odd')
  })

  test('a part may say for itself where it is told that it is there', () => {
    const own = { p: 'sensor', stat_t: '~/x', avty_t: '~/x/online', pl_avail: 1, pl_not_avail: 0 }
    const device = read('homeassistant/device/w02/config', { ...config, cmps: { own, temp: config.cmps.temp } })
    expect(device?.components).toMatchObject([
      { availability: { mode: 'latest', topics: [{ topic: 'w02/x/online', available: '1', notAvailable: '0' }] } },
      { availability: null },
    ])
  })

  test.each([
    ['no identifiers', { ...config, dev: {} }],
    ['no components', { ...config, cmps: undefined }],
    ['only unusable components', { ...config, cmps: { odd: config.cmps.odd } }],
  ])('refuses %s', (_name, broken) => {
    expect(() => read('homeassistant/device/w02/config', broken)).toThrowError(
      expect.objectContaining({ code: 'bad-discovery' }),
    )
  })
})
