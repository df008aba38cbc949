import type { Route } from 'playwright-core'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import { goTo, openConsole } from '../support/console-page.ts'
import { enablePlugin } from '../support/fixture-plugin.ts'
import { temporaryHome } from '../support/host-process.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { installWorkPages, work, workPermission } from '../support/work-pages.ts'

const tenant = 'acme'
const rows = '**/api/work.one/v1/rows'

t.test('work in the console', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  await host.client.request('POST', '/v1/tenants', { id: tenant, name: 'Acme' })
  await enableConsole(host, tenant)
  await installWorkPages(host, await temporaryHome(t))
  await enablePlugin(host.client, tenant, work, [])
  await host.client.request('PUT', `/v1/roles/worker?tenant=${tenant}`, {
    name: 'Worker',
    actions: ['contribution.list', 'catalog.read'],
    permissions: [workPermission],
  })
  await person(host.url, host.client, { tenant, login: 'ann', roles: ['member', 'worker'] })
  const browser = await startChromium(t)
  const ann = { tenant, login: 'ann' }
  const { page } = await openConsole(browser, { url: host.url, as: ann, path: '/p/tasks/list' })
  const cell = (name: string) => page.getByRole('cell', { name, exact: true })

  t.test('what the host gives him he is offered, and what it refuses he is not', async (t) => {
    await person(host.url, host.client, { tenant, login: 'rob', roles: ['worker'] })
    const { page: own } = await openConsole(browser, {
      url: host.url,
      as: { tenant, login: 'rob' },
    })
    await own.getByRole('link', { name: 'Catalog', exact: true }).waitFor()
    const offered = await own.locator('nav a').allInnerTexts()
    t.same(offered, [
      ...['Home', 'Work list', 'Work frame'],
      ...['Pages of plugins', 'Marketplace', 'Catalog'],
    ])
    await own.context().close()
  })

  t.test('who did something is called by name to a member, in one question', async (t) => {
    await cell('Person ann').first().waitFor()
    // Of one page from its beginning: what the first one had still to ask is answered.
    const asked: string[] = []
    page.on('request', (one) => {
      if (one.url().includes('/v1/users:names')) asked.push(one.url())
    })
    await goTo(page, '/p/tasks/list')
    await cell('Person ann').first().waitFor()
    t.equal(await cell('Person ann').count(), 2)
    t.equal(await cell('usr_0000000000000000').count(), 2, 'who has no name stays as he is')
    t.equal(asked.length, 1)
  })

  t.test('pressed again after no answer came, an action goes with the same key', async (t) => {
    const keys: (string | undefined)[] = []
    await page.route('**/api/work.one/v1/finish', async (route) => {
      keys.push(route.request().headers()['idempotency-key'])
      return keys.length > 1 ? route.continue() : route.abort()
    })
    await page.getByRole('button', { name: 'Finish it' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('alert').waitFor()
    await dialog.getByRole('button', { name: 'Finish it' }).click()
    await page.getByText('Done: Finish it').waitFor()
    await dialog.waitFor({ state: 'detached' })
    t.equal(keys.length, 2)
    t.ok(keys[0])
    t.equal(keys[1], keys[0])
  })

  t.test('what somebody is typing stays when its row goes', async (t) => {
    await page.getByRole('button', { name: 'Rename it' }).last().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('OMEGA')
    await page.route(rows, (route) => route.fulfill({ json: { items: [] } }))
    await page.getByRole('button', { name: /^Read again/ }).dispatchEvent('click')
    await page.getByText('Nothing is here.').waitFor()
    t.equal(await dialog.getByRole('textbox').inputValue(), 'OMEGA')
    await page.unroute(rows)
    await dialog.getByRole('button', { name: 'Rename it' }).click()
    await page.getByText('Done: Rename it').waitFor()
    await cell('Beta').waitFor()
  })

  t.test('a filter keeps the focus and the rows until there are others', async (t) => {
    const named = page.getByRole('search').getByRole('textbox', { name: 'Named' })
    const isFocused = () =>
      page.evaluate<boolean>('document.activeElement === document.querySelector("search input")')
    let held: Route | undefined
    await page.route(rows, (route) => {
      if (!route.request().postData()?.includes('"Al"')) return route.continue()
      held = route
    })
    await named.fill('Al')
    await named.press('Enter')
    await until(() => held !== undefined)
    t.ok(await isFocused())
    t.equal(await cell('Beta').count(), 1)
    await page.unroute(rows)
    await held?.continue()
    await cell('Beta').waitFor({ state: 'detached' })
    t.equal(await cell('Alpha').count(), 1)
    t.ok(await isFocused())
  })

  t.test('what the host refuses can be taken out of the filters', async (t) => {
    const named = page.getByRole('search').getByRole('textbox', { name: 'Named' })
    await named.fill('longer than that')
    await named.press('Enter')
    await page.locator('main .problem').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await cell('Beta').waitFor()
    await until(async () => (await named.inputValue()) === '')
    await page.goBack()
    await page.waitForFunction('document.querySelector("search input").value !== ""')
    t.equal(await named.inputValue(), 'longer than that', 'back leads back')
  })

  t.test('what is half written is not called with', async () => {
    await goTo(page, '/catalog/work.one?tab=operations&operation=rename')
    const form = page.getByRole('form', { name: 'Input' })
    const button = page.getByRole('button', { name: 'Call', exact: true })
    await form.getByLabel(/^More/).fill('{"a":1}')
    await until(() => button.isEnabled())
    await form.getByLabel(/^More/).fill('{"a":1')
    await page.getByText('A field holds half a JSON text.').waitFor()
    await until(() => button.isDisabled())
    await form.getByLabel(/^More/).fill('{"a":12}')
    await until(() => button.isEnabled())
  })

  t.test('Enter within a word that is put together leads nowhere', async (t) => {
    const before = page.url()
    await page.keyboard.press('Control+k')
    const field = page.getByRole('combobox', { name: 'Go to' })
    await field.fill('pl')
    await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })
    t.equal(page.url(), before)
    t.equal(await field.inputValue(), 'pl')
    await field.press('Enter')
    await page.waitForURL((url) => url.href !== before)
  })

  t.test('what does not fit is told in Chinese to who reads Chinese', async (t) => {
    const wish = { url: host.url, as: ann, path: '/p/tasks/list', locale: 'zh-CN' as const }
    const chinese = await openConsole(browser, wish)
    await chinese.page.getByRole('button', { name: 'Rename it' }).first().click()
    const dialog = chinese.page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('omega')
    await dialog.getByRole('button', { name: 'Rename it' }).click()
    await dialog.getByText('不符合要求的格式：^[A-Z]+$').waitFor()
    t.same(chinese.complaints, [])
  })

  t.test('the operator is shown neither blocks nor frames of a company', async (t) => {
    const operator = await openConsole(browser, { url: host.url, as: 'operator' })
    for (const path of ['/p/tasks/list', '/p/tasks/frame']) {
      await goTo(operator.page, `${path}?tenant=${tenant}`)
      await operator.page.getByText(/The operator has none/).waitFor()
      t.equal(await operator.page.locator('iframe').count(), 0, path)
    }
  })
})
