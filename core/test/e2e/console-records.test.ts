import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import { axeViolations, goTo, keepScreenshot, openConsole } from '../support/console-page.ts'
import { follow, reloadUntil } from '../support/console-steps.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, probe, setUpTenant } from '../support/probe.ts'
import { keyFile } from '../support/sealing.ts'
import { WebhookReceiver } from '../support/webhook-receiver.ts'

const tenant = 'acme'

t.test('what was sent, called and done, in the console', { skip: withoutChromium }, async (t) => {
  const { hostUrl, pluginUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, {
    databaseUrl: hostUrl,
    environment: {
      PLUGIN_DATABASE_URL: pluginUrl,
      SIGNALBOX_KEY_FILE: await keyFile(t),
      SIGNALBOX_WEBHOOK_ALLOW: '127.0.0.1',
    },
  })
  await installProbe(host)
  const { key, subscription } = await setUpTenant(host, tenant)
  await enableConsole(host, tenant)
  await person(host.url, host.client, { tenant, login: 'ann', roles: ['admin'] })
  const browser = await startChromium(t)
  const as = { tenant, login: 'ann' }
  const { page, complaints } = await openConsole(browser, { url: host.url, as })

  t.test('a webhook is made and tried, and what it was sent is sent again', async (t) => {
    const receiver = await WebhookReceiver.start(t)
    await goTo(page, '/webhooks')
    await page.getByRole('button', { name: 'New webhook' }).click()
    await page.getByLabel('Address').fill(receiver.url)
    await page.getByRole('combobox', { name: 'Types of events' }).fill('orders.*')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    receiver.secrets = [(await page.locator('.secret code').textContent()) ?? '']
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('button', { name: 'Send a test event' }).click()
    await until(() => receiver.taken.length === 1)
    const row = page.getByRole('row').filter({ hasText: 'delivered' })
    await reloadUntil(page, row)
    t.same(await axeViolations(page), [])
    await row.getByRole('button', { name: 'Send again' }).click()
    await page.getByText('It is sent again.').waitFor()
    await until(() => receiver.taken.length === 2)
    t.equal(receiver.taken[1]?.id, receiver.taken[0]?.id, 'under the same id')
  })

  t.test(
    'a call that failed is kept, with what it was given and how it is run again',
    async (t) => {
      t.equal((await callProbe(host, key, 'fail')).status, 502)
      await goTo(page, `/plugins/${encodeURIComponent(probe)}?tab=invocations`)
      const kept = page.getByRole('main').locator('a[href*="/invocations/inv_"]')
      await reloadUntil(page, kept)
      await follow(page, kept)
      await page.getByRole('heading', { level: 1, name: 'probe.one@1/fail' }).waitFor()
      await page.getByText('on purpose').first().waitFor()
      const id = new URL(page.url()).pathname.split('/').at(-1)
      await page.getByText(`npx signalbox replay ${id}`, { exact: true }).waitFor()
      t.same(await axeViolations(page), [])
      await keepScreenshot(page, 'en-GB-kept-call')
    },
  )

  t.test('the chain of the audit is verified', async (t) => {
    await goTo(page, '/audit?tab=chain')
    await page.getByRole('button', { name: 'Verify now' }).click()
    await page.getByText('All entries stand as they were written.').waitFor()
    t.same(await axeViolations(page), [])
  })

  t.test('calls are counted for the app, and stand in the statement of the month', async (t) => {
    await goTo(page, `/subscriptions/${subscription}?tab=usage`)
    await reloadUntil(page, page.getByRole('row', { name: /^fail 1$/ }))
    t.same(await axeViolations(page), [])
    await goTo(page, '/statements')
    await reloadUntil(page, page.getByRole('row').filter({ hasText: 'probe.one@1' }))
  })

  t.test('the catalog gives the client that its contract makes', async (t) => {
    await goTo(page, '/catalog/probe.one?tab=client')
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'probe.one.v1.ts' }).click()
    t.equal((await download).suggestedFilename(), 'probe.one.v1.ts')
  })

  t.test('and nothing was kept from running', async (t) => t.same(complaints, []))
})
