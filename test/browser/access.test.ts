/** Who may see what, as an administrator sets it in the dashboard: screens with their links, and the areas of an account. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Account } from '../../gateway/contract/access.ts'
import type { Screen } from '../../gateway/contract/wall.ts'
import { buildDashboard } from '../../scripts/dashboard.ts'
import { smallZone } from '../gateway/small-zone.ts'
import { openBrowser } from '../support/browser.ts'
import { adminPassword, type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { until, waitFor } from '../support/wait.ts'
import { logIn, notLoggedIn, openTab } from './eyes.ts'

const admin = { user: 'admin', password: adminPassword }
const stack = new AsyncDisposableStack()
let gateway: GatewayProcess
let browser: Browser
beforeAll(async () => {
  await buildDashboard()
  const camera = { id: 'cam-1', name: '灶台', area: 'w01-process', purpose: 'test', rtspUrl: 'rtsp://127.0.0.1:9/a' }
  gateway = stack.use(await startGateway({ zone: { ...smallZone, cameras: [camera] } }))
  browser = await openBrowser()
  stack.defer(() => browser.close())
})
afterAll(() => stack.disposeAsync())

const screens = async () =>
  ((await (await gateway.fetch('/api/screens')).json()) as { screens: Screen[] }).screens.map(
    ({ name, areaIds, revokedBy, seenUtcMs }) => ({ name, areaIds, revokedBy, seen: seenUtcMs !== null }),
  )

async function openSystem() {
  const tab = await openTab(browser, gateway.origin, 'zh-CN')
  await tab.page.goto('/system')
  await logIn(tab.page, admin)
  await tab.page.locator('#screens-title').waitFor()
  return tab
}

test('a screen: added for some areas, entered by its link once, shut out when it is revoked', async () => {
  await using desk = await openSystem()
  const { page } = desk
  await page.getByRole('button', { name: '添加大屏' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('input[name=name]').fill('监管室东墙')
  await dialog.getByLabel('只看选中的区域').check()
  // Nothing is chosen yet: the form stays.
  await dialog.getByRole('button', { name: '添加大屏' }).click()
  expect(await dialog.locator('.scope-none').innerText()).toBe('请至少选一个区域。')
  // Of the workshop only the areas where a camera may be.
  await dialog.getByRole('checkbox', { name: '线面一坊' }).check()
  await dialog.getByRole('checkbox', { name: '冷库' }).uncheck()
  await dialog.getByRole('button', { name: '添加大屏' }).click()
  const link = await page.getByRole('textbox', { name: '链接' }).inputValue()
  expect(await screens()).toEqual([{ name: '监管室东墙', areaIds: ['w01-process'], revokedBy: null, seen: false }])
  await page.getByRole('button', { name: '完成' }).click()
  // Shown this one time.
  expect(await page.content()).not.toContain(link.split('ticket=')[1])

  await using wall = await openTab(browser, gateway.origin, 'zh-CN')
  await wall.page.goto(link)
  await wall.page.waitForURL('**/screen')
  const session = (await (await wall.context.request.get('/api/session')).json()) as object
  expect(session).toMatchObject({ role: 'screen', permissions: ['watch'], areaIds: ['w01-process'] })
  await until('the screen to be seen', async () => (await screens())[0]?.seen)
  const [cookie] = await wall.context.cookies()
  expect(((cookie?.expires ?? 0) * 1_000 - Date.now()) / 86_400_000).toBeGreaterThan(399)

  await using thief = await openTab(browser, gateway.origin, 'zh-CN')
  await thief.page.goto(link)
  await thief.page.locator('input[type=password]').waitFor()

  await page.getByRole('button', { name: '停用: 监管室东墙' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await wall.page.getByText('此大屏已停用').waitFor()
  expect(await wall.page.locator('input[type=password]').count()).toBe(0)
  expect(await screens()).toMatchObject([{ name: '监管室东墙', revokedBy: 'admin' }])
  await page.locator('tr.row-off', { hasText: '监管室东墙' }).waitFor()
  expect(desk.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
})

test('the areas of an account are chosen in its form, and kept when it is edited', async () => {
  await using tab = await openSystem()
  const { page } = tab
  await page.getByRole('button', { name: '添加账号' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('input[name=user]').fill('li')
  await dialog.locator('input[name=name]').fill('李')
  await dialog.locator('input[type=password]').fill('long enough for us')
  await dialog.getByLabel('只看选中的区域').check()
  await dialog.getByLabel('大门').check()
  await dialog.getByRole('button', { name: '保存' }).click()
  const account = async () => {
    const { accounts } = (await (await gateway.fetch('/api/accounts')).json()) as { accounts: Account[] }
    return accounts.find(({ user }) => user === 'li')
  }
  await waitFor(async () => (await account())?.areaIds?.join() === 'a-gate')
  const row = page.locator('tr', { hasText: '1 个区域' })
  await row.getByRole('button', { name: 'li' }).click()
  expect(await dialog.getByLabel('大门').isChecked()).toBe(true)
  await dialog.getByLabel('全部区域').check()
  await dialog.getByRole('button', { name: '保存' }).click()
  await waitFor(async () => (await account())?.areaIds === null)
})

test('privacy is switched in the form of a camera, and said in the list', async () => {
  await using tab = await openSystem()
  const { page } = tab
  await page.goto('/devices')
  await page.getByRole('button', { name: /编辑/ }).first().click()
  await page.getByRole('dialog').getByLabel('隐私遮挡').check()
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await page.locator('tbody .badge', { hasText: '隐私遮挡' }).waitFor()
  const camera = (await (await gateway.fetch('/api/cameras/cam-1')).json()) as object
  expect(camera).toMatchObject({ privacy: true })
})

test.each(['dark', 'light'] as const)('the form with areas has no barrier, %s', async (theme) => {
  await using tab = await openSystem()
  const { page } = tab
  await page.evaluate((name) => localStorage.setItem('zone-gateway.theme', name), theme)
  await page.reload()
  await page.getByRole('button', { name: '添加大屏' }).click()
  await page.getByRole('dialog').getByLabel('只看选中的区域').check()
  expect(await page.locator('html').getAttribute('data-theme')).toBe(theme)
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(grave.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
})
