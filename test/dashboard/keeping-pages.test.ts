import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CameraState } from '../../gateway/contract/camera.ts'
import { buildDashboard } from '../../scripts/dashboard.ts'
import { type Language, openTab, seesNoBarrier } from '../browser/eyes.ts'
import { openBrowser } from '../support/browser.ts'
import { waitFor } from '../support/wait.ts'
import { camerasAt } from './fake-data.ts'
import { type FakeGateway, startFakeGateway } from './fake-gateway.ts'

/** Pages about the keeping of footage, in a real browser, on a gateway that makes its footage up. */
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

/** The fake gateway knows one session at a time, and takes the user's name for the role. */
async function openAs(user: string, path: string, language: Language = 'zh-CN') {
  const tab = await openTab(browser, fake.origin, language)
  await tab.page.request.post('/api/session', { data: { user, password: 'any' } })
  await tab.page.goto(path)
  return tab
}
const activeText = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))

describe('coverage', () => {
  test('by keyboard: one stop for all cells, arrows move, Enter shows the details, Escape comes back to the cell', async () => {
    await using tab = await openAs('regulator', '/coverage')
    const { page } = tab
    await page.locator('.strip').waitFor()
    expect(await page.locator('.strip td[tabindex="0"]').count()).toBe(1)
    await page.locator('.strip td[tabindex="0"]').focus()
    for (const key of ['ArrowDown', 'ArrowDown', 'End']) await page.keyboard.press(key)
    const name = await activeText(page)
    expect(name).toContain('晨露线面 2 号机')
    expect(await page.locator('.strip td[tabindex="0"]').count()).toBe(1)
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    const cell = await activeText(page)
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    expect(new URL(page.url()).search).toMatch(/^\?line=cam-2&from=/)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await activeText(page)).toBe(cell)
    expect(tab.complaints()).toEqual([])
  })

  test('a cell tells its reasons in words, and its first gap leads to Playback at that moment', async () => {
    await using tab = await openAs('regulator', '/coverage?period=week', 'en')
    const { page } = tab
    await page.locator('td.cell-big:not(.strip-total)[data-line="cam-2"]').first().click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('[data-reason]').first().waitFor()
    const said = await dialog.innerText()
    expect(said).toMatch(/expected \d+:\d\d:\d\d\s+=\s+recorded \d+:\d\d:\d\d\s+\+\s+gaps \d+:\d\d:\d\d/)
    const link = dialog.getByRole('link', { name: 'Show the first gap' })
    expect(await link.getAttribute('href')).toMatch(
      /^\/playback\?camera=cam-2&t=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d%2B08:00$/,
    )
  })

  test('who may not review footage sees the reasons, and no way to Playback', async () => {
    await using tab = await openAs('ops', '/coverage?period=week')
    const { page } = tab
    await page.locator('td.cell-big:not(.strip-total)[data-line="cam-2"]').first().click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('[data-reason]').first().waitFor()
    await dialog.locator('.cell-gaps tbody tr').first().waitFor()
    expect(await dialog.getByRole('link').count()).toBe(0)
  })

  test('places open to their cameras; what does not add up stands in red; nothing unknown is shown as complete', async () => {
    await using tab = await openAs('office', '/coverage')
    const { page } = tab
    const toggle = page.locator('.strip-toggle').first()
    await toggle.click()
    expect(await toggle.getAttribute('aria-expanded')).toBe('true')
    expect(await page.locator('.strip-member').count()).toBe(2)
    expect(await page.locator('.strip-member td.cell-planned').count()).toBe(3)
    expect(await page.locator('.refusal').innerText()).toContain('账不平')
    expect(await page.locator('td.cell-defect[data-line="cam-7"]:not(.strip-total)').count()).toBe(1)
    const unknown = page.locator('td.cell-unknown[data-line="cam-10"]:not(.strip-total)')
    expect(await unknown.innerText()).toBe('?')
    expect(await unknown.getAttribute('aria-label')).toContain('没有数据')
  })

  test('the sheet has a row for each camera and day; on paper there are only the numbers, on wide pages', async () => {
    await using tab = await openAs('regulator', '/coverage')
    const { page } = tab
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: '下载 CSV' }).click()
    const file = await saved
    expect(file.suggestedFilename()).toMatch(/^录像完整率_\d{4}-\d\d-\d\d_\d{4}-\d\d-\d\d\.csv$/)
    const lines = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\r\n')
    expect(lines.filter((line) => line.includes(',cam-2,'))).toHaveLength(30)
    expect(lines.find((line) => line.includes(',cam-2,'))).toMatch(/T00:00:00\+08:00,/)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('.rail, .top, .coverage-bar').filter({ visible: true }).count()).toBe(0)
    expect(await page.locator('.print-only').innerText()).toContain('清流豆腐皮加工区 · 打印于')
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
    // A4 on its side, in points.
    expect(new Set(pdf.match(/MediaBox \[0 0 \d+/g))).toEqual(new Set(['MediaBox [0 0 841']))
  })
})

