import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { violationsInBoth } from '../support/console-crawl.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import { goTo, keepScreenshot, openConsole } from '../support/console-page.ts'
import { temporaryHome } from '../support/host-process.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { releaseStore, store } from '../support/store-release.ts'

const tenant = 'acme'
const PHONE = 360
const pluginPath = `/v1/plugins/${encodeURIComponent(store)}`
const pagePath = `/plugins/${encodeURIComponent(store)}`

interface Shown {
  readonly id: string
  readonly state: string
}

t.test('the console, by an administrator', { skip: withoutChromium }, async (t) => {
  const { hostUrl, pluginUrl } = await testDatabases(t)
  const keyFile = join(await temporaryHome(t), 'keys')
  await writeFile(keyFile, Buffer.alloc(32, 'key').toString('base64'), { mode: 0o600 })
  const host = await startConsoleHost(t, {
    databaseUrl: hostUrl,
    environment: {
      PLUGIN_DATABASE_URL: pluginUrl,
      SIGNALBOX_KEY_FILE: keyFile,
      SIGNALBOX_PUBLISH_TRIALS: 'report',
    },
  })
  const release = await releaseStore(t)
  await release(host, '1.0.0')
  const wish = { plugin: store, service: 'store.one', capabilities: ['db:own'] }
  const { key } = await setUpTenant(host, tenant, wish)
  const items = [{ sku: 's-1', pieces: 1 }]
  t.equal((await callProbe(host, key, 'receive', { items }, 'store.one')).status, 200)
  await enableConsole(host, tenant)
  await person(host.url, host.client, { tenant, login: 'ann', roles: ['admin'] })
  for (const version of ['1.0.1', '1.0.2']) await release(host, version)
  // What it writes into a row, taking it back does not unwrite.
  const migrations = {
    '0002-count.expand.sql':
      'create index stock_pieces on stock (tenant, pieces); update stock set pieces = pieces + 1',
    '0002-count.expand.down.sql': 'drop index stock_pieces',
  }
  await release(host, '1.1.0', { migrations })
  const browser = await startChromium(t)
  const open = (as: 'operator' | 'ann') =>
    openConsole(browser, {
      url: host.url,
      as: as === 'ann' ? { tenant, login: 'ann' } : as,
      width: PHONE,
    })
  const operator = await open('operator')
  const { page } = operator
  const ask = <Answer>(method: 'GET' | 'POST', path: string, body?: object) =>
    host.client.request<Answer>(method, path, body)
  const plan = async (version: string) =>
    (await ask<Shown>('POST', '/v1/rollouts', { plugin: store, version })).id
  const stateOf = async (id: string) => (await ask<Shown>('GET', `/v1/rollouts/${id}`)).state

  t.test('an admin token is shown once, and is worth nothing once it is revoked', async (t) => {
    await goTo(page, `/identity/admin-tokens?tenant=${tenant}`)
    t.same(await faultsOf(page, 'admin-tokens'), [])
    await page.getByRole('button', { name: 'New admin token' }).click()
    await page.getByLabel('For what').fill('deploys')
    t.same(await faultsOf(page, 'new-admin-token'), [])
    await page.getByRole('button', { name: 'Make', exact: true }).click()
    const secret = page.locator('.secret code')
    const token = (await secret.textContent()) ?? ''
    t.same(await faultsOf(page, 'admin-token-once'), [])
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await secret.waitFor({ state: 'detached' })
    const list = `/v1/tenants/${tenant}/tokens`
    await host.as(token).request('GET', list)
    await page.getByRole('button', { name: 'Revoke the token deploys' }).click()
    await page.getByRole('tooltip').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('The token deploys is revoked.').waitFor()
    await t.rejects(host.as(token).request('GET', list))
  })

  t.test('a cohort is made, changed and taken away', async (t) => {
    await goTo(page, '/rollouts/cohorts')
    await page.getByRole('button', { name: 'New cohort' }).click()
    await page.getByLabel('Name', { exact: true }).fill('suzhou')
    await page.getByLabel('Members', { exact: true }).fill('acme')
    await page.getByRole('button', { name: 'Store' }).click()
    await page.getByText('“acme” is none').waitFor()
    await page.getByLabel('Members', { exact: true }).fill('unit:acme/suzhou\napp:acme/app')
    t.same(await faultsOf(page, 'new-cohort'), [])
    await page.getByRole('button', { name: 'Store' }).click()
    await page.getByText('The cohort suzhou is stored.').waitFor()
    await page.getByRole('button', { name: 'Change the cohort suzhou' }).click()
    await page.getByLabel('Members', { exact: true }).fill('unit:acme/suzhou')
    await page.getByRole('button', { name: 'Store' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    t.match(await ask('GET', '/v1/cohorts'), {
      items: [{ name: 'suzhou', members: ['unit:acme/suzhou'] }],
    })
    t.same(await faultsOf(page, 'cohorts'), [])
    await page.getByRole('button', { name: 'Remove the cohort suzhou' }).click()
    await page.getByRole('tooltip').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('The cohort suzhou is taken away.').waitFor()
    t.match(await ask('GET', '/v1/cohorts'), { items: [] })
  })

  t.test(
    'a rollout starts in place of the one that runs, which is planned once more',
    async (t) => {
      const [first, second] = [await plan('1.0.1'), await plan('1.0.2')]
      await ask('POST', `/v1/rollouts/${first}/start`, {})
      await goTo(page, `/rollouts/${second}`)
      await page.getByRole('button', { name: 'Start in its place' }).click()
      const question = page.getByRole('dialog', {
        name: '1.0.1 of @store/one is being rolled out.',
      })
      await question.getByRole('button', { name: 'Start in its place' }).click()
      await page.getByText('Done: Start in its place').waitFor()
      t.same([await stateOf(first), await stateOf(second)], ['superseded', 'running'])
      await goTo(page, `/rollouts/${first}`)
      await page.getByRole('button', { name: 'Plan once more' }).click()
      const dialog = page.getByRole('dialog', { name: 'Plan once more' })
      await dialog.getByRole('combobox', { name: 'Version' }).click()
      await choose(page, '1.0.1 again')
      await dialog.getByText('Try it again only if it was not at fault.').waitFor()
      t.same(await faultsOf(page, 'retry'), [])
      await dialog.getByRole('button', { name: 'Plan once more' }).click()
      await page.getByText('It is planned once more').waitFor()
      await page.waitForURL((url) => !url.pathname.endsWith(`/${first}`))
      const third = new URL(page.url()).pathname.split('/').at(-1) ?? ''
      t.notSame(third, first)
      t.equal(await stateOf(third), 'ready')
      await ask('POST', `/v1/rollouts/${second}/abort`, {})
      await ask('POST', `/v1/rollouts/${third}/abort`, {})
    },
  )

  t.test('a migration that cannot be taken back is let through in writing', async (t) => {
    const id = await plan('1.1.0')
    await goTo(page, `/rollouts/${id}`)
    await page.getByText('the migration cannot be taken back: 1 finding').waitFor()
    await page.getByText('the values of stock.pieces are not as they were').waitFor()
    t.same(await faultsOf(page, 'rehearsal'), [])
    await page.getByLabel('Why it may go on all the same').fill('counted by hand on Friday')
    await page.getByRole('button', { name: 'Let it through' }).click()
    await page.getByText('lets it through: counted by hand on Friday').waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByText('Done: Start').waitFor()
    t.equal(await stateOf(id), 'running')
    await ask('POST', `/v1/rollouts/${id}/abort`, {})
  })

  t.test('what comes by itself is set, and seen of all plugins', async (t) => {
    await goTo(page, `${pagePath}?tab=updates`)
    await page.getByText('corrections (patch)').click()
    await page.getByLabel('Least hours since it was published').fill('72')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('By itself comes now: corrections (patch).').waitFor()
    t.same(await faultsOf(page, 'plugin-updates'), [])
    t.match(await ask('GET', `${pluginPath}/updates`), {
      updates: 'patch',
      minimumAgeHours: { plugin: 72 },
    })
    await goTo(page, '/updates')
    await page.getByRole('cell', { name: 'corrections (patch)' }).waitFor()
    t.same(await faultsOf(page, 'updates'), [])
  })

  t.test('a plan is made, given new terms and closed', async (t) => {
    const plans = async () =>
      (
        await ask<{ majors: { plans: Record<string, unknown>[] }[] }>(
          'GET',
          '/v1/catalog/services/store.one',
        )
      ).majors[0]?.plans.find(({ name }) => name === 'partner')
    await goTo(page, '/catalog/store.one?tab=plans')
    await page.getByRole('button', { name: 'New plan' }).click()
    await page.getByLabel('Name of the plan').fill('partner')
    await page.getByLabel('Calls in a period').fill('1000')
    await page.getByLabel('What is left out of answers').fill('receive')
    await page.getByRole('button', { name: 'Store' }).click()
    await page.getByText('“receive”: name an operation and at least one pointer').waitFor()
    await page.getByLabel('What is left out of answers').fill('receive /notes')
    await page.getByLabel('Price', { exact: true }).fill('0.0150')
    t.same(await faultsOf(page, 'new-plan'), [])
    await page.getByRole('button', { name: 'Store' }).click()
    await page.getByText('The plan partner is stored, as version 1.').waitFor()
    t.match(await plans(), {
      quota: { count: 1000, per: 'month' },
      fields: { receive: ['/notes'] },
      price: { amount: '0.0150', currency: 'CNY', unit: 'call' },
    })
    await page.getByRole('button', { name: 'New terms of the plan partner' }).click()
    await page.getByLabel('Calls in a period').fill('2000')
    await page.getByRole('button', { name: 'Store' }).click()
    await page.getByText('The plan partner is stored, as version 2.').waitFor()
    await page.getByRole('button', { name: 'Close the plan partner' }).click()
    await page
      .getByRole('dialog', { name: 'Close the plan partner?' })
      .getByRole('button', { name: 'Close', exact: true })
      .click()
    await page.getByText('The plan partner is closed').waitFor()
    t.match(await plans(), { status: 'closed', quota: { count: 2000 }, version: 2 })
    t.same(await faultsOf(page, 'plans'), [])
  })

  t.test('a service is given an owner, and its major an end that is taken back', async (t) => {
    const major = async () =>
      (await ask<{ majors: Record<string, unknown>[] }>('GET', '/v1/catalog/services/store.one'))
        .majors[0]
    await goTo(page, '/catalog/store.one?tab=offer')
    await page.getByLabel('Tenant whose admins decide on subscriptions').click()
    await choose(page, 'acme (acme)')
    await page.getByRole('button', { name: 'Store the owner' }).click()
    await page.getByText('The owner is stored.').waitFor()
    t.match(await major(), { ownerTenant: tenant })
    await page.getByLabel('Refused for good from').fill('2099-12-31T00:00')
    await page.getByLabel('Page for people').fill('https://docs.example/end')
    t.same(await faultsOf(page, 'offer'), [])
    await page.getByRole('button', { name: 'Deprecate' }).click()
    await page.getByText('v1 ends as you said.').waitFor()
    t.match(await major(), { deprecation: { information: 'https://docs.example/end' } })
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByRole('tooltip').getByRole('button', { name: 'Take back' }).click()
    await page.getByText('v1 is not deprecated any more.').waitFor()
    t.match(await major(), { deprecation: null })
  })

  t.test("an admin sets the tenant's provider, whose secret is shown nowhere", async (t) => {
    const { page: own, complaints } = await open('ann')
    await goTo(own, '/identity/sso')
    await own.getByText('Make a provider first').waitFor()
    await own.getByRole('button', { name: 'New provider' }).click()
    await own.getByLabel('Name', { exact: true }).fill('Acme')
    await own.getByLabel('Id', { exact: true }).fill('main')
    await own.getByLabel('Issuer').fill('https://login.acme.example')
    await own.getByLabel('Client id').fill('signalbox')
    await own.getByLabel('Client secret').fill('hush-hush-hush')
    await own.getByRole('button', { name: 'Add a group' }).click()
    await own.getByLabel('Group, as the provider calls it').fill('planners')
    await own.getByLabel('Roles that it gives').click()
    await choose(own, 'member', 'Group, as the provider calls it')
    t.same(await faultsOf(own, 'new-provider'), [])
    await own.getByRole('button', { name: 'Store', exact: true }).click()
    await own.getByText('The provider Acme is stored.').waitFor()
    t.match(await ask('GET', `/v1/tenants/${tenant}/sso`), {
      items: [{ id: 'main', groupRoles: [{ group: 'planners', roles: ['member'] }] }],
    })
    await own.getByRole('button', { name: 'Expand row' }).click()
    const probe = own.getByRole('button', { name: 'Does it answer?', exact: true })
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      await own.emulateMedia({ reducedMotion })
      // What the one before was told stands there until this one has begun.
      const checked = own.waitForResponse('**/sso/main:check')
      await probe.click()
      await checked
      await own.getByText('The provider does not answer as it should.').waitFor()
      // A button that has waited has its name, and no other, once more.
      await probe.waitFor()
    }
    t.same(await faultsOf(own, 'sign-in'), [])
    t.notMatch(await own.content(), 'hush-hush-hush')
    await own.getByLabel('By the provider alone').check()
    await own.getByLabel('Who still comes in when the provider is away').click()
    t.equal(await own.evaluate('document.getAnimations().length'), 0, 'nothing moves')
    await choose(own, 'Person ann (ann)')
    await own.getByRole('button', { name: 'Store the ways in' }).click()
    await own.getByText('People come in by the provider alone now.').waitFor()
    t.match(await ask('GET', `/v1/tenants/${tenant}/sign-in-policy`), { ssoOnly: true })
    await own.getByLabel('By the provider alone').uncheck()
    await own.getByRole('button', { name: 'Store the ways in' }).click()
    await own.getByText('Passwords and passkeys are taken, too.').waitFor()
    await own.getByRole('button', { name: 'Remove the provider Acme' }).click()
    await own.getByRole('tooltip').getByRole('button', { name: 'Remove' }).click()
    await own.getByText('The provider Acme is removed.').waitFor()
    t.match(await ask('GET', `/v1/tenants/${tenant}/sso`), { items: [] })

    await goTo(own, `${pagePath}?tab=invocations`)
    await own.locator('#sampling').getByRole('combobox', { name: 'Version' }).click()
    await choose(own, '1.0.0')
    await own.getByLabel('Share in percent').fill('2.5')
    await own.getByRole('button', { name: 'Keep this share' }).click()
    await own.getByText('The share of 1.0.0 is set').waitFor()
    t.same(await faultsOf(own, 'sampling'), [])
    t.match(await ask('GET', `/v1/tenants/${tenant}${pluginPath.slice(3)}/sampling`), {
      items: [{ version: '1.0.0', shareBp: 250 }],
    })
    t.same(complaints, [])
  })

  t.test('a plugin is removed when nothing stands in the way, and its name is typed', async (t) => {
    await goTo(page, `${pagePath}/remove`)
    t.same(await faultsOf(page, 'removal'), [])
    await page.getByLabel(`Type ${store} to confirm`).fill('store')
    await page.getByRole('button', { name: 'Remove the plugin' }).click()
    await page.getByText('This is not its name.').waitFor()
    await page.getByLabel(`Type ${store} to confirm`).fill(store)
    await page.getByRole('button', { name: 'Remove the plugin' }).click()
    await page.getByText('CORE_REMOVAL_ENABLED').waitFor()
    await page.getByText('/apps', { exact: true }).waitFor()
    const path = `/v1/tenants/${tenant}${pluginPath.slice(3)}`
    await host.client.request('PUT', path, { binding: 'disabled' })
    const { items: found } = await ask<{ items: Shown[] }>(
      'GET',
      `/v1/subscriptions?tenant=${tenant}`,
    )
    for (const { id } of found) await ask('POST', `/v1/subscriptions/${id}:cancel`, {})
    await page.getByRole('button', { name: 'Remove the plugin' }).click()
    await page.getByText(`${store} is removed. Its data is kept.`).waitFor()
    await t.rejects(ask('GET', pluginPath))
    t.same(await faultsOf(page, 'removed'), [])
    await page.reload()
    await page.getByText(`${store} is removed. Its data is kept.`).waitFor()
    await page.getByText('Purge it', { exact: true }).click()
    await page.getByLabel(`Type ${store} to confirm`).fill(store)
    await page.getByRole('button', { name: 'Do so with its data' }).click()
    await page.getByText(`${store} is removed. Nothing of it is left.`).waitFor()
  })

  t.test('and nothing was kept from running', async (t) => t.same(operator.complaints, []))
})

/** Of an open list. @param next what is gone to, where a list for several stays open until then */
async function choose(page: Page, option: string, next?: string): Promise<void> {
  const list = page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)')
  await list.getByTitle(option, { exact: true }).click()
  if (next !== undefined) await page.getByLabel(next).click()
  await list.waitFor({ state: 'hidden' })
}

/** What keeps somebody from the page as it is now: rules that it breaks in either colours, and what is wider than a phone. */
async function faultsOf(page: Page, name: string): Promise<readonly string[]> {
  // What is said for a moment stays while it is pointed at, and fades while somebody looks.
  await page.mouse.move(0, 600)
  for (const passing of ['.ant-btn-loading', '.ant-message-notice-wrapper'])
    await page.locator(passing).first().waitFor({ state: 'detached' })
  await keepScreenshot(page, `en-GB-phone-${name}`)
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
  const faults = wide > PHONE ? [`${name} is ${wide} px wide`] : []
  return [...faults, ...(await violationsInBoth(page, name))]
}
