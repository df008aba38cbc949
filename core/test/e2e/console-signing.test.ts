import { readFile } from 'node:fs/promises'
import { type TOTP, URI } from 'otpauth'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { openPage, startChromium, withoutChromium } from '../support/chromium.ts'
import { Company } from '../support/company.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import { axeViolations, goTo, keepScreenshot, openConsole } from '../support/console-page.ts'
import { FrontDoor } from '../support/front-door.ts'
import { judgeSignatures, withoutJudges } from '../support/pdf-judges.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { buyer, defineContract, envelopes, fileOf } from '../support/signing-company.ts'
import { SigningRoom } from '../support/signing-room.ts'

const tenant = 'dongchen'
const PHONE = { width: 360, height: 740 }

t.test('a contract is signed on telephones', { skip: withoutChromium }, async (t) => {
  const door = await FrontDoor.open(t)
  const room = await SigningRoom.open(t)
  const { hostUrl: databaseUrl } = await testDatabases(t)
  const environment = { ...room.environment, SIGNALBOX_PUBLIC_URL: door.origin }
  const trusted = `@signalbox/console=operator, ${room.environment['SIGNALBOX_TRUSTED']}`
  const host = await startConsoleHost(t, {
    databaseUrl,
    environment: { ...environment, SIGNALBOX_TRUSTED: trusted },
  })
  door.leadTo(host.url)
  const company = await Company.open(t, host, tenant, ['e-signature'])
  await enableConsole(host, tenant)
  await room.furnish(company)
  await company.ask(envelopes, 'definePolicy', { policy: 'proven', proofs: ['totp', 'mail-code'] })
  await defineContract(company, { isSealed: false, policy: 'proven', chinese: '买卖合同' })
  const role = (id: string, permissions: readonly string[]) =>
    company.admin.request('PUT', `/v1/roles/${id}?tenant=${tenant}`, {
      ...{ name: id, actions: [], permissions },
    })
  await role('senders', ['signature.read', 'signature.send'])
  await role('signers', ['signature.sign'])
  const join = (login: string, ...roles: string[]) =>
    person(host.url, company.admin, { tenant, login, roles: ['member', ...roles] })
  await join('mei', 'senders', 'auditor')
  await join('bo', 'signers')
  const browser = await startChromium(t)
  const onPhone = async (login: string, locale: 'en-GB' | 'zh-CN', path: string) => {
    const as = { tenant, login }
    const watched = await openConsole(browser, { url: door.origin, as, locale, path })
    await watched.page.setViewportSize(PHONE)
    return watched
  }
  let envelope = ''

  t.test('the sender fills a template in, sees its pages, and sends it', async (t) => {
    const { page, complaints } = await onPhone('mei', 'zh-CN', '/p/contracts/templates')
    await page.getByRole('link', { name: '买卖合同' }).click()
    await page.getByRole('button', { name: '起草合同' }).click()
    const form = page.getByRole('form', { name: '起草合同' })
    await keepScreenshot(page, 'signing-draft-zh')
    await form.getByLabel('Subject').fill('轴承 6204-2RS，壹万件')
    await form.getByLabel('金额').fill('128000.50')
    await form.getByLabel('姓名').nth(0).fill(buyer.name)
    await form.getByLabel('邮箱').nth(0).fill(buyer.email)
    await form.getByLabel('单位').nth(0).fill(buyer.organisation)
    await form.getByLabel('姓名').nth(1).fill('Bo')
    await form.getByLabel('单位').nth(1).fill('东辰制造')
    await form.getByLabel('本公司用户').nth(1).click()
    await page.getByTitle('Person bo (bo)').click()
    await narrow(t, page)
    await form.getByRole('button', { name: '起草合同' }).click()
    await page.waitForURL('**/contracts/envelope?**')
    envelope = new URL(page.url()).searchParams.get('envelope') ?? ''
    await page.getByText('草稿').first().waitFor()

    const table = page.waitForResponse(/\/simplified_[^/]+\.js/)
    await page.getByRole('link', { name: '买卖合同.pdf' }).click()
    t.equal((await table).status(), 200, 'characters that the file only names')
    await drawn(page, '第 1 页，共 3 页')
    await keepScreenshot(page, 'signing-document-zh')
    await page.goBack()
    await page.getByRole('button', { name: /^发\s?送$/ }).click()
    await page.getByText('已发送').first().waitFor()
    await narrow(t, page)
    await keepScreenshot(page, 'signing-envelope-zh')
    t.strictSame(await axeViolations(page), [])
    t.strictSame(complaints, [])
    t.match(await company.ask(envelopes, 'envelope', { envelope }), { state: 'sent' })
    await page.context().close()
  })

  t.test('who works for the company signs in the console, by the code of an app', async (t) => {
    const { page, complaints } = await onPhone('bo', 'en-GB', '/p/contracts/own-proofs')
    await page.getByRole('button', { name: 'Begin with an authenticator app' }).click()
    await page.getByRole('button', { name: 'Show the key' }).click()
    const app = URI.parse((await page.getByText(/^otpauth:/).innerText()).trim()) as TOTP
    await narrow(t, page)
    await page.getByRole('button', { name: 'Confirm by its first code' }).click()
    await page.getByLabel('Code', { exact: true }).fill(app.generate())
    await page.getByRole('button', { name: 'Confirm', exact: true }).click()
    await page.getByRole('cell', { name: 'Yes' }).first().waitFor()
    t.strictSame(await axeViolations(page), [])

    await goTo(page, '/p/contracts/to-sign')
    await page.getByRole('link', { name: '买卖合同' }).click()
    await drawn(page, 'Page 1 of 3')
    await page.getByRole('cell', { name: 'Yes' }).first().waitFor()
    await narrow(t, page)
    await keepScreenshot(page, 'signing-to-sign-en')
    t.strictSame(await axeViolations(page), [])
    await page.getByRole('button', { name: 'Sign', exact: true }).click()
    const form = page.getByRole('form', { name: 'Sign' })
    const code = form.getByLabel('Code', { exact: true })
    await code.fill('000000')
    await form.getByRole('button', { name: 'Sign', exact: true }).click()
    await form.getByText('CODE_WRONG').waitFor()
    await code.fill(app.generate({ timestamp: Date.now() + 30_000 }))
    await form.getByRole('button', { name: 'Sign', exact: true }).click()
    await page.getByText('Signed', { exact: true }).first().waitFor()
    t.strictSame(complaints, [])
    const { recipients } = await company.eventually(
      'the mail to the buyer',
      () => company.ask(envelopes, 'envelope', { envelope }),
      (seen) => seen.recipients[0].state !== 'waiting',
    )
    t.match(recipients, [{ state: 'notified' }, { name: 'Bo', state: 'signed' }])
    await page.context().close()
  })

  t.test('who has no account signs on the page of his link', async (t) => {
    const mail = await room.mailTo(company, buyer.email, /\/links\//)
    const { page, complaints } = await openPage(browser)
    await page.setViewportSize(PHONE)
    await page.goto(/https?:\/\/\S+\/links\/\S+/.exec(mail)?.[0] ?? '')
    await page.getByRole('button', { name: 'Read', exact: true }).click()
    await page.getByRole('link', { name: 'Open or save the PDF' }).waitFor()
    await page.getByLabel('place').fill('苏州')
    await page.getByLabel(/agree/i).check()
    await page.getByRole('button', { name: 'Send the code' }).click()
    const code = await company.eventually(
      'the code',
      async () => room.codesTo(buyer.email).at(-1),
      (one) => one !== undefined,
    )
    await page.getByLabel('Code', { exact: true }).fill(code ?? '')
    await narrow(t, page)
    await page.getByRole('button', { name: 'Sign', exact: true }).click()
    await page.locator('strong').filter({ hasText: 'Signed' }).waitFor()
    await keepScreenshot(page, 'signing-link-en')
    t.strictSame(complaints, [])
    await page.context().close()
  })

  t.test('the sender saves what was signed, and others vouch for it', async (t) => {
    const path = `/p/contracts/document?envelope=${envelope}&document=d1`
    const { page, complaints } = await onPhone('mei', 'en-GB', path)
    await drawn(page, 'Page 1 of 3')
    await narrow(t, page)
    await keepScreenshot(page, 'signing-signed-en')
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ])
    t.equal(saved.suggestedFilename(), '买卖合同.pdf')
    const file = await readFile(await saved.path())
    t.strictSame(file, await fileOf(company, envelope), 'as it is kept')
    t.match(await company.ask(envelopes, 'envelope', { envelope }), { state: 'completed' })
    t.match(await company.ask(envelopes, 'verifyEvidence', { envelope }), { valid: true })
    t.strictSame(complaints, [])
    t.test('pdfsig', { skip: await withoutJudges() }, async (t) => {
      t.strictSame(await judgeSignatures(file, room.openssl), [])
    })
  })
})

/** Nothing is wider than the telephone. */
async function narrow(t: Test, page: Page): Promise<void> {
  const wide = Number(await page.evaluate('document.documentElement.scrollWidth'))
  t.ok(wide <= PHONE.width, `${wide} pixels wide`)
}

/** A page of a file is on its canvas, and not blank. */
async function drawn(page: Page, name: string): Promise<void> {
  const canvas = page.getByRole('img', { name }).and(page.locator('[aria-busy="false"]'))
  await canvas.waitFor()
  const dark = await page.evaluate<number>(`(() => {
    const { width, height } = document.querySelector('canvas.pdf-page')
    const { data } = document.querySelector('canvas.pdf-page').getContext('2d').getImageData(0, 0, width, height)
    return data.filter((value, at) => at % 4 === 0 && value < 128 && data[at + 3] > 128).length
  })()`)
  if (dark < 100) throw new Error(`${name} is blank: ${dark} dark points`)
}
