import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import { axeViolations, keepScreenshot, openConsole } from '../support/console-page.ts'
import { confirm, follow, reloadUntil } from '../support/console-steps.ts'
import { enablePlugin } from '../support/fixture-plugin.ts'
import { type HostProcess, temporaryHome } from '../support/host-process.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, probeVersion } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

const tenant = 'acme'
const owner = 'globex'
const service = '/v1/catalog/services/probe.one/versions/1'
const CALLS = 7

interface Subscription {
  readonly id: string
  readonly state: string
  readonly credentials: readonly { readonly id: string; readonly expiresAt: string | null }[]
}

t.test('a service, from the catalog to a rotated key', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  await offerService(host, await temporaryHome(t))
  const browser = await startChromium(t)
  const { page, complaints } = await openConsole(browser, {
    url: host.url,
    as: { tenant, login: 'dora' },
  })
  const only = async (): Promise<Subscription> => {
    const path = `/v1/subscriptions?tenant=${tenant}`
    const [one] = (await host.client.request<{ items: Subscription[] }>('GET', path)).items
    return host.client.request('GET', `/v1/subscriptions/${one?.id}`)
  }
  const status = async (key: string) =>
    (await callProbe(host, key, 'echo', { text: 'hello' })).status
  let key = ''

  t.test('a developer finds a service in the catalog and tries it as herself', async (t) => {
    await openService(page)
    await page.getByRole('button', { name: 'echo', exact: true }).click()
    t.ok(await page.getByRole('radio', { name: 'Yourself' }).isChecked())
    await page.getByLabel('text').fill('Is anybody there?')
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await page.getByText(/^200 in \d+ ms$/).waitFor()
    await page
      .locator('pre')
      .getByText('"text": "Is anybody there?"')
      .first()
      .scrollIntoViewIfNeeded()
    await keepScreenshot(page, 'en-GB-subscribe-tried')
    t.same(await axeViolations(page), [])
  })

  t.test('makes an app, and asks for the plan that its owner decides on', async (t) => {
    await follow(page, page.getByRole('link', { name: 'Apps', exact: true }))
    await page.getByRole('button', { name: 'New app' }).click()
    await page.getByLabel('Name').fill('Board')
    await page.getByLabel('Id').fill('board')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { level: 1, name: 'Board' }).waitFor()
    await openService(page)
    await page.getByRole('tab', { name: 'Plans' }).click()
    await page.getByRole('row', { name: /^gold \(1\).*the owner decides$/ }).waitFor()
    await follow(page, page.getByRole('link', { name: 'Subscribe an app' }))
    await page.getByRole('combobox', { name: 'App' }).fill('board')
    await page.getByTitle('Board (board)', { exact: true }).click()
    await page.getByText('gold, version 1').click()
    await page.getByLabel('Purpose').fill('The board in the hall')
    await page.getByLabel('We accept the terms and the price of gold, version 1').check()
    await keepScreenshot(page, 'en-GB-subscribe-asked')
    t.same(await axeViolations(page), [])
    await page.getByRole('button', { name: 'Ask the owner' }).click()
    await page.getByText('It waits for the owner of the service.').waitFor()
    t.match(await only(), { app: 'board', plan: 'gold', state: 'requested', credentials: [] })
  })

  t.test('its owner finds that at home, on a telephone, and approves', async (t) => {
    const as = { tenant: owner, login: 'olga' }
    const wish = { as, width: 360, locale: 'zh-CN' } as const
    const phone = await openConsole(browser, { url: host.url, ...wish })
    await phone.page.getByText('订阅申请').waitFor()
    await keepScreenshot(phone.page, 'zh-CN-subscribe-home-360')
    await follow(phone.page, phone.page.getByRole('link', { name: 'board → probe.one@1' }))
    await phone.page.getByText('正在等待您的决定').waitFor()
    await phone.page.getByText('The board in the hall').waitFor()
    await keepScreenshot(phone.page, 'zh-CN-subscribe-request-360')
    t.same(await axeViolations(phone.page), [])
    await confirm(phone.page, phone.page.getByRole('button', { name: '批准' }), '批准')
    await phone.page.locator('.page-head').getByText('生效中').waitFor()
    t.match(await only(), { state: 'active', decidedBy: /^user:globex\// })
    t.same(phone.complaints, [])
  })

  t.test('the key is shown once, and opens the service', async (t) => {
    await reloadUntil(page, page.locator('.page-head').getByText('active'))
    key = await issued(page, page.getByRole('button', { name: 'Issue a key' }), 'Issue a key')
    t.notOk((await page.content()).includes(key), 'nowhere on the page any more')
    for (let call = 0; call < CALLS; call++) t.equal(await status(key), 200)
    await page.getByRole('tab', { name: 'Usage' }).click()
    await reloadUntil(page, page.getByRole('row', { name: `echo ${CALLS}`, exact: true }))
    await keepScreenshot(page, 'en-GB-subscribe-usage')
    t.same(await axeViolations(page), [])
  })

  t.test('a key is rotated: both are good, until the old one is revoked', async (t) => {
    const old = (await only()).credentials[0]?.id ?? ''
    await page.getByRole('tab', { name: 'Keys' }).click()
    const row = page.getByRole('row', { name: old })
    const rotated = await issued(page, row.getByRole('button', { name: 'Rotate' }), 'Rotate')
    t.not(rotated, key)
    t.same([await status(key), await status(rotated)], [200, 200])
    const { credentials } = await only()
    const end = Date.parse(credentials.find(({ id }) => id === old)?.expiresAt ?? '')
    t.ok(Math.abs(end - Date.now() - 24 * 3_600_000) < 600_000, 'a day, as the dialog says')
    await keepScreenshot(page, 'en-GB-subscribe-rotated')
    t.same(await axeViolations(page), [])
    await confirm(page, row.getByRole('button', { name: 'Revoke' }), 'Revoke')
    await page.getByText('It is revoked.').waitFor()
    await row.waitFor({ state: 'detached' })
    t.equal((await only()).credentials.length, 1)
    await until(async () => (await status(key)) === 401)
    t.equal(await status(rotated), 200)
  })

  t.test('whoever tries with the old key is told that it is good no more', async (t) => {
    await openService(page)
    await page.getByRole('button', { name: 'echo', exact: true }).click()
    await page.getByText('An app, by its key').click()
    await page.getByLabel('Key or token of the app').fill(key)
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await page.getByText('CORE_AUTHENTICATION_REQUIRED').waitFor()
    await page.getByText('The key or token is not good: it was revoked').waitFor()
    await keepScreenshot(page, 'en-GB-subscribe-refused')
    t.same(await axeViolations(page), [])
    t.same(complaints, [])
  })
})

