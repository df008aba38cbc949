import type { Page } from 'playwright-core'
import t from 'tap'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { startConsoleHost } from '../support/console-host.ts'
import { goTo, openConsole } from '../support/console-page.ts'
import { testDatabases } from '../support/postgres.ts'
import { probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'

const aboutProbe = `/plugins/${encodeURIComponent(probe)}`

t.test('what is done is what was seen', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  const { client } = host
  const release = await releaseProbe(t, host)
  await release('1.0.0')
  const { subscription } = await setUpTenant(host, 'acme')
  await setUpTenant(host, 'globex')
  for (const tenant of ['acme', 'globex']) {
    const path = `/v1/tenants/${tenant}${aboutProbe}/config`
    await client.request('PUT', path, { greeting: `hello of ${tenant}` })
  }
  const browser = await startChromium(t)
  const { page, complaints } = await openConsole(browser, { url: host.url, as: 'operator' })

  t.test('settings of a tenant that is come back to are its own', async (t) => {
    await goTo(page, `${aboutProbe}?tenant=acme&tab=config`)
    const greeting = page.getByLabel('greeting')
    await page.locator('input[value="hello of acme"]').waitFor()
    await page.getByRole('button', { name: /^Tenant: acme/ }).click()
    await page.getByTitle('globex (globex)').click()
    await page.locator('input[value="hello of globex"]').waitFor()
    await page.goBack()
    await page.getByRole('textbox', { name: 'greeting' }).waitFor()
    await page.locator('.ant-select-content[title="acme (acme)"]').waitFor()
    t.equal(await greeting.inputValue(), 'hello of acme')
  })

  t.test('a secret stands until it was kept, whatever becomes of the next look', async (t) => {
    await goTo(page, `/subscriptions/${subscription}?tenant=acme&tab=credentials`)
    await page.route(`**/v1/subscriptions/${subscription}`, (route) =>
      route.fulfill({ status: 502, contentType: 'text/plain', body: 'bad gateway' }),
    )
    await page.getByRole('button', { name: 'Issue a key' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Issue' }).click()
    await page.getByText('HTTP_502').waitFor()
    t.equal(await page.locator('.secret code').count(), 1)
    await page.unrouteAll()
    await page.getByRole('button', { name: 'I have kept it' }).click()
  })

  t.test('what was typed upon an older look is told so, and stays', async (t) => {
    await goTo(page, '/apps/app?tenant=acme&tab=settings')
    const name = page.getByRole('textbox', { name: 'Name' })
    await name.fill('Mine')
    await client.request('PATCH', '/v1/tenants/acme/apps/app', { name: 'Theirs', unit: null })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('CORE_CHANGED_MEANWHILE').waitFor()
    t.equal(await name.inputValue(), 'Mine')
    await page.getByRole('button', { name: 'Load the newer one' }).click()
    await page.locator('input[value="Theirs"]').waitFor()
  })

  t.test('settings of a plugin are saved upon the revision that was shown', async (t) => {
    await goTo(page, `${aboutProbe}?tenant=acme&tab=config`)
    const path = `/v1/tenants/acme${aboutProbe}/config`
    await page.getByLabel('greeting').fill('mine')
    await client.request('PUT', path, { greeting: 'theirs' })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('CORE_CHANGED_MEANWHILE').waitFor()
    t.match(await client.request('GET', path), { config: { greeting: 'theirs' } })
  })

  t.test('a roll back is of what the page is of', async (t) => {
    const first = await completed('1.1.0')
    await completed('1.2.0')
    await goTo(page, `/rollouts/${first}`)
    const body = await sentBy(page, '**/v1/plugins/*:rollback', async () => {
      await page.getByRole('button', { name: 'Roll back' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click()
    })
    t.same(body, { to: '1.0.0' })
    await page.getByText('CORE_ROLLBACK_UNKNOWN').waitFor()
    t.match(await client.request('GET', `/v1${aboutProbe}`), { stableVersion: '1.2.0' })
  })

  t.test('and nothing was kept from running', async (t) => t.same(complaints, []))

  /** Makes a version everybody's. @returns the rollout */
  async function completed(version: string): Promise<string> {
    await release(version)
    const steps = [{ weightBp: 10_000, hold: {} }]
    const wish = { plugin: probe, version, steps }
    const { id } = await client.request<{ id: string }>('POST', '/v1/rollouts', wish)
    await client.request('POST', `/v1/rollouts/${id}/start`, {})
    const { state } = await client.request<{ state: string }>('GET', `/v1/rollouts/${id}`)
    if (state !== 'completed') await client.request('POST', `/v1/rollouts/${id}/promote`, {})
    return id
  }
})

/** @returns what the page sends there when that is done */
async function sentBy(page: Page, url: string, act: () => Promise<void>): Promise<unknown> {
  const [request] = await Promise.all([page.waitForRequest(url), act()])
  await request.response()
  return request.postDataJSON()
}
