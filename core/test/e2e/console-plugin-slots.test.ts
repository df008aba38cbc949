import t from 'tap'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { openConsoleCompany, tenant } from '../support/console-company.ts'
import {
  arrived,
  axeViolations,
  goTo,
  keepScreenshot,
  openConsole,
} from '../support/console-page.ts'
import { enablePlugin, installFixture } from '../support/fixture-plugin.ts'
import { consoleEnvironment } from '../support/packed-console.ts'
import { testDatabases } from '../support/postgres.ts'

const modules = '@module/pages'
const strange = '@strange/pages'

t.test('cards and commands of plugins in the console', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const trusted = `${consoleEnvironment.SIGNALBOX_TRUSTED}, ${modules}=operator`
  const host = await openConsoleCompany(t, {
    databaseUrl: hostUrl,
    environment: { SIGNALBOX_TRUSTED: trusted },
  })
  await installFixture(host, 'strange-pages-plugin', strange)
  await installFixture(host, 'module-pages-plugin', modules)
  for (const plugin of [strange, modules]) await enablePlugin(host.client, tenant, plugin, [])
  const browser = await startChromium(t)
  const open = (login: string, locale?: 'zh-CN') =>
    openConsole(browser, {
      url: host.url,
      as: { tenant, login },
      ...(locale === undefined ? {} : { locale }),
    })
  const ann = await open('ann')
  const { page } = ann
  const card = (name: string) => page.getByRole('article', { name })

  t.test('a card that throws is a note, and the first page and its neighbours live', async (t) => {
    await card('Broken card').getByText('MODULE_THREW').waitFor()
    await card('Counted card').getByRole('button', { name: 'Pressed 0' }).click()
    await card('Counted card').getByRole('button', { name: 'Pressed 1' }).waitFor()
    await card('Open lots').getByText('No lot waits for an inspection.').waitFor()
    await page.getByRole('heading', { level: 2, name: 'Waits for you' }).waitFor()
    await card('Broken card').getByText(`${modules} 1.0.0`).waitFor()
    const others = ann.complaints.filter((one) => !one.includes('this page is broken'))
    t.same(others, [], 'no script or style was kept from the page')
  })

  t.test('what asks for a service that is not there says so in its own card', async () => {
    await card('Strange more 0').getByRole('alert').first().waitFor()
  })

  t.test('of one plugin four are shown, and which are not is said', async (t) => {
    await page.getByText('1 more card of plugins is not shown').click()
    await page.getByText(`Strange card · ${strange}`).waitFor()
    t.equal(await card('Strange card').count(), 0)
    await keepScreenshot(page, 'en-GB-home-cards')
    t.same(await axeViolations(page), [])
  })

  t.test('a card leads to a page of its plugin with what it hands over', async (t) => {
    await card('Counted card').getByRole('link', { name: 'Counted' }).click()
    await page.getByText('en a card').waitFor()
    t.match(page.url(), /\/console\/p\/module\/count\?of=a\+card$/)
  })

  const command = async (text: string) => {
    await page.keyboard.press('Control+K')
    await page.locator('dialog[open] .palette').waitFor()
    await page.keyboard.type(text)
    return page.getByRole('option')
  }

  t.test('a command is found by its words, with whose it is, and goes where it says', async (t) => {
    const found = await command('arithmetic')
    await found.filter({ hasText: `Count to seven · ${modules}` }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('en seven').waitFor()
    t.match(page.url(), /\/console\/p\/module\/count\?of=seven$/)
    await (await command('strange command')).first().waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await page.locator('.palette').waitFor({ state: 'detached' })
  })

  t.test('a command that is a form has an address, and leads on when it is done', async (t) => {
    await (await command('register a gauge')).first().waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Register a gauge' }).waitFor()
    t.match(page.url(), /\/console\/commands\/%40signalbox%2Fquality-checks\/register-gauge$/)
    t.same(await axeViolations(page), [])
    await page.reload()
    await arrived(page)
    const form = page.getByRole('form')
    await form.getByLabel('Gauge', { exact: true }).fill('MIC-7')
    await form.getByLabel(/^Name/).fill('Micrometer')
    await form.getByLabel(/^Kind/).fill('micrometer')
    await form.getByRole('spinbutton').fill('365')
    await form.getByRole('button', { name: 'Register' }).click()
    await page.getByRole('cell', { name: 'MIC-7' }).first().waitFor()
    t.match(page.url(), /\/console\/p\/quality\/gauges/)
  })

  t.test('to who looks after it is told what is not shown, and why', async (t) => {
    await goTo(page, '/p')
    const row = (text: string) => page.getByRole('row').filter({ hasText: text })
    await row('leads-nowhere').getByText('It leads to the page gone').waitFor()
    await row('talk-card').getByText('Too many: 4 of a plugin are shown').waitFor()
    t.same(await axeViolations(page), [])
  })

  t.test('who has not the permission has neither card nor command', async (t) => {
    const ben = await open('ben', 'zh-CN')
    await ben.page.getByRole('article', { name: '计数卡片' }).waitFor()
    t.equal(await ben.page.getByRole('article', { name: '待检批次' }).count(), 0)
    await goTo(ben.page, '/commands/%40signalbox%2Fquality-checks/register-gauge')
    await ben.page.getByRole('heading', { name: '没有插件提供此页面' }).waitFor()
    await keepScreenshot(ben.page, 'zh-CN-command-not-offered')
  })
})
