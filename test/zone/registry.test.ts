import { join } from 'node:path'
import { onTestFinished, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Zone, ZoneFile } from '../../gateway/contract/zone.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { openStore } from '../../gateway/store/open.ts'
import { exportZone, zoneYaml } from '../../gateway/zone/export.ts'
import { zoneRegistry } from '../../gateway/zone/registry.ts'
import { tempFolder } from '../support/temp.ts'

const example = {
  zone: { id: 'fuan', name: '福安拌面加工区' },
  sites: [
    {
      id: 'north',
      name: 'North',
      areas: [
        { id: 'gate', name: 'Gate', kind: 'gate' },
        { id: 'wc', name: 'Toilet', kind: 'toilet' },
      ],
      workshops: [
        {
          id: 'w02',
          name: '面坊二',
          product: 'noodles',
          permit: 'XZF-2',
          permitUntil: '2027-05-01',
          areas: [
            { id: 'w02-store', name: 'Cold store', kind: 'store' },
            { id: 'w02-make', name: 'Making', kind: 'process' },
          ],
        },
        { id: 'w01', name: '面坊一' },
      ],
    },
    { id: 'south', name: 'South' },
  ],
  cameras: [
    {
      id: 'cam-gate',
      name: 'Gate',
      area: 'gate',
      purpose: 'safety',
      rtspUrl: 'rtsp://192.0.2.1/1',
      password: 'hidden',
    },
  ],
  sensors: [{ id: 'sen-cold', name: 'Cold', area: 'w02-store', candidate: 'ha:cold' }],
  rules: [{ id: 'warm', name: 'Warm', sensorId: 'sen-cold', metric: 't', condition: 'above', threshold: 8 }],
  accounts: [{ user: 'wang', name: 'Wang', role: 'office', password: 'long enough' }],
}

function open() {
  const store = openStore(join(tempFolder('zone'), 'gateway.db'), 'gateway')
  onTestFinished(() => store.close())
  return zoneRegistry({ store, tools: { clock: systemClock, log: openLog('silent') } })
}

test('before an import there is a zone without places', () => {
  const registry = open()
  expect(registry.isEmpty()).toBe(true)
  expect(Zone.parse(registry.tree()).sites).toEqual([])
  expect([registry.areaKind('gate'), registry.areaPath('gate')]).toEqual([undefined, undefined])
})

test('a zone file becomes the tree, in its own order', () => {
  const registry = open()
  registry.importZone(ZoneFile.parse(example))
  expect(registry.isEmpty()).toBe(false)
  expect(registry.tree()).toEqual({
    id: 'fuan',
    name: '福安拌面加工区',
    timeZone: 'Asia/Shanghai',
    sites: [
      {
        id: 'north',
        name: 'North',
        areas: example.sites[0]?.areas,
        workshops: [
          {
            id: 'w02',
            name: '面坊二',
            product: 'noodles',
            licence: { businessLicence: null, permit: 'XZF-2', permitUntil: '2027-05-01' },
            areas: example.sites[0]?.workshops?.[0]?.areas,
          },
          {
            id: 'w01',
            name: '面坊一',
            product: null,
            licence: { businessLicence: null, permit: null, permitUntil: null },
            areas: [],
          },
        ],
      },
      { id: 'south', name: 'South', areas: [], workshops: [] },
    ],
  })
  expect(registry.areaKind('w02-store')).toBe('store')
  expect(registry.areaPath('w02-store')).toEqual({ zone: 'fuan', site: 'north', workshop: 'w02', area: 'w02-store' })
  expect(registry.areaPath('gate')).toEqual({ zone: 'fuan', site: 'north', workshop: null, area: 'gate' })
})

test('a second zone is refused', () => {
  const registry = open()
  registry.importZone(ZoneFile.parse(example))
  const other = ZoneFile.parse({ zone: { id: 'other', name: 'Other' }, sites: [{ id: 'x', name: 'X' }] })
  expect(() => registry.importZone(other)).toThrow(expect.objectContaining({ code: 'zone-not-empty' }))
  expect(registry.tree().id).toBe('fuan')
})

