import t from 'tap'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { enableConsole, releaseConsole, startConsoleHost } from '../support/console-host.ts'
import { arrived, openConsole } from '../support/console-page.ts'
import { temporaryHome } from '../support/host-process.ts'
import { consolePlugin } from '../support/packed-console.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const tenant = 'acme'
/** Of fair draws, so many are never all alike. */
const MOST_PEOPLE = 40

t.test('the console itself is rolled out', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  await host.client.request('POST', '/v1/tenants', { id: tenant, name: 'Acme' })
  await enableConsole(host, tenant)
  await releaseConsole(host, await temporaryHome(t), '1.0.1')
  const hold = { durationMs: 3_600_000 }
  const steps = [
    { weightBp: 5000, hold },
    { weightBp: 10_000, hold: {} },
  ]
  const wish = { plugin: consolePlugin, version: '1.0.1', cohortBy: 'subject', steps }
  const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  const drawn = await onePersonOfEach()
  const browser = await startChromium(t)
  const pages = new Map<string, Awaited<ReturnType<typeof openConsole>>>()
  for (const [version, login] of drawn) {
    pages.set(version, await openConsole(browser, { url: host.url, as: { tenant, login } }))
  }

  t.test('two people see two versions of it, and go on seeing them', async (t) => {
    for (const [version, { page }] of pages) {
      for (const _ of ['at first', 'and again']) {
        await page.reload()
        await arrived(page)
        const arm = version === '1.0.1' ? 'canary' : 'stable'
        t.equal(await versionOf(page), `Console ${version} (${arm})`)
      }
    }
  })

  t.test('an abort brings both to stable, and what was open goes on', async (t) => {
    await host.client.request('POST', `/v1/rollouts/${id}/abort`, {})
    const canary = pages.get('1.0.1')
    await canary?.page.getByRole('link', { name: 'Catalog', exact: true }).click()
    await canary?.page.getByRole('heading', { level: 1, name: 'Catalog' }).waitFor()
    for (const { page } of pages.values()) {
      await page.reload()
      await arrived(page)
      t.equal(await versionOf(page), 'Console 1.0.0 (stable)')
    }
  })

  t.test('and nothing was kept from running', async (t) => {
    for (const { complaints } of pages.values()) t.same(complaints, [])
  })

  /** @returns logins by the version that they are shown */
  async function onePersonOfEach(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>()
    for (let at = 0; found.size < 2; at++) {
      if (at === MOST_PEOPLE) throw new Error(`all of ${MOST_PEOPLE} people are shown one version`)
      const login = `person-${at}`
      const { browser: asks } = await person(host.url, host.client, {
        tenant,
        login,
        roles: ['member'],
      })
      const { headers } = await asks.ask('GET', '/console')
      found.set(headers.get('x-signalbox-page')?.split('@').at(-1) ?? '', login)
    }
    return found
  }
})

/** As the console says it of itself. */
async function versionOf(page: Awaited<ReturnType<typeof openConsole>>['page']): Promise<string> {
  await page.getByRole('button', { name: /^Account and appearance/ }).click()
  const line = page.getByText(/^Console \d/)
  await line.waitFor()
  const text = await line.innerText()
  await page.keyboard.press('Escape')
  return text
}
