import type { Page, Request } from 'playwright-core'
import t from 'tap'
import { openPage, startChromium, withoutChromium } from '../support/chromium.ts'
import { Company } from '../support/company.ts'
import { enablePlugin, installFixture } from '../support/fixture-plugin.ts'
import { HostProcess } from '../support/host-process.ts'
import { consoleEnvironment, consolePlugin, packedConsole } from '../support/packed-console.ts'
import { PASSWORD, person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { publish } from '../support/publish.ts'

const tenant = 'dongchen'
const modules = '@module/pages'
const strange = '@strange/pages'
const EVERYTHING = [
  ...['quality.charts.view', 'quality.charts.edit', 'quality.inspection.read'],
  ...['quality.gauge.manage', 'quality.data.read', 'quality.data.manage', 'quality.sampling.read'],
]

t.test('pages of plugins in the console', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await HostProcess.start(t, {
    databaseUrl: hostUrl,
    environment: {
      SIGNALBOX_TRUSTED: `${consoleEnvironment.SIGNALBOX_TRUSTED}, ${modules}=operator`,
    },
  })
  const company = await Company.open(t, host, tenant, ['quality-checks'])
  await publish(host, await packedConsole())
  await host.client.request('POST', '/v1/plugins', { name: consolePlugin })
  await enablePlugin(company.admin, tenant, consolePlugin, ['ui:mount'])
  await installFixture(host, 'strange-pages-plugin', strange)
  await enablePlugin(company.admin, tenant, strange, [])
  await installFixture(host, 'module-pages-plugin', modules)
  await enablePlugin(company.admin, tenant, modules, [])
  await drawChart(company)
  const role = `/v1/roles/quality-all?tenant=${tenant}`
  const held = await company.admin.request<{ items: { id: string }[] }>(
    'GET',
    `/v1/tenants/${tenant}/permissions?limit=200`,
  )
  const permissions = held.items.map(({ id }) => id).filter((id) => EVERYTHING.includes(id))
  await company.admin.request('PUT', role, {
    name: 'Quality',
    actions: ['contribution.list', 'catalog.read'],
    permissions,
  })
  await person(host.url, host.client, { tenant, login: 'ann', roles: ['member', 'quality-all'] })
  await person(host.url, host.client, { tenant, login: 'ben', roles: ['member'] })
  const browser = await startChromium(t)

  async function signedIn(login: string, locale?: string) {
    const watched = await openPage(browser, locale === undefined ? {} : { locale })
    await watched.page.goto(`${host.url}/sign-in`)
    const status = await watched.page.evaluate(
      async ([as, password, at]) => {
        const body = JSON.stringify({ tenant: at, login: as, password })
        const headers = { 'content-type': 'application/json' }
        return (await fetch('/v1/sign-in', { method: 'POST', headers, body })).status
      },
      [login, PASSWORD, tenant],
    )
    t.equal(status, 200)
    return watched
  }
  const go = (page: Page, path: string) => page.goto(`${host.url}/console/p${path}`)

  t.test('a table leads to a chart with its limits, and the figures are in a table', async (t) => {
    const { page, complaints } = await signedIn('ann')
    await go(page, '/quality/charts')
    await page.getByRole('navigation').getByText('Quality', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'shaft-diameter' }).first().click()
    await page.getByRole('img', { name: /Chart/ }).first().waitFor()
    t.match(page.url(), /\/console\/p\/quality\/chart\?chart=shaft-diameter/)
    await page.locator('canvas').first().waitFor()
    await page.getByText('Table', { exact: true }).first().click()
    await page.getByRole('cell', { name: '10.9' }).first().waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'shaft-diameter' }).first().waitFor()
    t.same(complaints, [], 'no script or style was kept from the page')
  })

  t.test('a form is made of the contract, checked before it is sent, and done once', async (t) => {
    const { page, complaints } = await signedIn('ann')
    await go(page, '/quality/gauges')
    await page.getByRole('button', { name: 'A new gauge' }).click()
    const form = page.getByRole('form')
    await form.getByRole('button', { name: 'Register' }).click()
    await form.getByText('This is needed.').first().waitFor()
    await form.getByLabel('Gauge', { exact: true }).fill('MIC-1')
    await form.getByLabel(/^Name/).fill('Micrometer')
    await form.getByLabel(/^Kind/).fill('micrometer')
    await form.getByRole('spinbutton').fill('365')
    await form.getByRole('button', { name: 'Register' }).click()
    await page.getByText(/^Done:/).waitFor()
    await page.getByRole('cell', { name: 'MIC-1' }).first().waitFor()
    t.same(complaints, [])
  })

  t.test('who has not the permission is not offered the page', async (t) => {
    const { page } = await signedIn('ben')
    await go(page, '/quality/charts')
    await page.getByRole('heading', { name: 'No plugin offers this page' }).waitFor()
    t.equal(await page.getByRole('link', { name: 'Control charts' }).count(), 0)
  })

  t.test('a page of a stranger is heard where it may ask, and nowhere else', async (t) => {
    const { page, complaints } = await signedIn('ann', 'zh-CN')
    await go(page, '/strange/talk')
    const heard = page.frameLocator('iframe').getByRole('listitem')
    await heard.filter({ hasText: '"id":1' }).waitFor()
    await heard.filter({ hasText: '"id":2' }).waitFor()
    const words = (await heard.allTextContents()).map((text) => JSON.parse(text))
    t.match(
      words.find(({ kind }) => kind === 'setting'),
      { language: 'zh-CN', theme: 'light' },
    )
    t.match(
      words.find(({ id }) => id === 1),
      { kind: 'answer', value: { items: [] } },
    )
    t.match(
      words.find(({ id }) => id === 2),
      { kind: 'refused', code: 'FRAME_CALL_UNDECLARED' },
    )
    t.notOk(
      words.some(({ id }) => id === 3 || id === 4),
      'what is no word has no answer',
    )
    await page.locator('iframe[height="333"]').waitFor()
    t.equal(await page.locator('iframe').getAttribute('sandbox'), 'allow-scripts')
    t.same(complaints, [])
  })

  t.test('a page of a stranger that never ends is closed, and the console lives on', async (t) => {
    const { page } = await signedIn('ann')
    await go(page, '/strange/loop')
    await page.getByRole('button', { name: 'Close this page' }).click()
    await page.getByText('FRAME_CLOSED').waitFor()
    t.equal(await page.locator('iframe').count(), 0)
    await page.getByRole('link', { name: 'Home' }).click()
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  })

  t.test('a module runs in the console only of a trusted plugin, with its React', async (t) => {
    const { page, complaints } = await signedIn('ann')
    const told = reportOf(page, modules)
    await go(page, '/module/count?of=seven')
    await page.getByText('en seven').waitFor()
    t.match((await told).postDataJSON(), { outcome: 'shown' }, 'and the host is told')
    await page.getByRole('button', { name: 'Pressed 0' }).click()
    await page.getByRole('button', { name: 'Pressed 1' }).waitFor()
    t.same(complaints, [])
    await go(page, '/strange/module')
    await page.getByText('MODULE_NOT_TRUSTED').waitFor()
    t.notMatch(await page.title(), /stranger/)
  })

  t.test('a module that throws leaves a placeholder, and the host is told', async (t) => {
    const { page } = await signedIn('ann')
    const told = reportOf(page, modules)
    await go(page, '/module/broken')
    await page.getByText('MODULE_THREW').waitFor()
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    t.match((await told).postDataJSON(), {
      plugin: modules,
      outcome: 'failed',
      code: 'MODULE_THREW',
    })
    t.equal((await (await told).response())?.status(), 202)
  })
})

/** What the host is told of a page of this plugin; the console tells of its own, too. */
function reportOf(page: Page, plugin: string): Promise<Request> {
  return page.waitForRequest(
    (request) =>
      request.url().endsWith('/v1/page-reports') && request.postDataJSON().plugin === plugin,
  )
}

/** Thirty points, frozen limits, and one that is out of them. */
async function drawChart(company: Company): Promise<void> {
  const spc = (operation: string, input: unknown) => company.ask('quality.spc@1', operation, input)
  const chart = 'shaft-diameter'
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
  const point = (value: number, minute: number) => ({
    at: at(minute),
    values: [value],
    gauge: 'G-1',
    operator: 'Li',
  })
  const about = { kind: 'i-mr', item: 'shaft', characteristic: 'diameter', unit: 'MMT' }
  await spc('defineChart', { chart, ...about, lsl: 9, usl: 11 })
  const base = Array.from({ length: 30 }, (_, i) => point(10 + ((i * 7) % 5) / 20, i))
  await spc('append', { chart, points: base })
  await spc('freezeLimits', { chart, reason: 'Thirty parts after the overhaul' })
  await spc('append', { chart, points: [point(10.9, 40)] })
}