test.each([
  [
    'the same area twice',
    { sites: [{ id: 's', name: 'S', areas: [area('a'), area('b'), area('a')] }] },
    ['sites[0].areas[2].id: the area id a is already used at sites[0].areas[0].id'],
  ],
  [
    'the same area in two places',
    {
      sites: [
        { id: 's', name: 'S', workshops: [{ id: 'w', name: 'W', areas: [area('a')] }] },
        { id: 't', name: 'T', areas: [area('a')] },
      ],
    },
    ['sites[1].areas[0].id: the area id a is already used at sites[0].workshops[0].areas[0].id'],
  ],
  [
    'the same workshop twice',
    {
      sites: [
        {
          id: 's',
          name: 'S',
          workshops: [
            { id: 'w', name: 'W' },
            { id: 'w', name: 'V' },
          ],
        },
      ],
    },
    ['sites[0].workshops[1].id: the workshop id w is already used at sites[0].workshops[0].id'],
  ],
  [
    'cameras where none may be',
    {
      sites: [{ id: 's', name: 'S', areas: ['living', 'changing', 'toilet'].map((kind) => area(kind, kind)) }],
      cameras: [camera('c1', 'living'), camera('c2', 'changing'), camera('c3', 'toilet')],
    },
    [
      'cameras[0].area: a camera may not be placed in an area of kind living',
      'cameras[1].area: a camera may not be placed in an area of kind changing',
      'cameras[2].area: a camera may not be placed in an area of kind toilet',
    ],
  ],
  [
    'things in areas that do not exist, and without an address',
    {
      cameras: [{ ...camera('c1', 'nowhere'), rtspUrl: undefined }],
      sensors: [{ id: 's1', name: 'S', area: 'elsewhere', candidate: 'x' }],
      rules: [{ id: 'r1', name: 'R', sensorId: 's9', metric: 'm', condition: 'above' }],
    },
    [
      'cameras[0].area: no area nowhere in this file',
      'cameras[0]: either address (ONVIF) or rtspUrl',
      'sensors[0].area: no area elsewhere in this file',
      'rules[0].sensorId: no sensor s9 in this file',
    ],
  ],
  [
    'the same candidate and the same user twice',
    {
      sensors: [
        { id: 's1', name: 'S', area: 'a', candidate: 'x' },
        { id: 's2', name: 'S', area: 'a', candidate: 'x' },
      ],
      accounts: [account('wang'), account('wang')],
    },
    [
      'sensors[1].candidate: the sensor candidate id x is already used at sensors[0].candidate',
      'accounts[1].user: the account id wang is already used at accounts[0].user',
    ],
  ],
  [
    'no time zone',
    { zone: { id: 'z', name: 'Z', timeZone: 'Mars/Base' } },
    ['zone.timeZone: not a time zone; write one like Asia/Shanghai'],
  ],
])('%s: refused with the path, and nothing is imported', (_name, parts, expected) => {
  const registry = open()
  const base = { zone: { id: 'z', name: 'Z' }, sites: [{ id: 's', name: 'S', areas: [area('a')] }] }
  const file = ZoneFile.parse({ ...base, ...parts })
  const refused = expect.objectContaining({ kind: 'invalid', code: 'zone-invalid', message: expected.join('\n') })
  expect(() => registry.importZone(file)).toThrow(refused)
  expect(registry.isEmpty()).toBe(true)
})

test('what is exported imports again as the same zone, without passwords and accounts', () => {
  const first = open()
  const file = ZoneFile.parse(example)
  first.importZone(file)
  const text = zoneYaml(exportZone(first.tree(), file))
  expect(text).not.toMatch(/hidden|wang/)
  const again = ZoneFile.parse(parse(text))
  expect(again.cameras).toEqual([{ ...file.cameras[0], password: '' }])
  expect([again.sensors, again.rules, again.accounts]).toEqual([file.sensors, file.rules, []])
  const second = open()
  second.importZone(again)
  expect(second.tree()).toEqual(first.tree())
})

function area(id: string, kind = 'process') {
  return { id, name: id, kind }
}
function camera(id: string, area: string) {
  return { id, name: id, area, purpose: 'safety', rtspUrl: 'rtsp://192.0.2.1/1' }
}
function account(user: string) {
  return { user, name: user, role: 'office', password: 'long enough' }
}
