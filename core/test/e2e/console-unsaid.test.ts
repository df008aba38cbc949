import type { Page } from 'playwright-core'
import t from 'tap'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import { goTo, openConsole } from '../support/console-page.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'

const aboutProbe = `/plugins/${encodeURIComponent(probe)}`

interface Listed {
  readonly items: readonly { readonly id: string }[]
}

t.test(
  'what fails is said, and what is refused is not offered',
  { skip: withoutChromium },
  async (t) => {
    const { hostUrl } = await testDatabases(t)
    const host = await startConsoleHost(t, { databaseUrl: hostUrl })
    const { client } = host
    const release = await releaseProbe(t, host)
    await release('1.0.0')
    await setUpTenant(host, 'acme')
    await release('1.1.0')
    await enableConsole(host, 'acme')
    for (const login of ['auditor', 'member'])
      await person(host.url, client, { tenant: 'acme', login, roles: [login] })
    const browser = await startChromium(t)
    const { page, complaints } = await openConsole(browser, { url: host.url, as: 'operator' })

    t.test('home says what it could not find out', async (t) => {
      await failing(page, '**/v1/rollouts?*')
      await goTo(page, '/')
      const rollouts = page.getByRole('region', { name: 'Rollouts under way' })
      await rollouts.getByText('HTTP_500').waitFor()
      t.equal(await rollouts.locator('.waiting').count(), 0)
      await page.unrouteAll()
    })

    t.test('a plan that could not be started is started by the next try', async (t) => {
      const lockdown = { isOn: true, reason: 'inventory' }
      await client.request('PUT', '/v1/rollout-lockdown', lockdown)
      await goTo(page, `/rollouts/new?plugin=${encodeURIComponent(probe)}&version=1.1.0`)
      await page.getByText('My own weights').click()
      await page.getByLabel('Weights in percent').fill('50, 100')
      await page.getByLabel('Least calls at each').fill('100000')
      await page.getByRole('button', { name: 'What would it do?' }).click()
      await page.getByRole('button', { name: 'Plan and start' }).click()
      await page.getByRole('link', { name: 'It is planned' }).waitFor()
      await client.request('PUT', '/v1/rollout-lockdown', { isOn: false })
      await page.getByRole('button', { name: 'Plan and start' }).click()
      await page.waitForURL('**/rollouts/rol_*')
      const { items } = await client.request<Listed>('GET', '/v1/rollouts')
      t.equal(items.length, 1)
    })

    t.test('a rollout whose stream is not to be had is looked at', async (t) => {
      const { items } = await client.request<Listed>('GET', '/v1/rollouts')
      const [{ id } = { id: '' }] = items
      await failing(page, `**/v1/rollouts/${id}/events`)
      await goTo(page, `/rollouts/${id}`)
      await page.getByText('The connection to the host is lost').waitFor()
      await client.request('POST', `/v1/rollouts/${id}/abort`, {})
      await page.locator('.page-head .tag', { hasText: 'aborted' }).waitFor()
      t.equal(await page.getByText('The connection to the host is lost').count(), 0)
      await page.unrouteAll()
    })

    t.test('to keep entries for a shorter time is asked for once more', async (t) => {
      await goTo(page, '/audit?tenant=acme&tab=chain')
      await page.getByLabel('Days').fill('400')
      await page.getByLabel('Days').press('Enter')
      const dialog = page.getByRole('dialog', { name: /^Keep entries for 400 days only/ })
      await dialog.waitFor()
      const path = '/v1/tenants/acme/audit-policy'
      t.match(await client.request('GET', path), { keepDays: null })
      await dialog.getByRole('button', { name: 'Keep so long' }).click()
      await page.getByText('Entries are kept for 400 days.').waitFor()
    })

    t.test('the example of the audit names what is found by it', async (t) => {
      await goTo(page, '/audit?tenant=acme')
      const field = page.getByRole('textbox', { name: 'What', exact: true })
      await field.fill((await field.getAttribute('placeholder')) ?? '')
      await field.press('Enter')
      await page.waitForURL('**action=*')
      await page.getByRole('cell', { name: probe }).first().waitFor()
      t.equal(await page.getByText('No entry fits').count(), 0)
    })

    t.test('the palette leads to what no menu has, and says when it knows none', async () => {
      await page.keyboard.press('Control+K')
      await page.locator('dialog[open] .palette').waitFor()
      await page.keyboard.type('qqqq')
      await page.getByText('Nothing is called so').waitFor()
      for (let letter = 0; letter < 4; letter++) await page.keyboard.press('Backspace')
      await page.keyboard.type('new rollout')
      await page.getByRole('option', { name: 'New rollout' }).waitFor()
      await page.keyboard.press('Enter')
      await page.waitForURL('**/rollouts/new?tenant=acme')
    })

    t.test('a user is found by a part of his name, and his name is shown', async () => {
      await client.request('POST', '/v1/units', { tenant: 'acme', id: 'dock', name: 'Dock' })
      const clerk = { name: 'Clerk', unit: 'dock', roles: [] }
      await client.request('PUT', '/v1/positions/clerk?tenant=acme', clerk)
      await goTo(page, '/identity/positions?tenant=acme')
      await page.getByRole('button', { name: 'Expand row' }).click()
      const found = page.waitForResponse((response) => response.url().includes('q=N'))
      await page.getByRole('combobox', { name: 'User' }).fill('N AUDI')
      await found
      await page.getByTitle('Person member (member)').waitFor({ state: 'detached' })
      await page.getByTitle('Person auditor (auditor)').click()
      await page.getByLabel('From', { exact: true }).fill('2026-01-01T00:00')
      await page.getByRole('button', { name: 'Give' }).click()
      await page.getByRole('cell', { name: 'Person auditor' }).waitFor()
    })

    t.test('from its plans a service is subscribed to, by who may', async (t) => {
      await goTo(page, '/catalog/probe.one?tenant=acme&tab=plans')
      const place = await page.getByRole('link', { name: 'Subscribe' }).getAttribute('href')
      t.equal(place, '/console/subscriptions/new?tenant=acme&service=probe.one%401')
      const { page: other } = await openConsole(browser, {
        url: host.url,
        as: { tenant: 'acme', login: 'member' },
        path: '/catalog/probe.one?tab=plans',
      })
      await other.getByText('npx signalbox subscribe').waitFor()
      t.equal(await other.getByRole('link', { name: 'Subscribe' }).count(), 0)
    })

    t.test('the field of a secret is named by it', async (t) => {
      await goTo(page, `${aboutProbe}?tenant=acme&tab=secrets`)
      await page.getByRole('button', { name: 'Expand row' }).click()
      const field = page.getByLabel('New value of probe-key')
      t.equal(await field.getAttribute('id'), 'secret-probe-key_value')
    })

    t.test('how far a version has come is told in Chinese to who reads Chinese', async (t) => {
      const { page: other } = await openConsole(browser, {
        url: host.url,
        as: 'operator',
        locale: 'zh-CN',
        path: `${aboutProbe}?tenant=acme`,
      })
      const words = other.getByRole('row', { name: '1.1.0' })
      await words.getByText('已预热').waitFor()
      t.equal(await words.getByText('沙箱').count(), 1)
    })

    t.test('who may only look is offered nothing to press', async (t) => {
      const auditor = await openConsole(browser, {
        url: host.url,
        as: { tenant: 'acme', login: 'auditor' },
      })
      for (const tab of ['versions', 'grants', 'jobs']) {
        await goTo(auditor.page, `${aboutProbe}?tab=${tab}`)
        const offered = auditor.page.getByRole('main').getByRole('button', {
          name: /^(Enable|Disable|Hold|Grant|Take back|Run now|Set)/,
        })
        t.equal(await offered.count(), 0, tab)
      }
      t.equal(await auditor.page.getByRole('tab', { name: 'Secrets' }).count(), 0)
      const member = await openConsole(browser, {
        url: host.url,
        as: { tenant: 'acme', login: 'member' },
      })
      t.equal(await member.page.getByRole('link', { name: 'Plugins', exact: true }).count(), 0)
      await goTo(member.page, aboutProbe)
      await member.page.getByText('1.1.0').waitFor()
      t.equal(await member.page.getByRole('alert').count(), 0)
      for (const one of [auditor, member]) t.same(one.complaints, [])
    })

    t.test('what a button was refused is told with its code and its trace', async () => {
      const problem = {
        ...{ status: 409, code: 'CORE_BUSY', title: 'It is busy.', detail: 'Wait.' },
        traceId: 'e506f898',
      }
      await page.route(`**/v1/tenants/acme${aboutProbe}`, (route) =>
        route.request().method() === 'GET'
          ? route.fallback()
          : route.fulfill({ status: 409, contentType: 'application/problem+json', json: problem }),
      )
      await goTo(page, `${aboutProbe}?tenant=acme`)
      await page.getByRole('button', { name: 'Hold this version' }).click()
      await page.getByText('It is busy. Wait. (CORE_BUSY · trace e506f898)').waitFor()
      await page.unrouteAll()
    })

    t.test('a sign-out that was refused is told', async () => {
      await failing(page, '**/v1/me/sign-out')
      await page.getByRole('button', { name: /^Account and appearance/ }).click()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.locator('.menu').getByText('HTTP_500').waitFor()
    })

    t.test('and nothing was kept from running', async (t) => t.same(complaints, []))
  },
)

/** The host fails at it, as far as the page knows. */
async function failing(page: Page, url: string): Promise<void> {
  await page.route(url, (route) =>
    route.fulfill({ status: 500, contentType: 'text/plain', body: 'no' }),
  )
}
