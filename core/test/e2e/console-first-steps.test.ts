import { cp, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { startConsoleHost } from '../support/console-host.ts'
import {
  arrived,
  axeViolations,
  goTo,
  keepScreenshot,
  openConsole,
} from '../support/console-page.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { packedConsole } from '../support/packed-console.ts'
import { testDatabases } from '../support/postgres.ts'

const demoFile = join(import.meta.dirname, '../../../plugins/inventory-forecast/demo.json')
const practice = '@signalbox/practice'
/** The judge needs calls, and a slow machine answers few of them. */
const JUDGED_MS = 180_000

/** The demo as `npm start` has it, but for the console, which is built already, and what stands beside it. */
async function demoHere(folder: string): Promise<string> {
  const console = join(folder, 'console')
  await cp(await packedConsole(), console, { recursive: true })
  const { scripts, ...packageJson } = JSON.parse(
    await readFile(join(console, 'package.json'), 'utf8'),
  )
  const demo = JSON.parse(await readFile(demoFile, 'utf8'))
  const at = (path: string) => resolve(dirname(demoFile), path)
  await writeFiles(folder, {
    'console/package.json': JSON.stringify(packageJson),
    'demo.json': JSON.stringify({
      ...demo,
      plugin: at(demo.plugin),
      beside: [console],
      subscribes: ['inventory.planning@1'],
      practice: { ...demo.practice, plugin: at(demo.practice.plugin) },
    }),
  })
  return join(folder, 'demo.json')
}

t.test('the first five minutes, by the page alone', { skip: withoutChromium }, async (t) => {
  const { hostUrl, pluginUrl } = await testDatabases(t)
  const file = await demoHere(await temporaryHome(t))
  const host = await HostProcess.start(t, {
    databaseUrl: hostUrl,
    environment: { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_ADMIN_TOKEN: OPERATOR_TOKEN },
    words: ['--demo', file],
  })
  const browser = await startChromium(t)
  const { page, complaints } = await openConsole(browser, { url: host.url, as: 'operator' })
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  t.test('the home page leads to it', async () => {
    await page.getByRole('link', { name: 'Begin' }).waitFor()
    const link = page.getByRole('link', { name: 'Try it in five minutes' })
    await link.waitFor()
    await keepScreenshot(page, 'en-GB-first-steps-home')
    await link.click()
    await page.getByRole('heading', { level: 1, name: 'First rollout' }).waitFor()
  })

  t.test('an admin enables a plugin, and an app calls it', async (t) => {
    await button('Dongchen Trading (demo)').click()
    await button('Install 1.0.0').click()
    await button('Consent and enable').click()
    await button('Subscribe and get a key').click()
    await button('Send calls').click()
    await page.getByText(/^[1-9]\d* answered, 0 failed\. 1\.0\.0: /).waitFor()
    const path = `/v1/tenants/demo/plugins/${encodeURIComponent(practice)}`
    t.match(await host.client.request('GET', path), { binding: 'enabled', version: '1.0.0' })
    await keepScreenshot(page, 'en-GB-first-steps-calls')
    t.same(await axeViolations(page), [])
  })

  t.test('a bad version is rolled out, and taken back by itself', async (t) => {
    await button('Install 1.1.0 and give it 25 % of the calls').click()
    await page.getByText('1.1.0 was taken back by the host itself.').waitFor({ timeout: JUDGED_MS })
    await button('Stop').click()
    t.match(await page.getByText(/^The app got /).textContent(), /and saw 0 errors\.$/)
    const path = `/v1/rollouts?plugin=${encodeURIComponent(practice)}`
    const { items } = await host.client.request<{ items: { id: string }[] }>('GET', path)
    t.equal(items.length, 1)
    const rollout = await host.client.request<{ transitions: { actor: string }[] }>(
      'GET',
      `/v1/rollouts/${items[0]?.id}`,
    )
    t.match(rollout, { state: 'aborted', to: '1.1.0' })
    t.equal(rollout.transitions.at(-1)?.actor, 'judge')
    await page.getByText('1.1.0 was taken back').scrollIntoViewIfNeeded()
    await keepScreenshot(page, 'en-GB-first-steps-taken-back')
    t.same(await axeViolations(page), [])
  })

  t.test('what became of it stands beside its version', async () => {
    const elsewhere = await page.context().newPage()
    await elsewhere.goto(`${host.url}/console/plugins/${encodeURIComponent(practice)}?tenant=demo`)
    const row = elsewhere.getByRole('row').filter({ hasText: '1.1.0' })
    await row.getByRole('link', { name: 'aborted' }).waitFor()
    await elsewhere.getByRole('tab', { name: 'Capabilities' }).click()
    await elsewhere.getByText('It asks for nothing').waitFor()
    await elsewhere.close()
  })

  t.test('it is tried once more by who wants to see it again', async (t) => {
    await button('Once more').click()
    await page.getByText('The judge decides by calls: send some above.').waitFor()
    await button('Send calls').click()
    await page.getByText('1.1.0 was taken back by the host itself.').waitFor({ timeout: JUDGED_MS })
    await button('Stop').click()
    const path = `/v1/rollouts?plugin=${encodeURIComponent(practice)}`
    t.match(await host.client.request('GET', path), {
      items: [{ state: 'aborted' }, { state: 'aborted' }],
    })
  })

  t.test('of a company that is not there nothing is shown', async () => {
    await goTo(page, '/first-rollout?tenant=nosuch')
    await page.getByText('There is no company nosuch.').waitFor()
    await goTo(page, '/first-rollout?tenant=demo')
  })

  t.test('and it goes on with the mended one', async () => {
    await button('Go on with 1.1.1, which is mended').click()
    await page.getByRole('button', { name: 'Install 1.1.1' }).click()
    await page.getByRole('button', { name: 'Roll out' }).waitFor()
  })

  t.test('the same in Chinese, on a telephone', async (t) => {
    const wish = { url: host.url, as: 'operator', locale: 'zh-CN', width: 360 } as const
    const small = await openConsole(browser, { ...wish, path: '/first-rollout?tenant=demo' })
    await small.page.getByText('1.1.0 已由主机自动收回。').scrollIntoViewIfNeeded()
    await keepScreenshot(small.page, 'zh-CN-first-steps-taken-back')
    t.same(await axeViolations(small.page), [])
    t.ok(await fits(small.page), 'nothing is wider than the window')
    t.same(small.complaints, [])
  })

  t.test('and nothing was kept from running', async (t) => t.same(complaints, []))
})

t.test('a host without the demo says what to do first', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  const browser = await startChromium(t)
  const { page, complaints } = await openConsole(browser, { url: host.url, as: 'operator' })
  const step = (name: string) =>
    page.locator('.guide li').filter({ has: page.getByRole('link', { name, exact: true }) })
  await step('Make a company').getByText('to do').waitFor()
  await step('Publish a plugin').getByText('to do').waitFor()
  t.equal(await page.getByRole('link', { name: 'Begin' }).count(), 0)
  t.match(await step('Publish a plugin').textContent(), 'npx signalbox create')
  await page.getByRole('link', { name: 'First steps', exact: true }).click()
  await keepScreenshot(page, 'en-GB-first-steps-empty')
  t.same(await axeViolations(page), [])

  await page.getByRole('link', { name: 'Make a company' }).click()
  await page.getByRole('button', { name: 'New tenant' }).click()
  await page.getByLabel('Name').fill('Acme Ltd')
  await page.getByLabel('Id').fill('acme')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByText('Token of its admin').waitFor()
  await keepScreenshot(page, 'en-GB-first-steps-company')
  await page.getByRole('button', { name: 'I have kept it' }).click()
  t.same(await axeViolations(page), [])
  await page.getByRole('link', { name: 'Home', exact: true }).click()
  await step('Make a company').getByText('done').waitFor()
  t.equal(new URL(page.url()).searchParams.get('tenant'), 'acme', 'it is chosen')

  await goTo(page, '/first-rollout')
  await page.getByText('does not hold the practice plugin').waitFor()
  await arrived(page)
  t.same(await axeViolations(page), [])
  t.same(complaints, [])
})

async function fits(page: Page): Promise<boolean> {
  return page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth')
}
