import { onTestFinished, expect, test } from 'vitest'
import { listen } from '../../gateway/http/listen.ts'
import { openBrowser } from '../support/browser.ts'
import { openGateway } from './fixture.ts'

test('the page that tries the API works in a browser under its own policy', async () => {
  const { app, cookie } = await openGateway()
  const { port } = await listen(app, { host: '127.0.0.1', port: 0 })
  const origin = `http://127.0.0.1:${port}`
  const browser = await openBrowser()
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const [name = '', value = ''] = (await cookie('ops')).split('=')
  await page.context().addCookies([{ name, value, url: origin }])
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', ({ message }) => complaints.push(message))

  await page.goto(`${origin}/api/docs`)
  const operation = page.locator('#operations-cameras-get_api_cameras')
  await operation.locator('.opblock-summary-control').click()
  await operation.getByRole('button', { name: 'Try it out' }).click()
  await operation.getByRole('button', { name: 'Execute' }).click()
  await operation.locator('.live-responses-table').getByText('制面间 1').first().waitFor()
  expect(complaints).toEqual([])
})
