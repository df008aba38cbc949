import t from 'tap'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import {
  arrived,
  axeViolations,
  goTo,
  keepScreenshot,
  linksOf,
  openConsole,
} from '../support/console-page.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

t.test('every page of the console can be read by all', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  await host.client.request('POST', '/v1/tenants', { id: 'acme', name: 'Acme' })
  await enableConsole(host, 'acme')
  await person(host.url, host.client, { tenant: 'acme', login: 'ann', roles: ['admin'] })
  const browser = await startChromium(t)
  const { page, complaints } = await openConsole(browser, {
    url: host.url,
    as: 'operator',
    path: '/?tenant=acme',
  })
  await keepScreenshot(page, 'home-en')
  console.log(await linksOf(page))
  console.log(await axeViolations(page))
  await page.getByRole('button', { name: /^Tenant/ }).click()
  await page.getByRole('listbox').first().waitFor({ state: 'attached' })
  await page.waitForTimeout(800)
  await keepScreenshot(page, 'home-tenant')
  console.log(await axeViolations(page))
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.waitForTimeout(300)
  await keepScreenshot(page, 'home-palette')
  console.log(await axeViolations(page))
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Account/ }).click()
  await page.waitForTimeout(300)
  await keepScreenshot(page, 'home-menu')
  console.log(await axeViolations(page))
  await page.keyboard.press('Escape')
  await goTo(page, '/plugins?tenant=acme')
  await keepScreenshot(page, 'plugins')
  console.log(complaints)
})
