import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildDashboard } from '../../scripts/dashboard.ts'
import { type Language, openTab, seesNoBarrier } from '../browser/eyes.ts'
import { openBrowser } from '../support/browser.ts'
import { waitFor } from '../support/wait.ts'
import { type FakeGateway, startFakeGateway } from './fake-gateway.ts'

/** Pages of sensors and of devices that wait, in a real browser, on a gateway that makes its readings up. */
let fake: FakeGateway
let browser: Browser
beforeAll(async () => {
  if (!existsSync(join(import.meta.dirname, '../../dashboard/dist/index.html'))) await buildDashboard()
  fake = await startFakeGateway()
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await fake?.close()
})

async function openAs(user: string, path: string, language: Language = 'zh-CN') {
  const tab = await openTab(browser, fake.origin, language)
  await tab.page.request.post('/api/session', { data: { user, password: 'any' } })
  await tab.page.goto(path)
  return tab
}
const row = (page: Page, id: string) => page.locator(`tr[data-sensor="${id}"]`)
const dialog = (page: Page) => page.getByRole('dialog')
const cold = 'series=w07-cold-th/temp'
const phone = { width: 390, height: 844 }
const search = (page: Page) => new URL(page.url()).searchParams

async function dragOver(page: Page, from: number, to: number): Promise<void> {
  const box = await page.locator('.u-over').boundingBox()
  if (box === null) throw new Error('there is no chart')
  await page.mouse.move(box.x + box.width * from, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * ((from + to) / 2), box.y + box.height / 2, { steps: 4 })
  await page.mouse.move(box.x + box.width * to, box.y + box.height / 2, { steps: 4 })
  await page.mouse.up()
}

describe('the list of sensors', () => {
  test.each([
    ['w05-power', '已过三个周期没有读数', 'unknown', '未知'],
    ['w06-door', '设备或其网桥报告已离线', 'unknown', '未知'],
    ['outfall-ph', '网关启动后还没有读数', 'unknown', '未知'],
    ['w02-cold-th', '设备时钟快 1 分钟 32 秒', 'suspect', '可疑'],
    ['w03-room', '在线', 'late', '迟到'],
    ['w09-vat', '人工', 'manual', '人工'],
  ])('%s says in words what is wrong with it: %s', async (id, why, state, word) => {
    await using tab = await openAs('office', '/sensors')
    const { page } = tab
    await row(page, id).waitFor()
    expect(await row(page, id).innerText()).toContain(why)
    const value = row(page, id).locator('.value').first()
    expect(await value.getAttribute('data-state')).toBe(state)
    expect(await value.innerText()).toContain(word)
    expect(tab.complaints()).toEqual([])
  })

  test('a value becomes unknown when its time has passed, without any message', async () => {
    await using tab = await openAs('office', '/sensors')
    const { page } = tab
    const value = row(page, 'lab-fridge').locator('.value')
    await value.waitFor()
    expect(await value.getAttribute('data-state')).toBe('ok')
    // Its next readings do not come, and nothing says so.
    await page.route('**/api/sensors', (route) => route.abort())
    fake.mute(true)
    await waitFor(async () => (await value.getAttribute('data-state')) === 'unknown', { timeoutMs: 20_000 })
    expect(await value.innerText()).toMatch(/未知 上次 \d/)
    fake.mute(false)
    await waitFor(async () => (await value.getAttribute('data-state')) === 'ok')
  })

  test('lost readings and a store that is behind stand above the list; what does not add up stands in red', async () => {
    await using tab = await openAs('office', '/sensors', 'en')
    const { page } = tab
    await page.locator('.ledger-notice').waitFor()
    expect(await page.locator('.ledger-notice').innerText()).toMatch(
      /118 readings were lost.*InfluxDB is 15 min \d+ s behind/s,
    )
    expect(await page.locator('.refusal').count()).toBe(0)
    fake.knobs.unequal = true
    await page.reload()
    await page.locator('.refusal').waitFor()
    expect(await page.locator('.refusal').innerText()).toContain('2 readings are not accounted for')
    await page.locator('.refusal a').click()
    await page.locator('[data-account=lab-fridge]').waitFor()
    expect(await page.locator('[data-store=influx]').innerText()).toMatch(/unexplained 2/)
    expect(await page.locator('[data-loss]').innerText()).toContain('more were waiting than there is room for')
    // Quarantined payloads are for who may configure.
    expect(await page.locator('[data-quarantined]').count()).toBe(0)
    fake.knobs.unequal = false
  })

  test('a broker that is away is one line, not forty; no value is shown as if it were known', async () => {
    fake.knobs.brokerAway = true
    fake.mute(true)
    try {
      await using tab = await openAs('office', '/sensors')
      const { page } = tab
      await page.locator('.warning', { hasText: '与 MQTT 消息服务断开：40 个传感器' }).waitFor()
      // The two with an open alert, and no others.
      expect(await page.locator('.page-head').innerText()).toContain('41 个 · 2 个异常')
      expect(await page.locator('.sensor-table').innerText()).not.toContain('断开')
      const states = await page
        .locator('.sensor-table .value')
        .evaluateAll((all) => all.map((one) => one.dataset.state))
      expect(new Set(states)).toEqual(new Set(['unknown', 'manual']))
    } finally {
      fake.knobs.brokerAway = false
      fake.mute(false)
    }
  })

  test('who configures sees quarantined payloads as text, whatever is in them', async () => {
    await using tab = await openAs('ops', '/sensors/ledger')
    const { page } = tab
    await page.locator('[data-quarantined]').first().waitFor()
    expect(await page.locator('[data-quarantined=not-json]').innerText()).toContain('<script>alert(1)</script>')
    expect(tab.complaints()).toEqual([])
  })
})

