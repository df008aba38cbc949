import t from 'tap'
import { openPage, startChromium, withoutChromium } from '../support/chromium.ts'
import { installEventPlugins, publish, setUpEventTenant } from '../support/events.ts'
import { enablePlugin } from '../support/fixture-plugin.ts'
import { FrontDoor } from '../support/front-door.ts'
import { graffiti, installGraffiti } from '../support/graffiti.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { otherSite } from '../support/other-site.ts'
import { PASSWORD, person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

t.test('services in a browser', { skip: withoutChromium }, async (t) => {
  const door = await FrontDoor.open(t)
  const { hostUrl, pluginUrl } = await testDatabases(t)
  const host = await HostProcess.start(t, {
    databaseUrl: hostUrl,
    environment: { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_PUBLIC_URL: door.origin },
  })
  door.leadTo(host.url)
  await installEventPlugins(host)
  const acme = await setUpEventTenant(host, 'acme')
  const admin = host.as(acme.adminToken)
  await installGraffiti(host, await temporaryHome(t))
  await enablePlugin(admin, 'acme', graffiti, [])
  const wish = { app: 'app', service: 'graffiti.one', major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const issued = `/v1/subscriptions/${id}/credentials`
  const { key } = await admin.request<{ key: string }>('POST', issued)
  const browser = await startChromium(t)
  const at = `${door.origin}/catalog/graffiti.one`

  t.test('what a hostile contract says is text on the page, and runs nowhere', async (t) => {
    const { page, complaints } = await openPage(browser)
    await page.goto(`${at}?lang=en`)
    await page.getByLabel('Key or token of your app').fill(key)
    await page.getByRole('button', { name: 'Open' }).click()
    const title = page.getByRole('heading', { level: 1 })
    await title.filter({ hasText: '<script>' }).waitFor()
    t.match(await title.innerText(), "document.title='owned'", 'shown as it was written')
    const echo = page.locator('#operations > article').filter({ hasText: 'echo' }).first()
    await echo.getByRole('button', { name: 'Call' }).click()
    const answer = echo.locator('[data-part="answer"]')
    await answer.filter({ hasText: '200 ·' }).waitFor()
    t.match(await answer.innerText(), /onerror/, 'an answer is text too')
    const fail = page.locator('#operations > article').filter({ hasText: 'fail' }).last()
    await fail.getByRole('button', { name: 'Call' }).click()
    await fail
      .locator('[data-part="answer"]')
      .filter({ hasText: /^5\d\d ·/ })
      .waitFor()
    t.equal(await page.locator('main img, main script').count(), 0)
    const links = await page
      .locator('a')
      .evaluateAll((all) => all.map((one) => (one as unknown as { href: string }).href))
    t.same(
      links.filter((link) => !link.startsWith(`${door.origin}/`)),
      [],
      'every link leads to the host',
    )
    t.not(await page.title(), 'owned')
    t.same(complaints, [])
  })

  t.test('a page in Chinese is used by the keyboard alone', async (t) => {
    const { page, complaints } = await openPage(browser, { locale: 'zh-CN' })
    await page.goto(`${door.origin}/catalog/events.publisher`)
    t.equal(await page.locator('html').getAttribute('lang'), 'zh-CN')
    const field = page.getByLabel('应用的密钥或令牌')
    await field.waitFor()
    const focused = () =>
      page.evaluate('document.activeElement?.id || document.activeElement?.dataset.part')
    const tabTo = async (name: string, key = 'Tab') => {
      for (let presses = 0; presses < 60; presses++) {
        if ((await focused()) === name) return
        await page.keyboard.press(key)
      }
      throw new Error(`${name} is not reached by the keyboard`)
    }
    await tabTo('key')
    await page.keyboard.insertText(acme.keys.publisher)
    await page.keyboard.press('Enter')
    await page.locator('#operations > article').first().waitFor()
    t.equal(await page.getByRole('heading', { level: 1 }).innerText(), '发布者')
    await tabTo('input')
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.insertText('["no object"]')
    await tabTo('go')
    await page.keyboard.press('Enter')
    const answer = page.locator('[data-part="answer"]').first()
    await answer.filter({ hasText: '"code"' }).waitFor()
    t.match(
      await answer.innerText(),
      /^4\d\d ·[\s\S]*[\u4e00-\u9fff]/,
      'a refusal is told in Chinese',
    )
    await tabTo('input', 'Shift+Tab')
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.insertText('{"n":1,"rows":1,"events":[]}')
    await tabTo('go')
    await page.keyboard.press('Enter')
    await answer.filter({ hasText: '200 ·' }).waitFor()
    t.same(complaints, [])
    await page.reload()
    await field.waitFor()
    t.equal(await page.locator('#service').isVisible(), false, 'a reload forgets the key')
  })

  t.test('whoever signs in from the page comes back to it, and calls as himself', async (t) => {
    await admin.request('PUT', '/v1/roles/reader', {
      name: 'Reader',
      actions: ['catalog.read'],
      permissions: ['wall.read'],
    })
    await person(host.url, host.client, { tenant: 'acme', login: 'ann', roles: ['reader'] })
    const { page, complaints } = await openPage(browser)
    await page.goto(at)
    await page.getByRole('link', { name: 'Or sign in' }).click()
    await page.getByLabel('Company').fill('acme')
    await page.getByLabel('Login').fill('ann')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.waitForURL(at)
    const mine = page.locator('#operations > article').filter({ hasText: 'mine' })
    await mine.getByRole('button', { name: 'Call' }).click()
    await mine.locator('[data-part="answer"]').filter({ hasText: '200 ·' }).waitFor()
    const echo = page.locator('#operations > article').filter({ hasText: 'echo' }).first()
    await echo.getByRole('button', { name: 'Call' }).click()
    const refused = echo.locator('[data-part="answer"]').filter({ hasText: '403 ·' })
    await refused.waitFor()
    t.match(await refused.innerText(), '"code"', 'an operation that requires nothing is for apps')
    t.same(complaints, [])
    // The first is another site; with the second the browser sends her cookie along, as ports are no part of a site.
    for (const name of ['127.0.0.1', 'localhost'] as const) {
      await t.test(`a page of ${name} does nothing with her cookie`, async (t) => {
        const evil = await page.context().newPage()
        await evil.goto(await otherSite(t, name))
        const target = `${door.origin}/v1/me/sign-out`
        const tried = await evil.evaluate(async (url) => {
          const wish = { method: 'POST', credentials: 'include', body: '{}' } as const
          const simple = { 'content-type': 'text/plain' }
          await fetch(url, { ...wish, mode: 'no-cors', headers: simple })
          return fetch(url, { ...wish, headers: { 'content-type': 'application/json' } }).then(
            () => 'read',
            () => 'kept from it',
          )
        }, target)
        t.equal(tried, 'kept from it')
        await evil.setContent(`<form method="post" action="${target}"><button>x</button></form>`)
        const [response] = await Promise.all([
          evil.waitForResponse(target),
          evil.getByRole('button').click(),
        ])
        t.equal(response.status(), name === 'localhost' ? 403 : 401, 'a form is refused')
        await page.reload()
        await page.locator('#service').waitFor()
        t.ok(await page.locator('#service').isVisible(), 'she is signed in as before')
      })
    }
  })

  t.test('pages of origins that the app lists call and follow events; others do not', async (t) => {
    const [own, strange] = [await otherSite(t), await otherSite(t)]
    const path = '/v1/tenants/acme/apps/app/origins'
    await admin.request('PUT', path, { origins: [own] })
    const from = async (site: string) => {
      const { page } = await openPage(browser)
      await page.goto(site)
      return page
    }
    const call = {
      url: `${door.origin}/api/graffiti.one/v1/echo`,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    }
    const called = (page: Awaited<ReturnType<typeof from>>) =>
      page.evaluate(async ({ url, headers }) => {
        const answer = await fetch(url, { method: 'POST', headers, body: '{"a":1}' })
        const limit = answer.headers.get('ratelimit')
        return { status: answer.status, isLimited: limit !== null, body: await answer.json() }
      }, call)
    const page = await from(own)
    t.same(await called(page), { status: 200, isLimited: true, body: { a: 1 } })
    await t.rejects(called(await from(strange)), /Failed to fetch/)
    const wish = { type: 'orders.created', key: 'c' }
    const follow = (after?: string) =>
      page.evaluate(
        async ({ url, secret, after }) => {
          const headers = {
            authorization: `Bearer ${secret}`,
            ...(after === undefined ? {} : { 'last-event-id': after }),
          }
          const answer = await fetch(url, { headers, signal: AbortSignal.timeout(60_000) })
          const body = answer.body as ReadableStream<Uint8Array<ArrayBuffer>>
          const reader = body.pipeThrough(new TextDecoderStream()).getReader()
          let text = ''
          for (;;) {
            const { value } = await reader.read()
            text += value
            const [, id, data = ''] = /^id: (.*)\ndata: (.*)\n\n/m.exec(text) ?? []
            if (id === undefined && value !== undefined) continue
            await reader.cancel()
            return { id, n: JSON.parse(data).data.n as number }
          }
        },
        { url: streamUrl, secret: acme.keys.publisher, after },
      )
    const streamUrl = `${door.origin}/api/events.publisher/v1/stream?types=orders.*&key=c&after=0`
    for (const n of [1, 2]) {
      const { status, body } = await publish(host, acme, { ...wish, data: { n } })
      t.equal(status, 200, JSON.stringify(body))
    }
    const first = await follow()
    t.equal(first.n, 1)
    t.equal((await follow(first.id)).n, 2, 'it goes on where it was cut off')
  })
})
