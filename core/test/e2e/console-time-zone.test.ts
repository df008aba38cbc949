import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import {
  arrived,
  axeViolations,
  goTo,
  keepScreenshot,
  openConsole,
} from '../support/console-page.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const tenant = 'acme'

t.test('times in the console', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  await host.client.request('POST', '/v1/tenants', { id: tenant, name: 'Acme' })
  await enableConsole(host, tenant)
  await person(host.url, host.client, { tenant, login: 'ann', roles: ['admin'] })
  const browser = await startChromium(t)
  const { page, complaints } = await openConsole(browser, {
    url: host.url,
    as: { tenant, login: 'ann' },
    path: '/identity/company',
  })

  t.test('an admin says in which zone the company is, and times are of its clocks', async (t) => {
    await page.getByRole('heading', { level: 1, name: 'Company' }).waitFor()
    t.same(await axeViolations(page), [])
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Shanghai')
    await page.keyboard.press('Enter')
    await page
      .getByText('signalbox tenant change acme --name Acme --time-zone Asia/Shanghai')
      .waitFor()
    await page.getByText(/Now: .*Asia\/Shanghai \(GMT\+08:00\)/).waitFor()
    await keepScreenshot(page, 'en-GB-company')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved.').waitFor()
    await page.getByRole('link', { name: 'Audit' }).click()
    // Whose clocks they are is told with who looks, who is asked for anew.
    await page.locator('main time[title="Asia/Shanghai (GMT+08:00)"]').first().waitFor()
    t.equal(await page.locator('main time:not([title^="Asia/Shanghai "])').count(), 0)
    t.same(complaints, [])
  })

  t.test('a field of a time is read by the same clocks, which it names', async (t) => {
    await goTo(page, '/audit')
    const from = page.getByLabel('From', { exact: true })
    await from.fill('2026-11-01T08:30')
    await page.getByText('Asia/Shanghai').first().waitFor()
    await page.getByRole('button', { name: 'Search' }).click()
    await page.waitForURL(/from=2026-11-01T00%3A30%3A00\.000Z/)
    await page.reload()
    await arrived(page)
    t.equal(await from.inputValue(), '2026-11-01T08:30')
    t.same(await axeViolations(page), [])
  })

  t.test('a time that the clocks leave out is put on before it is sent', async () => {
    const change = { timeZone: 'Europe/Berlin' }
    await host.client.request('PATCH', `/v1/tenants/${tenant}`, change)
    await goTo(page, '/audit')
    const from = page.getByLabel('From', { exact: true })
    await from.fill('2026-03-29T02:30')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.waitForURL(/from=2026-03-29T01%3A30%3A00\.000Z/)
    await until(async () => (await from.inputValue()) === '2026-03-29T03:30')
  })

  t.test('the operator sees times as the tenant that he looks at, or as his browser', async (t) => {
    const operator = await openConsole(browser, {
      url: host.url,
      as: 'operator',
      path: `/audit?tenant=${tenant}`,
    })
    await operator.page.locator('main time[title^="Europe/Berlin"]').first().waitFor()
    await goTo(operator.page, '/audit')
    const own = await operator.page.evaluate('Intl.DateTimeFormat().resolvedOptions().timeZone')
    const title = await operator.page.locator('main time').first().getAttribute('title')
    t.ok(title?.startsWith(String(own)), String(title))
  })
})