describe('the chart', () => {
  test('two units, two axes; a third unit has no room; never more buckets asked for than pixels', async () => {
    await using tab = await openAs('office', '/sensors/chart?series=w07-cold-th/temp&series=w07-cold-th/rh&span=day')
    const { page } = tab
    const widths: number[] = []
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url())
      if (pathname.endsWith('/history')) widths.push(Number(searchParams.get('widthPx')))
    })
    await page.reload()
    await page.locator('[data-series="w07-cold-th/rh"]').waitFor()
    const px = (await page.locator('.u-over').boundingBox())?.width ?? 0
    expect(widths.length).toBeGreaterThanOrEqual(2)
    expect(Math.max(...widths)).toBeLessThanOrEqual(px)
    await page.getByRole('button', { name: '添加曲线' }).click()
    const power = page.locator('.series-menu label', { hasText: '车间用电' }).first()
    expect(await power.locator('input').isDisabled()).toBe(true)
    expect(await power.innerText()).toContain('单位不同')
    await page.locator('.series-menu input[type=search]').fill('留样')
    await page.locator('.series-menu label', { hasText: '留样冰箱' }).locator('input').check()
    await page.locator('[data-series="lab-fridge/temp"]').waitFor()
    expect(search(page).getAll('series')).toEqual(['w07-cold-th/temp', 'w07-cold-th/rh', 'lab-fridge/temp'])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^去掉 冷库温湿度 · 湿度/ }).click()
    await page.locator('[data-series="w07-cold-th/rh"]').waitFor({ state: 'detached' })
    expect(tab.complaints()).toEqual([])
  })

  test('a dragged stretch: its video, its readings as a file, or a closer look; Back comes back', async () => {
    await using tab = await openAs('office', `/sensors/chart?${cold}&span=sixHours`)
    const { page } = tab
    await page.locator('.u-over').waitFor()
    await dragOver(page, 0.3, 0.6)
    const menu = page.locator('.selection-menu')
    await menu.waitFor()
    const href = await menu.getByRole('link', { name: /看当时录像/ }).getAttribute('href')
    const asked = new URL(href ?? '', fake.origin).searchParams
    expect(asked.get('camera')).toBe('cam-7')
    const [from, to] = [Date.parse(asked.get('in') ?? ''), Date.parse(asked.get('out') ?? '')]
    expect((to - from) / 3_600_000).toBeCloseTo(1.8, 1)
    const csv = new URL((await menu.getByRole('link', { name: '导出 CSV' }).getAttribute('href')) ?? '', fake.origin)
    expect(csv.searchParams.getAll('series')).toEqual(['w07-cold-th/temp'])
    expect(Math.abs(Number(csv.searchParams.get('fromUtcMs')) - from)).toBeLessThan(1_000)
    await menu.getByRole('button', { name: '放大这一段' }).click()
    await waitFor(async () => Math.abs(Date.parse(search(page).get('from') ?? '') - from) < 1_000)
    await page.getByRole('button', { name: '缩小' }).click()
    await waitFor(async () => {
      const length = Date.parse(search(page).get('to') ?? '') - Date.parse(search(page).get('from') ?? '')
      return Math.abs(length - 2 * (to - from)) < 5_000
    })
    await page.goBack()
    await page.goBack()
    await waitFor(async () => search(page).get('span') === 'sixHours')
    expect(tab.complaints()).toEqual([])
  })

  test('by keyboard alone: values are said, a stretch is marked, the menu has the focus', async () => {
    // Two hours without a gap: the made-up readings have one each four and a half hours.
    const cycleMs = 9 * 1_800_000
    const fromUtcMs = Math.floor(Date.now() / cycleMs) * cycleMs - cycleMs
    const [from, to] = [fromUtcMs, fromUtcMs + 7_200_000].map((utcMs) => new Date(utcMs).toISOString())
    await using tab = await openAs('office', `/sensors/chart?${cold}&from=${from}&to=${to}`)
    const { page } = tab
    await page.locator('.u-over').waitFor()
    await page.locator('.chart-host').focus()
    for (let n = 0; n < 3; n += 1) await page.keyboard.press('Shift+ArrowLeft')
    expect(await page.locator('.stage [role=status]').innerText()).toMatch(/\d\d:\d\d:\d\d, 冷库温湿度 · 温度 [\d.]+/)
    await page.keyboard.press('Space')
    for (let n = 0; n < 3; n += 1) await page.keyboard.press('Shift+ArrowLeft')
    await page.keyboard.press('Space')
    await page.locator('.selection-menu').waitFor()
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('放大这一段')
    await page.keyboard.press('Escape')
    await page.locator('.selection-menu').waitFor({ state: 'detached' })
    await page.locator('.chart-host').focus()
    await page.keyboard.press('-')
    await waitFor(async () => Date.parse(search(page).get('from') ?? '') < fromUtcMs)
  })

  test('own dates are typed in the site’s time; the numbers are there as a table, and missing readings by name', async () => {
    await using tab = await openAs('office', `/sensors/chart?${cold}&span=day`)
    const { page } = tab
    await page.getByRole('button', { name: '自选时段' }).click()
    await page.locator('input[name=from]').fill('昨天 08:00')
    await page.locator('input[name=to]').fill('昨天 20:00')
    await page.getByRole('button', { name: '显示', exact: true }).click()
    await waitFor(async () => search(page).get('from')?.endsWith('T08:00:00+08:00'))
    await page.locator('.chart-data summary').click()
    await page.locator('.data-table tbody tr').first().waitFor()
    const rows = await page.locator('.data-table tbody tr').count()
    expect(rows).toBeGreaterThan(20)
    expect(rows).toBeLessThanOrEqual(49)
    expect(await page.locator('.data-table tbody tr').first().innerText()).toMatch(/ 08:00:00\s+[\d.−]+ \(/)
    const holes = page.locator('section[aria-labelledby=chart-holes] tbody tr')
    expect(await holes.count()).toBeGreaterThan(0)
    expect(await holes.last().innerText()).toMatch(/没有读数|丢失/)
  })

  test('on paper: A4, numbered, with period, limits and certificate, in the colours of paper', async () => {
    await using tab = await openAs('regulator', `/sensors/chart?${cold}&span=week`)
    const { page } = tab
    await page.evaluate(() => localStorage.setItem('zone-gateway.theme', 'dark'))
    await page.reload()
    await page.locator('.chart-notes', { hasText: 'JL2026-0417' }).waitFor()
    // As a person prints: nothing tells the page before but the browser's own event.
    const printed = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    // A4 in points, and room for the table of values.
    expect(new Set(printed.match(/MediaBox \[0 0 \d+/g))).toEqual(new Set(['MediaBox [0 0 594']))
    expect(printed.match(/MediaBox/g)?.length).toBeGreaterThan(1)
    await waitFor(async () => (await page.locator('html').getAttribute('data-paper')) === null)
    expect(await page.locator('.data-table').count()).toBe(0)

    const widthPx = () => page.locator('.plot canvas').evaluate((canvas: HTMLCanvasElement) => canvas.offsetWidth)
    const before = await widthPx()
    await page.emulateMedia({ media: 'print' })
    await waitFor(async () => (await widthPx()) < before)
    expect(await page.locator('.rail, .top, .chart-bar').filter({ visible: true }).count()).toBe(0)
    const told = await page.locator('main').innerText()
    for (const words of [
      '清流豆腐皮加工区 · 打印于',
      ' 至 ',
      '高于 5',
      '证书 JL2026-0417',
      '12 天',
      '数据表',
      '长校豆干 · 冷库',
    ])
      expect(told).toContain(words)
    // Dark ink on nothing: the paper is white.
    const ink = await page
      .locator('.chart-page')
      .evaluate((element) => getComputedStyle(element).getPropertyValue('--series-1'))
    expect(ink.trim()).toBe('#0b5cad')
    await page.emulateMedia({ media: 'screen' })
    await waitFor(async () => (await widthPx()) === before)
  })

  test('a live chart moves with what the feed brings, without asking for it all again', async () => {
    await using tab = await openAs('office', `/sensors/chart?${cold}&span=hour`)
    const { page } = tab
    await page.locator('[data-series]').waitFor()
    let asked = 0
    page.on('request', (request) => {
      if (request.url().includes('/history')) asked += 1
    })
    const high = page.locator('[data-series] td[data-label="最高"]')
    fake.say({
      kind: 'reading',
      reading: {
        sensorId: 'w07-cold-th',
        metric: 'temp',
        value: 88.8,
        rawValue: null,
        quality: 'ok',
        utcMs: Date.now(),
        deviceUtcMs: null,
        source: 'x',
      },
    })
    await waitFor(async () => (await high.innerText()).includes('88.8'))
    expect(asked).toBeLessThanOrEqual(1)
  })
})

