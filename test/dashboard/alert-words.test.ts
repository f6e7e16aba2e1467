import { afterEach, expect, test } from 'vitest'
import { nameWithPlace, type Place, placeBeside } from '../../dashboard/api/places.ts'
import { language } from '../../dashboard/i18n/language.ts'
import { alertTitle, alertValue } from '../../dashboard/parts/alert-words.ts'
import type { Alert } from '../../gateway/contract/alert.ts'
import { temperature } from './fake-sensors.ts'

afterEach(() => {
  language.value = 'zh-CN'
})

const own = (code: string, name: string) => ({ ruleId: null, code, name })

test.each([
  ['camera-offline', '园区大门', '摄像头离线：园区大门', 'Camera offline: 园区大门'],
  ['disk-full', '/srv/rec', '录像盘已满：/srv/rec', 'Recording disk full: /srv/rec'],
  ['disk-away', '/srv/rec', '录像盘不在：/srv/rec', 'Recording disk missing: /srv/rec'],
  ['metrics-away', 'InfluxDB', '读数写不进存储：InfluxDB', 'Readings cannot be stored: InfluxDB'],
  ['broker-away', 'MQTT', '与消息服务断开：MQTT', 'Message broker away: MQTT'],
  ['never-heard-of', 'X', 'X', 'X'],
  ['toString', 'X', 'X', 'X'],
])('an alert of the gateway itself says what happened: %s', (code, name, zh, en) => {
  expect(alertTitle(own(code, name))).toBe(zh)
  language.value = 'en'
  expect(alertTitle(own(code, name))).toBe(en)
})

test("a rule's alert has the rule's name, whatever its code", () => {
  expect(alertTitle({ ruleId: 'r1', code: 'camera-offline', name: '冷库超温' })).toBe('冷库超温')
})

const alert: Alert = {
  id: 'a',
  ...own('rule-above', '冷库'),
  severity: 'warning',
  sensorId: 's',
  cameraId: null,
  areaId: null,
  metric: 'door',
  unit: null,
  threshold: 0.5,
  condition: 'above',
  value: 1,
  worstValue: 1,
  raisedUtcMs: 0,
  clearedUtcMs: null,
  acknowledgedUtcMs: null,
  acknowledgedBy: null,
  note: null,
}
const door = { ...temperature, key: 'door', name: '门', unit: null, kind: 'door', type: 'binary' } as const

test('the value of a contact is a word, of others a number with its unit, of silence nothing', () => {
  expect(alertValue(alert, [door])).toBe('开')
  language.value = 'en'
  expect(alertValue(alert, [door])).toBe('Open')
  expect(alertValue({ ...alert, metric: 't', unit: '°C', value: 5.2, worstValue: 8.31 }, undefined)).toBe(
    '8.31\u202f°C',
  )
  expect(alertValue({ ...alert, condition: 'silent', value: 0, worstValue: null }, [door])).toBe('')
  expect(alertValue({ ...alert, value: null, worstValue: null }, [door])).toBe('')
})

const place = (workshop: string | null, area: string): Place => ({
  area: { id: 'x', name: area, kind: 'store' },
  workshop:
    workshop === null
      ? null
      : {
          id: 'w',
          name: workshop,
          product: null,
          licence: { businessLicence: null, permit: null, permitUntil: null },
          areas: [],
        },
  site: { id: 's', name: 'A区', areas: [], workshops: [] },
})

test.each([
  ['玉板豆腐坊冷库', place('玉板豆腐坊', '冷库'), '', '玉板豆腐坊冷库'],
  ['晨挂线面坊 · 晾面厅', place('晨挂线面坊', '晾面厅'), '', '晨挂线面坊 · 晾面厅'],
  ['秋实卤味坊电表', place('秋实卤味坊', '卤制间'), '卤制间', '秋实卤味坊电表 · 卤制间'],
  ['探头 3', place('秋实卤味坊', '卤制间'), '秋实卤味坊 · 卤制间', '探头 3 · 秋实卤味坊 · 卤制间'],
  ['装卸道路（云台）', place(null, '装卸道路'), '', '装卸道路（云台）'],
  ['探头 3', undefined, '', '探头 3'],
])('%s leaves unsaid of its place: %#', (name, where, beside, whole) => {
  expect(placeBeside(name, where)).toBe(beside)
  expect(nameWithPlace(name, where)).toBe(whole)
})
