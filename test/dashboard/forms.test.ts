import { expect, test } from 'vitest'
import { readRule } from '../../dashboard/alerts/rule-form.tsx'
import { ruleSentence } from '../../dashboard/alerts/rules.tsx'
import { readCameraPatch, readNewCamera } from '../../dashboard/devices/camera-form.tsx'
import { NewRule } from '../../gateway/contract/alert.ts'
import { NewCamera, PatchCamera } from '../../gateway/contract/camera.ts'
import { camerasAt, rules } from './fake-data.ts'
import { temperature } from './fake-sensors.ts'

function form(values: Record<string, string>): FormData {
  const fields = new FormData()
  for (const [name, value] of Object.entries(values)) fields.set(name, value)
  return fields
}

const typed = { user: ' admin ', password: ' p w ', name: ' 冷库 1 ', areaId: 'w01-cold', purpose: '监管' }

test.each(['address', 'rtspUrl'] as const)(
  'adding by %s is what the contract accepts; a password keeps its blanks',
  (how) => {
    const at = how === 'address' ? 'http://10.0.8.21/onvif/device_service' : 'rtsp://10.0.8.21/1'
    const camera = readNewCamera(form({ ...typed, at }), how)
    expect(camera).toEqual({
      [how]: at,
      user: 'admin',
      password: ' p w ',
      name: '冷库 1',
      areaId: 'w01-cold',
      purpose: '监管',
    })
    expect(NewCamera.safeParse(camera).success).toBe(true)
  },
)

test('editing sends only what changed, and an empty password keeps the old one', () => {
  const [camera] = camerasAt(0)
  if (camera === undefined) throw new Error('no camera')
  const { name, areaId, purpose, user } = camera
  const same = { name, areaId, purpose, user, password: '' }
  expect(readCameraPatch(form(same), camera)).toEqual({})
  expect(readCameraPatch(form({ ...same, privacy: 'on' }), camera)).toEqual({ privacy: true })
  expect(readCameraPatch(form({ ...same, privacy: 'on' }), { ...camera, privacy: true })).toEqual({})
  expect(readCameraPatch(form(same), { ...camera, privacy: true })).toEqual({ privacy: false })
  const patch = readCameraPatch(form({ ...same, name: '新名', password: 'x' }), camera)
  expect(patch).toEqual({ name: '新名', password: 'x' })
  expect(PatchCamera.safeParse(patch).success).toBe(true)
})

test('a rule: minutes become milliseconds, and silence has no threshold', () => {
  const fields = form({
    name: '过热',
    threshold: '5.5',
    forMinutes: '0.5',
    hysteresis: '1',
    severity: 'critical',
    enabled: 'on',
  })
  const on = { sensorId: 's1', metric: 'temp' }
  const above = readRule(fields, { ...on, condition: 'above' })
  expect(above).toEqual({
    ...on,
    condition: 'above',
    name: '过热',
    threshold: 5.5,
    forMs: 30_000,
    hysteresis: 1,
    severity: 'critical',
    enabled: true,
  })
  expect(NewRule.safeParse(above).success).toBe(true)
  expect(readRule(fields, { ...on, condition: 'silent' })).toMatchObject({ threshold: 0, hysteresis: 0 })
})

test('a rule as one phrase', () => {
  expect(rules.map((rule) => ruleSentence(rule, temperature))).toEqual([
    '温度 高于 5\u202f°C，持续 10 分钟',
    '温度 高于 8\u202f°C，持续 10 分钟',
    '10 分钟 没有读数',
    '温度 高于 6\u202f°C，持续 10 分钟',
  ])
})

test.each([
  ['above', 0, '门 为“开”，立即'],
  ['below', 30_000, '门 为“关”，持续 30 秒'],
] as const)('a rule on a contact says its state: %s', (condition, forMs, sentence) => {
  const door = { ...temperature, key: 'door', name: '门', unit: null, kind: 'door', type: 'binary' } as const
  const [rule] = rules
  if (rule === undefined) throw new Error('no rule')
  expect(ruleSentence({ ...rule, metric: 'door', condition, threshold: 0.5, forMs }, door)).toBe(sentence)
})