test('a finger drags over the chart too, and the video of the whole period needs no drag', async () => {
  const context = await browser.newContext({ baseURL: fake.origin, locale: 'zh-CN', hasTouch: true, viewport: phone })
  try {
    const page = await context.newPage()
    await page.request.post('/api/session', { data: { user: 'office', password: 'any' } })
    await page.goto(`/sensors/chart?${cold}&span=hour`)
    await page.locator('[data-series]').waitFor()
    const href = await page
      .locator('.chart-actions')
      .getByRole('link', { name: /看当时录像/ })
      .getAttribute('href')
    expect(new URL(href ?? '', fake.origin).searchParams.get('camera')).toBe('cam-7')
    await page.locator('.u-over').scrollIntoViewIfNeeded()
    const box = await page.locator('.u-over').boundingBox()
    if (box === null) throw new Error('there is no chart')
    const finger = await context.newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', share: number) =>
      finger.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x: box.x + box.width * share, y: box.y + 40 }],
      })
    await touch('touchStart', 0.2)
    for (const share of [0.3, 0.4, 0.5, 0.6, 0.7]) await touch('touchMove', share)
    await touch('touchEnd', 0.7)
    await page.locator('.selection-menu').waitFor()
    const wide = await page.evaluate(() => document.querySelector('main')?.scrollWidth ?? 0)
    expect(wide).toBeLessThanOrEqual(phone.width)
  } finally {
    await context.close()
  }
})