/** The probe, whose `echo` asks for a permission, served for one company and owned by another, with the people of both. */
async function offerService(host: HostProcess, home: string): Promise<void> {
  const permission = 'probe.echo'
  const folder = await probeVersion(home, '1.0.0')
  const json = async (path: string) => JSON.parse(await readFile(join(folder, path), 'utf8'))
  const manifest = await json('package.json')
  const label = { en: 'May ask', 'zh-CN': '可询问' }
  manifest.signalbox.provides.permissions = [{ id: permission, label }]
  const contract = await json('contracts/probe.one.json')
  contract.operations.echo.requires = permission
  await writeFiles(folder, {
    'package.json': JSON.stringify(manifest),
    'contracts/probe.one.json': JSON.stringify(contract),
  })
  await publish(host, folder)
  await host.client.request('POST', '/v1/plugins', { name: probe })
  for (const id of [tenant, owner]) {
    await host.client.request('POST', '/v1/tenants', { id, name: id })
    await enableConsole(host, id)
  }
  await enablePlugin(host.client, tenant, probe, ['db:own', 'service:call'])
  await host.client.request('PUT', `${service}/owner`, { ownerTenant: owner })
  await host.client.request('PUT', `${service}/plans/gold`, {
    ratePerS: 50,
    burst: 50,
    approval: 'manual',
  })
  await host.client.request('PUT', `/v1/roles/developer?tenant=${tenant}`, {
    name: 'Developer',
    actions: [
      ...['app.create', 'app.list', 'subscription.read', 'subscription.write'],
      ...['subscription.command', 'usage.read', 'catalog.read', 'plugin.read', 'unit.list'],
    ],
    permissions: [permission],
  })
  const dora = { tenant, login: 'dora', roles: ['developer'] }
  await person(host.url, host.client, dora)
  await person(host.url, host.client, { tenant: owner, login: 'olga', roles: ['service-owner'] })
}

async function openService(page: Page): Promise<void> {
  await follow(page, page.getByRole('link', { name: 'Catalog', exact: true }))
  await page.getByLabel('Words to look for').fill('probe')
  await page.keyboard.press('Enter')
  await follow(page, page.getByRole('link', { name: 'Probe', exact: true }))
}

/** @returns the key that is shown when the question behind the button is answered with a yes */
async function issued(
  page: Page,
  button: ReturnType<Page['getByRole']>,
  name: string,
): Promise<string> {
  await button.click()
  await page.getByRole('dialog', { name }).getByRole('button', { name, exact: true }).click()
  const shown = page.getByRole('dialog', { name: 'Issued' })
  const key = await shown.locator('code').innerText()
  await shown.getByRole('button', { name: 'I have kept it' }).click()
  await shown.waitFor({ state: 'detached' })
  return key
}
