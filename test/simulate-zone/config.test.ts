import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { Config } from '../../gateway/contract/config.ts'
import { ZoneFile } from '../../gateway/contract/zone.ts'
import { mayFilm } from '../../gateway/domain/words.ts'
import { demoCameras } from '../../scripts/simulate-zone/cameras.ts'
import { announcements } from '../../scripts/simulate-zone/sensors/messages.ts'
import { demoSensors } from '../../scripts/simulate-zone/sensors/sensors.ts'

const read = (name: string): unknown => parse(readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8'))
const zone = ZoneFile.parse(read('demo-zone.yaml'))
const areas = zone.sites.flatMap((site) => [...site.areas, ...site.workshops.flatMap((workshop) => workshop.areas)])

test('the demo configuration is valid and stays on this machine', () => {
  const config = Config.parse(read('demo.yaml'))
  expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8080 })
  expect(config.mqtt).toMatchObject({ listen: { host: '127.0.0.1', port: 1883 }, topics: ['zone/{sensor}'] })
  expect(config.discovery).toEqual({ interfaces: ['lo'], everySeconds: 20 })
  expect(config.zone).toBe('demo-zone.yaml')
})

test('ten workshops, ids used once, and no camera where none may be', () => {
  expect(zone.sites.flatMap((site) => site.workshops)).toHaveLength(10)
  for (const list of [areas, zone.cameras, zone.sensors, zone.rules])
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length)
  expect(areas.some(({ kind }) => !mayFilm(kind))).toBe(true)
  for (const camera of zone.cameras) {
    const area = areas.find(({ id }) => id === camera.area)
    expect(area && mayFilm(area.kind), camera.id).toBe(true)
  }
})

test('every simulated camera is listed under its own address', () => {
  expect(zone.cameras.map(({ id, name, address }) => ({ id, name: name.replace('（云台）', ''), address }))).toEqual(
    demoCameras.map(({ id, name }, index) => ({
      id,
      name,
      address: `http://127.0.0.1:${18_000 + 2 * (index + 1)}/onvif/device_service`,
    })),
  )
  const denied = zone.cameras.filter(
    ({ id, password }) => demoCameras.find((each) => each.id === id)?.password !== password,
  )
  expect(denied.map(({ id }) => id)).toEqual(['c16'])
})

test('every listed sensor is simulated, and three wait for approval', () => {
  const candidate = ({ id, form }: { id: string; form: string }) => (form === 'json' ? `json:zone/${id}` : `ha:${id}`)
  const simulated = demoSensors.map(candidate)
  for (const sensor of zone.sensors) {
    expect(simulated).toContain(sensor.candidate)
    expect(areas.map(({ id }) => id)).toContain(sensor.area)
  }
  const listed = new Set(zone.sensors.map((sensor) => sensor.candidate))
  expect(simulated.filter((each) => !listed.has(each))).toEqual([
    'ha:waste-room',
    'json:zone/gateway-room',
    'json:zone/w10-gas',
  ])
})

test('every rule asks for a metric that its sensor has', () => {
  for (const rule of zone.rules) {
    const spec = demoSensors.find(({ id }) => id === rule.sensorId)
    expect(
      spec?.metrics.map(({ key }) => key),
      rule.id,
    ).toContain(rule.metric)
  }
})

test('about half of the sensors are announced, in both forms of discovery', () => {
  const count = (form: string) => demoSensors.filter((each) => each.form === form).length
  expect([count('device'), count('single'), count('json')]).toEqual([10, 10, 21])
  const topics = demoSensors.flatMap(announcements).map(({ topic }) => topic)
  expect(topics).toContain('homeassistant/device/w08-cold/config')
  expect(topics).toContain('homeassistant/binary_sensor/w07-cold/door/config')
})