describe('one sensor', () => {
  test('a calibration is entered, and one that ends soon warns', async () => {
    await using tab = await openAs('ops', '/sensors?sensor=w07-cold-th')
    const { page } = tab
    await page.locator('[data-calibration=k2]').waitFor()
    expect(await page.locator('[data-calibration=k2]').innerText()).toMatch(/到期，还有 1[12] 天/)
    await page.getByRole('button', { name: '登记校准' }).click()
    await dialog(page).locator('input[name=offset]').fill('-0.5')
    expect(await dialog(page).innerText()).toMatch(/设备显示 .* 时记为/)
    await dialog(page).locator('input[name=certificate]').fill('JL2027-0001')
    await dialog(page).locator('input[name=dueOn]').fill('soon')
    await dialog(page).getByRole('button', { name: '保存' }).click()
    await dialog(page).getByRole('alert').waitFor()
    await dialog(page).locator('input[name=dueOn]').fill('2031-01-31')
    await dialog(page).getByRole('button', { name: '保存' }).click()
    await dialog(page).waitFor({ state: 'detached' })
    await page.locator('tr[data-calibration]', { hasText: 'JL2027-0001' }).waitFor()
    expect(await page.locator('tr[data-calibration]').first().innerText()).toContain('现行')
  })

  test('readings are written down with the time and the name; a regulator may only look', async () => {
    await using theirs = await openAs('regulator', '/sensors?sensor=w09-vat')
    await theirs.page.locator('.metric').first().waitFor()
    expect(await theirs.page.locator('.manual').count()).toBe(0)
    await using tab = await openAs('office', '/sensors?sensor=w09-vat', 'en')
    const { page } = tab
    await page.locator('.manual').waitFor()
    await page.getByRole('button', { name: 'Write down' }).click()
    expect(await page.locator('.manual [role=alert]').innerText()).toBe('Fill in at least one reading.')
    await page.getByLabel('盐度 (%)').fill('11.4')
    const sent = page.waitForRequest((request) => request.method() === 'POST')
    await page.getByRole('button', { name: 'Write down' }).click()
    expect((await sent).postDataJSON()).toMatchObject({ values: [{ metric: 'salinity', value: 11.4 }], note: '' })
    await waitFor(async () => /Written down: 盐度 11\.4%, .*, office\./.test(await page.locator('.manual').innerText()))
  })

  test('a guessed unit is corrected, and is a guess no more', async () => {
    await using tab = await openAs('ops', '/sensors?sensor=w04-power')
    const { page } = tab
    await page.locator('.metric .badge-unknown').waitFor()
    await page.getByRole('button', { name: '更正: 功率' }).click()
    await dialog(page).locator('input[name=sourceUnit]').fill('W')
    const sent = page.waitForRequest((request) => request.method() === 'PATCH')
    await dialog(page).getByRole('button', { name: '保存' }).click()
    expect((await sent).postDataJSON()).toEqual({ name: '功率', kind: 'power', sourceUnit: 'W' })
    await page.locator('.metric .badge-unknown').waitFor({ state: 'detached' })
  })
})

