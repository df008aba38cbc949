import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import t from 'tap'
import { openPage, startChromium, withoutChromium } from '../support/chromium.ts'
import { Company } from '../support/company.ts'
import { FrontDoor } from '../support/front-door.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import {
  buyer,
  defineContract,
  envelopes,
  seller,
  sendContract,
} from '../support/signing-company.ts'
import { SigningRoom } from '../support/signing-room.ts'
import { Visitor } from '../support/signing-visitor.ts'

const hostile = `<img src=x onerror="document.title='owned'">`
const PHONE = { width: 360, height: 740 }

t.test("a signer's page in a browser", { skip: withoutChromium }, async (t) => {
  const door = await FrontDoor.open(t)
  const room = await SigningRoom.open(t)
  const { hostUrl: databaseUrl } = await testDatabases(t)
  const environment = { ...room.environment, SIGNALBOX_PUBLIC_URL: door.origin }
  const host = await HostProcess.start(t, { databaseUrl, environment })
  door.leadTo(host.url)
  const company = await Company.open(t, host, 'dongchen', ['e-signature'])
  await room.furnish(company)
  await defineContract(company, { isSealed: false, title: `${hostile} 买卖合同` })
  const browser = await startChromium(t)
  let known = 0
  /** The address that was mailed for the envelope that was sent last, once it has come. */
  const newlyMailed = async () => {
    const links = await company.eventually(
      'a mail to the buyer',
      async () => room.linksTo(buyer.email),
      (all) => all.length > known,
    )
    known = links.length
    return links.at(-1) ?? ''
  }
  const mailed = () => room.linksTo(buyer.email).at(-1) ?? ''
  const message = (page: Page, has: RegExp) =>
    page.locator('#message').filter({ hasText: has }).waitFor()

  t.test('a contract is signed from the mailed link on a telephone, to its end', async (t) => {
    const envelope = await sendContract(company, { isSealed: false, name: `${hostile} 李娜` })
    const { page, complaints } = await openPage(browser)
    await page.setViewportSize(PHONE)
    const response = await page.goto(await newlyMailed())
    const policy = response?.headers()['content-security-policy'] ?? ''
    t.match(policy, /frame-ancestors 'none'/)
    t.match(policy, /script-src 'sha256-[^']+';/)
    t.match(policy, new RegExp(`connect-src ${door.origin}/links/;`))
    t.notMatch(policy, /unsafe|\*|'self'|allow-same-origin/)
    const title = page.getByRole('heading', { level: 1 })
    await title.filter({ hasText: '<img src=x' }).waitFor()
    t.match(await page.locator('#page').innerText(), /onerror.* 李娜/, 'as it was written')
    t.equal(await page.locator('img').count(), 0)
    const wide = await page.evaluate('document.documentElement.scrollWidth')
    t.ok(Number(wide) <= PHONE.width, `${wide} pixels wide`)
    const bare = `[...document.querySelectorAll('input')].filter((one) => one.labels.length === 0).length`
    t.equal(await page.evaluate(bare), 0, 'each control has its label')

    const sign = page.getByRole('button', { name: 'Sign', exact: true })
    await sign.click()
    await message(page, /Read the documents first/)
    await page.getByRole('button', { name: 'Read', exact: true }).press('Enter')
    const saved = page.getByRole('link', { name: 'Open or save the PDF' })
    await saved.waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), saved.press('Enter')])
    t.match((await readFile(await download.path())).subarray(0, 5).toString(), '%PDF-')
    await page.getByLabel('place').fill('苏州')
    await page.getByLabel(/I agree|agree/i).check()
    await sign.click()
    await message(page, /Type the code/)
    await page.getByRole('button', { name: 'Send the code' }).click()
    await message(page, /The code was sent to l/)
    const code = await company.eventually(
      'the code',
      async () => room.codesTo(buyer.email).at(-1),
      (one) => one !== undefined,
    )
    const typed = page.getByLabel('Code', { exact: true })
    await typed.fill(code === '000000' ? '000001' : '000000')
    await typed.press('Enter')
    await message(page, /\(CODE_WRONG\)/)
    await typed.fill(code ?? '')
    await page.getByRole('button', { name: '中文' }).click()
    t.equal(await page.evaluate('document.documentElement.lang'), 'zh-CN')
    await page.getByRole('button', { name: '签署', exact: true }).click()
    await page.locator('strong').filter({ hasText: '已签署' }).waitFor()
    t.strictSame(complaints, [])
    t.notMatch(await page.title(), /^owned/)

    t.match(await new Visitor(company, room, seller.email).sign(), { status: 200 })
    const done = await company.ask(envelopes, 'envelope', { envelope })
    t.match(done, { state: 'completed' })
    t.match(await company.ask(envelopes, 'verifyEvidence', { envelope }), { valid: true })
    await page.context().close()
  })

  t.test('a page has no origin, and asks nothing of the host but its links', async (t) => {
    const { page } = await openPage(browser)
    await page.goto(mailed())
    await page.getByRole('heading', { level: 1 }).waitFor()
    t.equal(await page.evaluate('self.origin'), 'null')
    const asked = (url: string) =>
      page.evaluate(`fetch(${JSON.stringify(url)}).then(() => 'answered', () => 'kept back')`)
    t.equal(await asked(`${door.origin}/v1/me`), 'kept back')
    t.equal(await asked('https://elsewhere.example/'), 'kept back')
    t.match(
      await page.evaluate(
        `(() => { try { return document.cookie } catch (e) { return e.name } })()`,
      ),
      'SecurityError',
    )
    await page.context().close()
  })

  t.test('somebody refuses in Chinese, and somebody hands on', async (t) => {
    const refused = await sendContract(company, { isSealed: false })
    const first = await openPage(browser, { locale: 'zh-CN' })
    await first.page.setViewportSize(PHONE)
    await first.page.goto(await newlyMailed())
    await first.page.getByText('拒绝签署').first().click()
    await first.page.getByLabel('原因').first().fill('金额不对')
    await first.page.getByRole('button', { name: '拒绝签署' }).click()
    await first.page.locator('strong').filter({ hasText: '已拒签' }).waitFor()
    t.match(await company.ask(envelopes, 'envelope', { envelope: refused }), { state: 'rejected' })
    t.strictSame(first.complaints, [])

    const envelope = await sendContract(company, { isSealed: false })
    const second = await openPage(browser)
    await second.page.goto(await newlyMailed())
    await second.page.getByText('Hand on to somebody else').first().click()
    const form = second.page.locator('details[open]')
    await form.getByLabel('Name').fill('Wang')
    await form.getByLabel('E-mail').fill('wang@buyer.example')
    await form.getByLabel('Reason').fill('on leave')
    await form.getByRole('button').press('Enter')
    await second.page.getByText('Handed on', { exact: true }).waitFor()
    t.match((await company.ask(envelopes, 'envelope', { envelope })).recipients, [
      { state: 'delegated' },
    ])
    t.match(await room.mailTo(company, 'wang@buyer.example', /\/links\//), /Wang/)
  })

  t.test('an ended link tells its code', async (t) => {
    const url = mailed()
    const { items } = await company.admin.request<{ items: { id: string }[] }>(
      'GET',
      '/v1/tenants/dongchen/links?limit=200',
    )
    const { page } = await openPage(browser)
    await page.goto(url)
    for (const { id } of items) {
      await company.admin
        .request('DELETE', `/v1/tenants/dongchen/links/${id}`)
        .catch(() => undefined)
    }
    const [ended] = await Promise.all([page.reload()])
    t.equal(ended?.status(), 410)
    t.match(await ended?.text(), /CORE_LINK_EXPIRED/)
  })
})
