import { type TOTP, URI } from 'otpauth'
import type { Page } from 'playwright-core'
import t from 'tap'
import { openPage, startChromium, withoutChromium } from '../support/chromium.ts'
import { FrontDoor } from '../support/front-door.ts'
import { HostProcess, OPERATOR_TOKEN } from '../support/host-process.ts'
import { CLIENT, IdentityProvider, SECRET } from '../support/identity-provider.ts'
import { PASSWORD, person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'

t.test('signing in with a browser', { skip: withoutChromium }, async (t) => {
  const door = await FrontDoor.open(t)
  const provider = await IdentityProvider.start(t)
  const { hostUrl } = await testDatabases(t)
  const host = await HostProcess.start(t, {
    databaseUrl: hostUrl,
    environment: {
      SIGNALBOX_PUBLIC_URL: door.origin,
      SIGNALBOX_KEY_FILE: await keyFile(t),
      SIGNALBOX_FETCH_ALLOW: provider.issuer,
    },
  })
  door.leadTo(host.url)
  const { client } = host
  await client.request('POST', '/v1/tenants', { id: 'acme', name: 'Acme' })
  const browser = await startChromium(t)
  const at = `${door.origin}/sign-in`

  async function typePassword(page: Page, login: string, password = PASSWORD) {
    await page.getByLabel('Company').fill('acme')
    await page.getByLabel('Login').fill(login)
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
  }
  const shows = (page: Page, text: string) =>
    page.getByRole('status').filter({ hasText: text }).waitFor()

  t.test('an invitation is accepted, then a password and a code open the door', async (t) => {
    const made = await client.request<{ id: string; invitation: { path: string; ticket: string } }>(
      'POST',
      '/v1/users',
      { tenant: 'acme', login: 'ben', displayName: 'Ben', email: 'ben@acme.example' },
    )
    const { page, complaints } = await openPage(browser)
    await page.goto(`${door.origin}${made.invitation.path}`)
    t.notMatch(page.url(), made.invitation.ticket, 'the ticket leaves the address bar')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Go on' }).click()
    await shows(page, 'The password is set')
    await typePassword(page, 'ben', 'violet otter parks ten')
    await page.getByRole('status').filter({ hasText: /\S/ }).waitFor()
    t.equal(await page.getByLabel('Password').isVisible(), true, 'a wrong password is told')
    await typePassword(page, 'ben')
    await shows(page, 'You are signed in.')
    const nextCode = await setUpCodes(page)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Login').waitFor()
    t.match(await statusOfMe(page), 401, 'signing out ends the session')
    await typePassword(page, 'ben')
    await page.getByLabel('Code of the app').fill(nextCode())
    await page.keyboard.press('Enter')
    await shows(page, 'You are signed in.')
    const cookies = await page.context().cookies()
    t.match(cookies, [{ name: 'signalbox', httpOnly: true, sameSite: 'Lax' }])
    t.equal(await page.evaluate('document.cookie'), '', 'no script sees the session')
    t.same(complaints, [])
  })

  t.test('a passkey is made and signs in, in Chinese', async (t) => {
    await person(host.url, client, { tenant: 'acme', login: 'cai' })
    const { page, complaints } = await openPage(browser, { locale: 'zh-CN' })
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await page.goto(at)
    t.equal(await page.locator('html').getAttribute('lang'), 'zh-CN')
    await page.getByLabel('租户').fill('acme')
    await page.getByLabel('登录名').fill('cai')
    await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: '继续' }).click()
    await shows(page, '您已登录。')
    await page.getByLabel('此设备的名称').fill('笔记本')
    await page.getByRole('button', { name: '添加通行密钥' }).click()
    await shows(page, '通行密钥已添加。')
    await page.getByRole('button', { name: '退出登录' }).click()
    await page.getByRole('button', { name: '使用通行密钥登录' }).click()
    await shows(page, '您已登录。')
    t.equal(
      await page.evaluate(`fetch('/v1/me').then((one) => one.json()).then((me) => me.login)`),
      'cai',
    )
    t.same(complaints, [])
  })

  t.test(
    "the company's provider signs in, and the page that asked for it comes back",
    async (t) => {
      const callback = `${door.origin}/v1/sign-in/sso/acme/main/callback`
      await provider.open({ redirectUri: callback, postLogoutUri: at })
      provider.who = 'dora'
      provider.accounts.set('dora', {
        email: 'dora@acme.example',
        email_verified: true,
        preferred_username: 'dora',
        name: 'Dora',
        groups: ['staff'],
      })
      const { browser: admin } = await person(host.url, client, {
        tenant: 'acme',
        login: 'root',
        roles: ['admin'],
      })
      const connection = {
        name: 'Acme login',
        issuer: provider.issuer,
        clientId: CLIENT,
        clientSecret: SECRET,
        scopes: ['profile', 'email', 'groups'],
        groupRoles: [{ group: 'staff', roles: ['member'] }],
        createsUsers: true,
      }
      const headers = { origin: door.origin }
      t.match(await admin.ask('PUT', '/v1/tenants/acme/sso/main', connection, headers), {
        status: 200,
      })
      const { page, complaints } = await openPage(browser)
      await page.goto(`${at}#next=/catalog/nothing.here`)
      await page.getByRole('button', { name: "Sign in through the company's provider" }).click()
      await shows(page, 'Type the company first.')
      await page.getByLabel('Company').fill('acme')
      await page.getByRole('button', { name: "Sign in through the company's provider" }).click()
      await page.waitForURL(`${door.origin}/catalog/nothing.here`)
      t.equal(
        await page.evaluate(`fetch('/v1/me').then((one) => one.json()).then((me) => me.login)`),
        'dora',
      )
      t.same(complaints, [])
      await page.goto(`${at}#next=//evil.example/catalog`)
      await page.getByRole('button', { name: /./ }).first().waitFor()
      t.equal(new URL(page.url()).origin, door.origin)
    },
  )

  t.test('the operator signs in with the token, and is led back to no other host', async (t) => {
    const { page, complaints } = await openPage(browser)
    const asOperator = async (token: string) => {
      await page.getByRole('button', { name: 'Sign in as the operator' }).click()
      await page.getByLabel("Operator's token").fill(token)
      await page.keyboard.press('Enter')
    }
    await page.goto(at)
    await asOperator('not what it is')
    await shows(page, "This is not the operator's token of this host.")
    await page.getByRole('button', { name: 'Sign in with a login' }).click()
    await page.getByLabel('Company').waitFor()
    await asOperator(OPERATOR_TOKEN)
    await shows(page, 'You are signed in.')
    t.equal(await page.getByRole('button', { name: 'Add an authenticator app' }).count(), 0)
    t.equal(await page.getByLabel('Name of this device').isVisible(), false)
    t.equal(await page.evaluate('document.cookie'), '', 'no script sees the session')
    t.notMatch(await page.content(), OPERATOR_TOKEN)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Login').waitFor()
    t.equal(await statusOfMe(page), 401)
    for (const next of [
      '//evil.example/x',
      '%2F%2Fevil.example',
      '/%5Cevil.example',
      '/.//evil.example',
    ]) {
      await page.goto('about:blank')
      await page.goto(`${at}#next=${next}`)
      await asOperator(OPERATOR_TOKEN)
      await shows(page, 'You are signed in.')
      t.equal(page.url(), at, next)
    }
    await page.goto('about:blank')
    await page.goto(`${at}#next=${encodeURIComponent('/healthz?of=东#end')}`)
    await asOperator(OPERATOR_TOKEN)
    await page.waitForURL(`${door.origin}/healthz?of=${encodeURIComponent('东')}#end`)
    t.same(complaints, [])
  })

  t.test('a page of another origin signs nobody in, and nobody frames the page', async (t) => {
    const { page } = await openPage(browser)
    await page.goto(host.url.concat('/healthz'))
    const tried = await page.evaluate(
      ([url = '', password = '']) =>
        fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ tenant: 'acme', login: 'cai', password }),
        }).then(
          () => 'read',
          () => 'kept from it',
        ),
      [`${door.origin}/v1/sign-in`, PASSWORD],
    )
    t.equal(tried, 'kept from it')
    t.same(await page.context().cookies(), [])
    const framed = new Promise<string>((resolve) => {
      page.on('console', (line) => /frame-ancestors/.test(line.text()) && resolve(line.text()))
    })
    await page.setContent(`<iframe src="${at}"></iframe>`)
    t.match(await framed, /refused|violates/i)
  })

  /** By the page, as an authenticator app is told and says. @returns makes a code that has not been used */
  async function setUpCodes(page: Page): Promise<() => string> {
    await page.getByRole('button', { name: 'Add an authenticator app' }).click()
    const link = await page.getByRole('link').getAttribute('href')
    const totp = URI.parse(link ?? '') as TOTP
    const typed = (await page.locator('code').innerText()).replaceAll(' ', '')
    t.equal(typed, totp.secret.base32, 'the same to type')
    await page.getByLabel('Code of the app').fill('000000')
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: /\S/ }).waitFor()
    const code = totp.generate()
    await page.getByLabel('Code of the app').fill(`${code.slice(0, 3)} ${code.slice(3)}`)
    await page.keyboard.press('Enter')
    await shows(page, 'Keep these recovery codes')
    t.match(await page.locator('pre').innerText(), /^(?:[0-9a-f]{5}(?:-[0-9a-f]{5}){3}\n?){10}$/)
    await page.getByRole('button', { name: 'I have kept them' }).click()
    await shows(page, 'You are signed in.')
    // Of the step that comes: each is taken once, and clocks that run ahead by one are let.
    return () => totp.generate({ timestamp: Date.now() + 30_000 })
  }

  const statusOfMe = (page: Page) => page.evaluate(`fetch('/v1/me').then((one) => one.status)`)
})