describe('devices that wait', () => {
  const candidate = (page: Page, id: string) => page.locator(`tr[data-candidate="${id}"]`)

  test('what was understood, what was guessed, and what was not, as it came', async () => {
    await using tab = await openAs('ops', '/devices?part=sensors')
    const { page } = tab
    const boiler = candidate(page, 'json:zone/w08/boiler-8')
    await boiler.waitFor()
    expect(await boiler.innerText()).toMatch(/t 温度 9\d\.\d\s?°C \? 猜/)
    await boiler.locator('summary').click()
    expect(await boiler.innerText()).toContain('heap=18232;rssi=-61')
    expect(await boiler.innerText()).toContain('不是有效的 JSON')
    expect(await boiler.innerText()).toContain('1.05\u202fMB （开头部分）')
  })

  test('several are approved at once, with suggested areas and a limit that was changed', async () => {
    await using tab = await openAs('ops', '/devices?part=sensors')
    const { page } = tab
    await candidate(page, 'json:zone/w08/boiler-8').getByRole('checkbox').check()
    await candidate(page, 'zigbee2mqtt:0x00158d0001a2b3c4').getByRole('checkbox').check()
    await page.getByRole('button', { name: '批准所选（2）' }).click()
    const boiler = dialog(page).locator('fieldset', { hasText: 'boiler-8' })
    const probe = dialog(page).locator('fieldset', { hasText: '冷库 W04 探头' })
    expect(await probe.locator('select').inputValue()).toBe('w04-cold')
    expect(await boiler.locator('select').inputValue()).toBe('w08-process')
    await probe.getByRole('spinbutton', { name: '冷藏库超温 预警: 限值' }).fill('4')
    await probe.getByRole('checkbox', { name: '没有读数' }).uncheck()
    await boiler.locator('input').first().fill('8 号煮浆锅')
    const sent = page.waitForRequest((request) => request.url().endsWith('/api/sensors/approve'))
    await dialog(page).getByRole('button', { name: '批准 2 个，加 5 条规则' }).click()
    const { entries } = (await sent).postDataJSON() as { entries: { name: string; rules: { threshold: number }[] }[] }
    expect(entries.map(({ name, rules }) => [name, rules.map(({ threshold }) => threshold)])).toEqual([
      ['8 号煮浆锅', [10, 12, 0]],
      ['冷库 W04 探头', [4, 12]],
    ])
    await dialog(page).waitFor({ state: 'detached' })
    await candidate(page, 'json:zone/w08/boiler-8').waitFor({ state: 'detached' })
    await page.getByRole('link', { name: '8 号煮浆锅' }).waitFor()
    expect(tab.complaints()).toEqual([])
  })

  test('ignored ones are hidden, shown when asked for, and taken back', async () => {
    await using tab = await openAs('ops', '/devices?part=sensors', 'en')
    const { page } = tab
    await candidate(page, 'tasmota:5CCF7F112233')
      .getByRole('button', { name: /^Ignore/ })
      .click()
    await candidate(page, 'tasmota:5CCF7F112233').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Ignored 2' }).click()
    await candidate(page, 'tasmota:5CCF7F112233')
      .getByRole('button', { name: /^Take back/ })
      .click()
    await page.getByRole('button', { name: /^Waiting/ }).click()
    await candidate(page, 'tasmota:5CCF7F112233').waitFor()
  })

  test('a point that people read is made', async () => {
    await using tab = await openAs('ops', '/devices?part=sensors')
    const { page } = tab
    await page.getByRole('button', { name: '添加人工测点' }).click()
    await dialog(page).locator('input[name=name]').fill('5 号腌渍缸')
    await dialog(page).locator('select[name=areaId]').selectOption('w09-process')
    await dialog(page).locator('input[name=metric-0]').fill('盐度')
    await dialog(page).locator('input[name=unit-0]').fill('%')
    await dialog(page).getByRole('button', { name: '再加一项' }).click()
    await dialog(page).locator('input[name=metric-1]').fill('pH')
    await dialog(page).getByRole('button', { name: '保存' }).click()
    await dialog(page).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: '5 号腌渍缸' }).waitFor()
  })
})

