import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Rule } from '../../gateway/contract/alert.ts'
import type { Sensor } from '../../gateway/contract/sensor.ts'
import { buildDashboard } from '../../scripts/dashboard.ts'
import { openBrowser } from '../support/browser.ts'
import { adminPassword, type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { freePorts } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { type Language, logIn, notLoggedIn, openTab } from './eyes.ts'

/** From a device that nobody knows to its moving chart, in a real browser on the real gateway with its own broker and store. */
let gateway: GatewayProcess
let device: MqttClient
let browser: Browser
let mqttPort = 0
beforeAll(async () => {
  if (!existsSync(join(import.meta.dirname, '../../dashboard/dist/index.html'))) await buildDashboard()
  const [port = 0] = await freePorts(1)
  mqttPort = port
  gateway = await startGateway({
    config: { mqtt: { listen: { port } } },
    zone: {
      zone: { id: 'brine', name: '酱菜加工区', timeZone: 'Asia/Shanghai' },
      sites: [
        {
          id: 'a',
          name: 'A区',
          areas: [{ id: 'lab', name: '检验室', kind: 'lab' }],
          workshops: [
            { id: 'w01', name: '高地酱菜', areas: [{ id: 'w01-cold', name: '冷库', kind: 'store' }] },
            { id: 'w02', name: '洋口米粉', areas: [{ id: 'w02-cold', name: '冷库', kind: 'store' }] },
          ],
        },
      ],
    },
  })
  device = await connectAsync(`mqtt://127.0.0.1:${port}`)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await device?.endAsync(true)
  await gateway?.[Symbol.asyncDispose]()
})

const words = {
  'zh-CN': {
    approve: '批准',
    dialogApprove: /^批准 1 个/,
    ignore: '忽略',
    ignored: /^已忽略/,
    unignore: '不再忽略',
    compare: '放大 / 对比',
    guess: '猜',
    high: '最高',
    video: '放大这一段',
    csv: '导出 CSV',
  },
  en: {
    approve: 'Approve',
    dialogApprove: /^Approve 1/,
    ignore: 'Ignore',
    ignored: /^Ignored/,
    unignore: 'Take back',
    compare: 'Enlarge / compare',
    guess: 'guess',
    high: 'Highest',
    video: 'Zoom to it',
    csv: 'Export CSV',
  },
} satisfies Record<Language, object>

const admin = { user: 'admin', password: adminPassword }
const dialog = (page: Page) => page.getByRole('dialog')
const read = async <Answer>(path: string) => (await (await gateway.fetch(path)).json()) as Answer

describe.each([
  ['zh-CN', 'w01'],
  ['en', 'w02'],
] as const)('in %s', (language, workshop) => {
  const say = words[language]
  const topic = `zone/${workshop}-cold`
  const send = (temperature: number) =>
    device.publishAsync(topic, JSON.stringify({ temperature, humidity: 61.5 }), { qos: 1 })

  test('a device that speaks is found, understood, approved with its rules, and its chart moves', async () => {
    for (const value of [3.1, 3.2, 3.3, 3.2]) await send(value)
    await using tab = await openTab(browser, gateway.origin, language)
    const { page } = tab
    await page.goto('/devices?part=sensors')
    await logIn(page, admin)
    const candidate = page.locator('tr[data-candidate]', { hasText: topic })
    await candidate.waitFor()
    const told = await candidate.innerText()
    expect(told).toMatch(/3\.20\u202f°C/)
    expect(told).toContain(say.guess)

    // Its values go on while somebody looks.
    await send(3.7)
    await waitFor(async () => /3\.70\u202f°C/.test(await candidate.innerText()), { timeoutMs: 15_000 })

    await candidate.getByRole('button', { name: say.approve }).click()
    await dialog(page).locator('.proposal').first().waitFor()
    // The topic names the area.
    expect(await dialog(page).locator('select[name=areaId]').inputValue()).toBe(`${workshop}-cold`)
    await dialog(page).locator('input').first().fill(`冷库探头 ${workshop}`)
    const limit = dialog(page).locator('.proposal-limits input').first()
    await limit.fill('8.5')
    await dialog(page).getByRole('button', { name: say.dialogApprove }).click()
    await dialog(page).waitFor({ state: 'detached' })
    await candidate.waitFor({ state: 'detached' })

    const { sensors } = await read<{ sensors: Sensor[] }>('/api/sensors')
    const sensor = sensors.find(({ areaId }) => areaId === `${workshop}-cold`)
    expect(sensor?.name).toBe(`冷库探头 ${workshop}`)
    const { rules } = await read<{ rules: Rule[] }>('/api/rules')
    expect(rules.filter(({ sensorId }) => sensorId === sensor?.id).map(({ threshold }) => threshold)).toContain(8.5)

    await page.getByRole('link', { name: `冷库探头 ${workshop}` }).click()
    const metric = page.locator('.metric', { hasText: 'temperature' }).first()
    await metric.waitFor()
    await send(4.1)
    await waitFor(async () => (await metric.locator('.metric-now').innerText()).includes('4.10'))
    await metric.locator('canvas').waitFor()
    await metric.getByRole('link', { name: say.compare }).click()
    const high = page.locator(`[data-series] td[data-label="${say.high}"]`)
    await high.waitFor()
    for (const value of [4.6, 5.2]) {
      await send(value)
      // By the feed, within the seconds in which a pixel of the chart passes.
      await waitFor(async () => (await high.innerText()).includes(value.toFixed(2)), { timeoutMs: 15_000 })
    }
    const csv = await page.getByRole('link', { name: say.csv }).first().getAttribute('href')
    const file = await page.request.get(csv ?? '')
    expect(file.ok()).toBe(true)
    expect(await file.text()).toContain(`冷库探头 ${workshop}`)
    expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
  })

  test('what nobody wants is ignored, and taken back', async () => {
    const other = `zone/printer-${workshop}`
    for (let n = 0; n < 4; n += 1) await device.publishAsync(other, JSON.stringify({ level: 40 + n }), { qos: 1 })
    await using tab = await openTab(browser, gateway.origin, language)
    const { page } = tab
    await page.goto('/devices?part=sensors')
    await logIn(page, admin)
    const candidate = page.locator('tr[data-candidate]', { hasText: other })
    await candidate.waitFor()
    await candidate.getByRole('button', { name: say.ignore }).click()
    await candidate.waitFor({ state: 'detached' })
    await device.publishAsync(other, JSON.stringify({ level: 50 }), { qos: 1 })
    await page.reload()
    await page.getByRole('button', { name: say.ignored }).click()
    await candidate.waitFor()
    await candidate.getByRole('button', { name: say.unignore }).click()
    await candidate.waitFor({ state: 'detached' })
    expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
  })
})

const coldStore = async () => {
  const { sensors } = await read<{ sensors: Sensor[] }>('/api/sensors')
  const sensor = sensors.find(({ areaId }) => areaId === 'w01-cold')
  if (sensor === undefined) throw new Error('the cold store has no sensor')
  return sensor
}
const say = (temperature: number) =>
  device.publishAsync('zone/w01-cold', JSON.stringify({ temperature, humidity: 61.5 }), { qos: 1 })

test('a calibration changes what comes after it, a person writes down a reading, and every reading is accounted for', async () => {
  const { id } = await coldStore()
  await using tab = await openTab(browser, gateway.origin, 'zh-CN')
  const { page } = tab
  await page.goto(`/sensors?sensor=${id}`)
  await logIn(page, admin)
  const now = page.locator('.metric', { hasText: 'temperature' }).locator('.metric-now')
  await say(5.3)
  await waitFor(async () => (await now.innerText()).includes('5.30'))
  await page.getByRole('button', { name: '登记校准' }).click()
  await dialog(page).locator('select[name=metric]').selectOption('temperature')
  await dialog(page).locator('input[name=offset]').fill('-1')
  await dialog(page).locator('input[name=certificate]').fill('JL2026-1')
  await dialog(page).getByRole('button', { name: '保存' }).click()
  await page.locator('tr[data-calibration]', { hasText: 'JL2026-1' }).waitFor()
  await say(5.3)
  await waitFor(async () => (await now.innerText()).includes('4.30'))

  await page
    .locator('.manual')
    .getByLabel(/^temperature/)
    .fill('4.45')
  await page.getByRole('button', { name: '记录', exact: true }).click()
  await waitFor(async () => (await page.locator('.manual').innerText()).includes('已记录'))
  await waitFor(async () => (await now.innerText()).includes('4.45'))
  expect(await now.innerText()).toContain('人工')

  await page.goto('/sensors/ledger')
  await page.locator('[data-store]').waitFor()
  await page.getByLabel('列出全部传感器').check()
  const account = page.locator(`tr[data-account="${id}"]`)
  await waitFor(
    async () => {
      const [received, stored, quarantined, lost, waiting, difference] = (
        await account.locator('td.number').allInnerTexts()
      ).map(Number)
      return (
        received !== undefined &&
        received > 10 &&
        stored === received &&
        quarantined === 0 &&
        lost === 0 &&
        waiting === 0 &&
        difference === 0
      )
    },
    { timeoutMs: 25_000 },
  )
  expect(await page.locator('.refusal').count()).toBe(0)
  expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
})

test('an account made here lets its device in, and says that it is connected', async () => {
  await using tab = await openTab(browser, gateway.origin, 'zh-CN')
  const { page } = tab
  await page.goto('/devices?part=broker')
  await logIn(page, admin)
  await page.getByRole('button', { name: '添加账号' }).first().click()
  await dialog(page).locator('input[name=user]').fill('probe-7')
  await dialog(page).locator('textarea[name=publish]').fill('zone/%c')
  await dialog(page).getByRole('button', { name: '添加账号' }).click()
  const secret = dialog(page).locator('.secret-once input')
  await secret.waitFor()
  const password = await secret.inputValue()
  await dialog(page).getByRole('button', { name: '完成' }).click()
  const options = { clientId: 'probe-7', username: 'probe-7', password }
  const probe = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, options)
  try {
    await probe.publishAsync('zone/probe-7', JSON.stringify({ temperature: 21 }), { qos: 1 })
    const row = page.locator('tr[data-account]', { hasText: 'probe-7' })
    await waitFor(async () => (await row.innerText()).includes('已连接'), { timeoutMs: 20_000 })
    await row.getByRole('button', { name: '删除' }).click()
    await dialog(page).getByRole('button', { name: '删除' }).click()
    await row.waitFor({ state: 'detached' })
    // Its connection ends at once.
    await waitFor(() => !probe.connected)
  } finally {
    await probe.endAsync(true)
  }
  expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
})