describe('devices', () => {
  const dialog = (page: Page) => page.getByRole('dialog')

  test('the form of a camera sends what changed of its keeping, and says before what that means', async () => {
    await using tab = await openAs('ops', '/devices')
    const { page } = tab
    await page.getByRole('button', { name: '编辑: 晨露线面 2 号机' }).click()
    await dialog(page).locator('select').nth(1).waitFor()
    await dialog(page).getByLabel('保存天数').fill('90')
    await dialog(page).getByLabel('按何规定保存').fill('第五十条')
    await dialog(page).getByLabel('录像盘').selectOption('yard')
    await dialog(page).getByLabel('按周时段').check()
    await dialog(page).getByRole('checkbox', { name: '周日' }).uncheck({ force: true })
    await dialog(page).getByLabel('从', { exact: true }).fill('22:00')
    const to = dialog(page).getByLabel('至', { exact: true })
    await to.fill('6:00')
    // News of the camera draws the page again; what is being typed stays.
    const state = { ...camerasAt(Date.now())[1]?.state, status: 'connecting', reason: null } as CameraState
    fake.say({ kind: 'camera', cameraId: 'cam-2', state })
    await page.locator('tr', { hasText: '晨露线面 2 号机' }).getByText('连接中').waitFor()
    expect(await to.inputValue()).toBe('6:00')
    await dialog(page).getByLabel('保存天数').focus()
    expect(await to.inputValue()).toBe('06:00')
    const said = await dialog(page).innerText()
    expect(said).toContain('周一至周六 22:00 至次日 06:00')
    expect(said).toContain('从现在起保存 90 天')
    expect(said).toContain('新录像写到“yard”')
    const sent = page.waitForRequest((request) => request.method() === 'PATCH')
    await dialog(page).getByRole('button', { name: '保存', exact: true }).click()
    expect((await sent).postDataJSON()).toEqual({
      retentionDays: 90,
      retentionBasis: '第五十条',
      disk: 'yard',
      hours: [{ days: [1, 2, 3, 4, 5, 6], from: '22:00', to: '06:00' }],
    })
    await dialog(page).waitFor({ state: 'detached' })
  })

  test('an interruption is planned for two cameras, ended, and refused with the reason when it begins in the past', async () => {
    await using tab = await openAs('ops', '/devices')
    const { page } = tab
    await page.getByRole('button', { name: '计划停用: 晨露线面 2 号机' }).click()
    await dialog(page).locator('[data-plan=over]').waitFor()
    await dialog(page).getByLabel('原因').fill('停产检修')
    await dialog(page).locator('summary').click()
    await dialog(page).getByLabel('福安手工面 3 号机').check()
    await dialog(page).getByRole('button', { name: '添加计划停用' }).click()
    await dialog(page).locator('[data-plan=coming]').waitFor()
    await dialog(page).getByLabel('从 ', { exact: false }).first().fill('2026-01-01 10:00')
    await dialog(page).getByLabel('原因').fill('事后补')
    await dialog(page).getByRole('button', { name: '添加计划停用' }).click()
    await waitFor(async () => (await dialog(page).innerText()).includes('不能事后补成'))
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: '计划停用: 福安手工面 3 号机' }).click()
    await dialog(page).locator('[data-plan=coming] button').click()
    await dialog(page).locator('[data-plan=dropped]').waitFor()
  })
})

describe('system', () => {
  test('each disk says how it is in words, with a warning where one is due', async () => {
    await using tab = await openAs('admin', '/system', 'en')
    const { page } = tab
    await page.locator('[data-disk=usb]').waitFor()
    const [main, yard, usb] = await Promise.all(
      ['main', 'yard', 'usb'].map((name) => page.locator(`[data-disk=${name}]`).innerText()),
    )
    expect(main).toContain('works')
    expect(main).toContain('never: retention keeps up')
    expect(yard).toContain('Full in about 40 h')
    expect(usb).toContain('missing')
    expect(usb).toContain('Is it mounted, or read-only?')
    expect(await page.locator('[data-disk=usb] .disk-bar').count()).toBe(0)
    expect(await page.locator('[data-disk=main] .disk-bar').getAttribute('aria-label')).toContain('210\u202fGB held')
  })

  test('another’s hold is released by an administrator alone, with a reason, and stays on the list of all', async () => {
    // The zone office finds the holds too: some are its own.
    await using theirs = await openAs('office', '/system')
    await theirs.page.locator('[data-hold=h1]').waitFor()
    expect(await theirs.page.locator('[data-hold=h1]').innerText()).toContain('只有管理员可以解除')
    expect(await theirs.page.locator('[data-hold=h1] .button-danger').count()).toBe(0)

    await using tab = await openAs('admin', '/system')
    const { page } = tab
    await page.locator('[data-hold=h1] .button-danger').click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('textarea').fill('已结案')
    await dialog.locator('button[type=submit]').click()
    await page.locator('[data-hold=h1]').waitFor({ state: 'detached' })
    await page.getByLabel('也列出已解除和到期的').check()
    const released = page.locator('[data-hold=h1]')
    await released.waitFor()
    expect(await released.innerText()).toMatch(/admin 于 .* 解除\s+已结案/)
  })
})

test('no page has a serious barrier, in either theme', async () => {
  await using tab = await openAs('admin', '/coverage')
  const { page } = tab
  await page.locator('.strip').waitFor()
  const pages: readonly (readonly [string, string])[] = [
    ['/coverage?open=w01', 'td.cell'],
    ['/coverage?line=cam-2', 'dialog .cell-gaps tbody tr'],
    ['/system', '[data-hold]'],
  ]
  for (const [path, ready] of pages) await seesNoBarrier(page, path, ready)
})