describe('MQTT access', () => {
  test('the password of an account and a claim code are shown once', async () => {
    await using tab = await openAs('ops', '/devices?part=broker')
    const { page } = tab
    await page.getByRole('button', { name: '添加账号' }).click()
    await dialog(page).locator('input[name=user]').fill('w04-probe')
    await dialog(page).locator('textarea[name=publish]').fill('')
    await dialog(page).getByRole('button', { name: '添加账号' }).click()
    expect(await dialog(page).getByRole('alert').innerText()).toContain('至少写一个')
    await dialog(page).locator('textarea[name=publish]').fill('zone/w04/#\n')
    await dialog(page).getByRole('button', { name: '添加账号' }).click()
    await waitFor(async () => (await dialog(page).locator('input').inputValue()) === 'k7Qw-3fXz-9pLm-Tr2V')
    await dialog(page).getByRole('button', { name: '复制' }).click()
    await waitFor(async () => /已复制|Ctrl\+C/.test(await dialog(page).innerText()))
    await dialog(page).getByRole('button', { name: '完成' }).click()
    const made = page.locator('tr[data-account]', { hasText: 'w04-probe' })
    await made.waitFor()
    expect(await page.locator('main').innerText()).not.toContain('k7Qw')
    await made.getByRole('button', { name: '删除' }).click()
    await dialog(page).getByRole('button', { name: '删除' }).click()
    await made.waitFor({ state: 'detached' })

    await page.getByRole('button', { name: '生成接入码' }).click()
    await dialog(page).locator('select[name=valid]').selectOption('1440')
    const sent = page.waitForRequest((request) => request.method() === 'POST')
    await dialog(page).getByRole('button', { name: '生成接入码' }).click()
    expect((await sent).postDataJSON()).toEqual({
      note: '',
      publish: ['zone/%c/#'],
      subscribe: [],
      validMinutes: 1_440,
    })
    await waitFor(async () => (await dialog(page).locator('input').inputValue()) === 'H7KQ2MXW4R')
    await dialog(page).getByRole('button', { name: '完成' }).click()
    await page.locator('tr[data-claim]').waitFor()
  })
})

test.each([
  ['/sensors', '.sensor-table'],
  ['/sensors?sensor=w07-cold-th', '[data-calibration]'],
  [`/sensors/chart?${cold}&series=w05-power/power&span=day`, '[data-series]'],
  ['/sensors/ledger', '[data-quarantined]'],
  ['/devices?part=sensors', '[data-candidate]'],
  ['/devices?part=broker', '[data-account]'],
])('%s has no serious barrier, in either theme', async (path, ready) => {
  await using tab = await openAs('admin', path)
  await tab.page.locator(ready).first().waitFor()
  await seesNoBarrier(tab.page, path, ready)
})
