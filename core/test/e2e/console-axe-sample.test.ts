import t from 'tap'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { commandsOn, misspelt } from '../support/console-commands.ts'
import { violationsInBoth } from '../support/console-crawl.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import { axeViolations, goTo, openConsole } from '../support/console-page.ts'
import { consolePlugin } from '../support/packed-console.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const tenant = 'acme'

t.test('some pages of the console can be read by all', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  const { client } = host
  await client.request('POST', '/v1/tenants', { id: tenant, name: 'Acme' })
  await client.request('POST', '/v1/apps', { tenant, id: 'planner', name: 'Planner' })
  await enableConsole(host, tenant)
  const ann = await person(host.url, client, { tenant, login: 'ann', roles: ['admin'] })
  const browser = await startChromium(t)

  t.test('in the light and in the dark', async (t) => {
    const { page, complaints } = await openConsole(browser, { url: host.url, as: 'operator' })
    for (const path of ['/', '/plugins', '/rollouts', '/tenants', '/marketplace/publishers']) {
      await goTo(page, path)
      t.same(await violationsInBoth(page, path), [], path)
    }
    t.same(complaints, [])
  })

  t.test('on a telephone, also those that have parts', async (t) => {
    const wish = { url: host.url, as: 'operator', width: 360 } as const
    const { page, complaints } = await openConsole(browser, wish)
    const parted = [
      `/plugins/${encodeURIComponent(consolePlugin)}`,
      `/marketplace/${encodeURIComponent(consolePlugin)}`,
      `/identity/users/${ann.id}`,
      '/apps/planner',
      '/subscriptions',
      '/audit',
    ]
    for (const path of parted) {
      await goTo(page, `${path}?tenant=${tenant}`)
      await page.locator('main :is([role="tablist"], [role="combobox"])').first().waitFor()
      t.same(await axeViolations(page), [], path)
    }
    t.same(complaints, [])
  })

  t.test('on a telephone nothing is wider than the screen, and what teaches is read', async (t) => {
    const wish = { url: host.url, as: 'operator', width: 360 } as const
    const { page } = await openConsole(browser, wish)
    for (const path of ['/', '/approvals', '/webhooks', '/dead-letters', '/identity/positions']) {
      await goTo(page, `${path}?tenant=${tenant}`)
      await page.locator('.empty p').first().waitFor()
      t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), path)
      const outside = await page.evaluate(`[...document.querySelectorAll('.empty p')]
        .filter((one) => { const { left, right } = one.getBoundingClientRect(); return left < 0 || right > innerWidth })
        .map((one) => one.textContent)`)
      t.same(outside, [], path)
    }
  })

  t.test('a list says which line tells the same', async (t) => {
    const { page } = await openConsole(browser, { url: host.url, as: 'operator' })
    for (const path of ['/plugins', '/apps', '/subscriptions', '/tenants']) {
      await goTo(page, `${path}?tenant=${tenant}`)
      t.ok(await page.locator('.cli-line code').last().isVisible(), path)
    }
    t.same(await misspelt(await commandsOn(page)), [])
  })

  t.test('who comes to a page of the operator by a link is told whose it is', async (t) => {
    const as = { tenant, login: 'ann' }
    const { page } = await openConsole(browser, { url: host.url, as, path: '/first-rollout' })
    await page.getByText('The operator of the host does this').waitFor()
    t.same(await axeViolations(page), [])
  })
})
