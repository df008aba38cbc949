import t from 'tap'
import type { HostRefusal } from '../../src/cli/host-client.ts'
import { Browser as Client } from '../support/browser.ts'
import { chatty, installChatty } from '../support/chatty-plugin.ts'
import { openPage, startChromium, withoutChromium } from '../support/chromium.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import {
  arrived,
  axeViolations,
  goTo,
  keepScreenshot,
  openConsole,
} from '../support/console-page.ts'
import { enablePlugin } from '../support/fixture-plugin.ts'
import { OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import {
  attack,
  hostile,
  hostilePermission,
  installHostilePages,
  publishContributing,
} from '../support/hostile-pages.ts'
import { otherSite } from '../support/other-site.ts'
import { PASSWORD, person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const tenant = 'acme'

t.test('the console among the hostile', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  await host.client.request('POST', '/v1/tenants', { id: tenant, name: attack('tenant') })
  await enableConsole(host, tenant)
  await installHostilePages(host, await temporaryHome(t))
  await enablePlugin(host.client, tenant, hostile, [])
  const { id } = await person(host.url, host.client, { tenant, login: 'ann', roles: ['admin'] })
  const named = { displayName: attack('person') }
  await host.client.request('PATCH', `/v1/users/${id}?tenant=${tenant}`, named)
  await host.client.request('PUT', `/v1/roles/reader?tenant=${tenant}`, {
    name: attack('role'),
    actions: [],
    permissions: [hostilePermission],
  })
  await host.client.request('POST', '/v1/role-assignments', { tenant, user: id, role: 'reader' })
  await host.client.request('POST', '/v1/units', { tenant, id: 'plant', name: attack('unit') })
  await host.client.request('POST', '/v1/apps', { tenant, id: 'app', name: attack('app') })
  const config = { note: attack('config') }
  const plugin = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(hostile)}`
  await host.client.request('PUT', `${plugin}/config`, config)
  const browser = await startChromium(t)
  const operator = await openConsole(browser, { url: host.url, as: 'operator' })
  const ann = await openConsole(browser, { url: host.url, as: { tenant, login: 'ann' } })
  const { page, complaints } = ann

  /** Whether anything of what was written came to life. */
  const found = (at: typeof page) =>
    at.evaluate(`({
      owned: typeof globalThis.owned, polluted: typeof ({}).polluted,
      images: document.querySelectorAll('img').length,
      scripts: [...document.querySelectorAll('script')].filter((one) => one.textContent.includes('owned')).length,
      links: [...document.querySelectorAll('a')].filter((one) => !/^https?:$/.test(one.protocol)).length,
      framed: [...document.querySelectorAll('iframe')].flatMap((one) =>
        [...one.contentDocument?.querySelectorAll('script, [onerror], a[href^="javascript:" i]') ?? []]).length,
    })`)
  const nothing = {
    owned: 'undefined',
    polluted: 'undefined',
    images: 0,
    scripts: 0,
    links: 0,
    framed: 0,
  }

  t.test('what a plugin says of itself is text on every page', async (t) => {
    const about = `/plugins/${encodeURIComponent(hostile)}?tenant=${tenant}`
    for (const path of [`/?tenant=${tenant}`, `/plugins?tenant=${tenant}`, about]) {
      await goTo(operator.page, path)
      t.same(await found(operator.page), nothing, path)
    }
    await operator.page.getByRole('heading', { level: 1, name: '<img src=x' }).waitFor()
    await keepScreenshot(operator.page, 'en-GB-hostile-plugin')
    for (const tab of ['grants', 'config', 'secrets', 'jobs', 'invocations', 'usage']) {
      await goTo(operator.page, `${about}&tab=${tab}`)
      t.same(await found(operator.page), nothing, tab)
    }
    const name = page.getByRole('button', { name: `appearance of ${attack('person')}` })
    t.equal(await name.count(), 1, 'a name of a person is text as well')
    t.same(await found(page), nothing)
  })

  t.test('what a publisher says is text on every page of the marketplace', async (t) => {
    const about = `/marketplace/${encodeURIComponent(hostile)}`
    const tabs = ['overview', 'install', 'permissions', 'services', 'versions', 'changes', 'trust']
    for (const path of ['/marketplace', ...tabs.map((tab) => `${about}?tab=${tab}`)]) {
      await goTo(operator.page, path)
      t.same(await found(operator.page), nothing, path)
    }
    await goTo(operator.page, about)
    await operator.page.locator('iframe.author-text').first().waitFor()
    t.equal(await operator.page.locator('iframe[sandbox*="allow-scripts"]').count(), 0)
    await keepScreenshot(operator.page, 'en-GB-hostile-package')
  })

  t.test('what people are called, and what they have set, is text', async (t) => {
    const about = `/plugins/${encodeURIComponent(hostile)}?tab=config`
    await goTo(page, about)
    await page.locator(`input[value="${attack('config').replaceAll('"', '\\"')}"]`).waitFor()
    const places = ['company', 'users', `users/${id}`, 'units?unit=plant', 'roles', 'positions']
    const paths = [about, ...places.map((place) => `/identity/${place}`), '/apps', '/apps/app']
    for (const path of paths) {
      await goTo(page, path)
      t.same(await found(page), nothing, path)
    }
  })

  t.test('a webhook leads nowhere but to the web', async (t) => {
    const make = (url: string) =>
      host.client
        .request('POST', '/v1/webhooks', {
          tenant,
          url,
          types: ['orders.*'],
        })
        .then(
          () => 201,
          (error: HostRefusal) => error.problem.status,
        )
    for (const url of ["javascript:alert('url')", 'data:text/html,<script>owned=1</script>']) {
      t.equal(await make(url), 403, url)
    }
  })

  t.test('cards and commands of plugins are text, and no more than have room', async (t) => {
    await goTo(page, '')
    const cards = page.getByRole('article')
    await cards.first().getByText(attack('cell')).waitFor()
    t.equal(await cards.count(), 4)
    t.same(await found(page), nothing)
    await page.keyboard.press('Control+K')
    await page.locator('dialog[open] .palette').waitFor()
    await page.keyboard.type('command 1')
    await page.getByRole('option', { name: hostile }).first().waitFor()
    t.ok((await page.getByRole('option').count()) <= 12)
    t.same(await found(page), nothing)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1 }).filter({ hasText: 'constructor' }).waitFor()
    t.same(await found(page), nothing)
  })

  t.test('pages of plugins that are named like parts of every object are pages', async (t) => {
    await goTo(page, '/p')
    await page
      .getByRole('link', { name: attack('__proto__').slice(0, 20) })
      .first()
      .waitFor()
    t.same(await found(page), nothing)
    for (const path of ['/p/hostile/named-0', '/p/hostile/named-1', '/p/hostile/many-19']) {
      await goTo(page, path)
      t.same(await found(page), nothing, path)
    }
    await goTo(page, '/p/hostile/named-0?__proto__=x&constructor=y&toString=z')
    await page.getByRole('cell', { name: attack('cell') }).waitFor()
    t.same(await found(page), nothing)
    await keepScreenshot(page, 'en-GB-hostile-page')
    await page.getByRole('link', { name: 'Home' }).click()
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  })

  t.test('what a plugin logs is text, whatever it writes', async (t) => {
    await installChatty(host, await temporaryHome(t))
    await enablePlugin(host.client, tenant, chatty, ['job:schedule'])
    const lines = [
      { level: 'error', message: attack('log'), fields: { html: attack('field') } },
      { level: 'warn', message: '\u001b[2J\u001b[31mred\u001b]0;title\u0007', fields: {} },
      {
        level: 'info',
        message: 'user \u202enimda\u202c signed in',
        fields: { who: '\u202enimda' },
      },
      { level: 'info', message: 'a long line\n', times: 4000, fields: {} },
      {
        level: 'info',
        message: 'inherited',
        json: '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"toString":1}',
      },
    ]
    const job = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(chatty)}/jobs/tidy:run`
    await host.client.request('POST', job, { payload: { lines } })
    const logs = `/plugins/${encodeURIComponent(chatty)}?tab=logs`
    await goTo(page, logs)
    // It comes by itself, while the page is looked at.
    await page.getByText(attack('log')).first().waitFor()
    await page.getByText('<U+001B>[2J<U+001B>[31mred<U+001B>]0;title<U+0007>').waitFor()
    await page.getByText('user <U+202E>nimda<U+202C> signed in').waitFor()
    for (const rest of ['a long line', 'inherited']) await page.getByText(rest).first().waitFor()
    const closed = page.getByRole('button', { name: 'Expand row' })
    while ((await closed.count()) > 0) await closed.first().click()
    await page.getByRole('region', { name: 'Fields' }).getByText(attack('field')).waitFor()
    await page.getByText('more characters were not kept').waitFor()
    await page.getByRole('region', { name: 'Fields' }).getByText('toString').waitFor()
    t.same(await found(page), nothing)
    t.same(await axeViolations(page), [])
    await keepScreenshot(page, 'en-GB-hostile-logs')
    await goTo(
      page,
      `${logs}&q=${encodeURIComponent('</code>')}&level=__proto__&version=${encodeURIComponent(attack('v'))}`,
    )
    await page.getByText('No line fits').waitFor()
    t.same(await found(page), nothing)
    await goTo(page, `${logs}&level=warn`)
    await page.getByText('<U+001B>[2J').first().waitFor()
    t.equal(await page.getByText('inherited').count(), 0)
    const many = Array.from({ length: 120 }, () => ({ level: 'debug', message: 'one of many' }))
    await host.client.request('POST', job, { payload: { lines: many } })
    await goTo(page, logs)
    await page.getByText('one of many').first().waitFor()
    await page.getByRole('button', { name: 'Show more' }).click()
    // Below the newest hundred.
    await page.getByText(attack('log')).first().waitFor()
    await page.getByText('New lines are not shown while older ones are.').waitFor()
    await page.getByRole('button', { name: 'Back to the newest' }).click()
    await page.getByText('New lines are not shown').waitFor({ state: 'detached' })
    await goTo(operator.page, `${logs}&tenant=${tenant}`)
    await operator.page.getByText("What a plugin logs is the tenant's").waitFor()
  })

  t.test('what stands in the address is text, too', async (t) => {
    const evil = encodeURIComponent('"><img src=x onerror=alert(1)><script>owned=1</script>')
    const paths = [
      `/plugins/${evil}?tenant=${evil}`,
      `/rollouts/${evil}`,
      `/p/${evil}`,
      `/?tenant=${evil}#${evil}`,
      `/plugins?tenant=${tenant}&tab=__proto__`,
      '/plugins/__proto__',
      '/rollouts/..%2f..%2fv1%2fme',
    ]
    for (const path of paths) {
      await goTo(operator.page, path)
      t.same(await found(operator.page), nothing, path)
      t.equal(new URL(operator.page.url()).origin, host.url)
    }
  })

  t.test('nobody is led away by who signs in', async (t) => {
    const nexts = [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example/',
      'javascript:alert(1)',
    ]
    for (const next of [...nexts, ...nexts.map(encodeURIComponent)]) {
      const stranger = await openPage(browser)
      await stranger.page.goto(`${host.url}/sign-in#next=${next}`)
      await stranger.page.getByLabel('Company').fill(tenant)
      await stranger.page.getByLabel('Login').fill('ann')
      await stranger.page.getByLabel('Password').fill(PASSWORD)
      await stranger.page.getByRole('button', { name: 'Go on', exact: true }).click()
      await stranger.page.getByRole('link', { name: 'Console' }).waitFor()
      t.equal(stranger.page.url(), `${host.url}/sign-in`, next)
      t.same(stranger.complaints, [])
      await stranger.page.context().close()
    }
  })

  t.test('no site frames it, and none makes a change through it', async (t) => {
    const policy = (await fetch(`${host.url}/console`)).headers.get('content-security-policy')
    t.match(policy, "frame-ancestors 'none'")
    const framing = await openPage(browser)
    await framing.page.goto(await otherSite(t, 'localhost'))
    const seen = await framing.page.evaluate<string>(`new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.src = '${host.url}/console'
      frame.onload = () => resolve(frame.contentDocument === null ? 'closed' : 'open')
      document.body.append(frame)
    })`)
    t.equal(seen, 'closed')
    await framing.page.frames()[1]?.waitForLoadState()
    t.equal(await framing.page.frameLocator('iframe').locator('#app').count(), 0, 'nothing of it')
    const client = new Client(host.url)
    await client.ask('POST', '/v1/sign-in/operator', { token: OPERATOR_TOKEN })
    const make = (headers: Record<string, string>) =>
      client.ask('POST', '/v1/tenants', { id: 'evil', name: 'Evil' }, headers)
    t.equal((await make({ 'x-csrf-token': '' })).status, 403, 'without the token')
    t.equal((await make({ 'x-csrf-token': 'x'.repeat(43) })).status, 403, 'with another one')
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    t.equal((await make(foreign)).status, 403, 'from another site')
    const { items } = await host.client.request<{ items: { id: string }[] }>('GET', '/v1/tenants')
    t.notOk(items.some(({ id }) => id === 'evil'))
  })

  t.test(
    'what is too much for any page is refused when it is published, with its place',
    async (t) => {
      const deep = `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`
      const many = `[${'7,'.repeat(256)}7]`
      const refused: [contributed: string, pointer: string][] = [
        [many, '/signalbox/provides/contributes'],
        [`[{"a":"${'x'.repeat(70_000)}"}]`, '/signalbox/provides/contributes/0/value'],
        [`[7,${deep}]`, '/signalbox/provides/contributes/1/value'],
      ]
      for (const [values, pointer] of refused) {
        const problem = await publishContributing(host, await temporaryHome(t), values).then(
          () => undefined,
          (error: HostRefusal) => error.problem,
        )
        t.match(problem, { status: 422 }, pointer)
        t.ok(JSON.stringify(problem).includes(pointer), JSON.stringify(problem).slice(0, 500))
      }
    },
  )

  t.test('and the console is up, with nothing to complain of', async (t) => {
    await page.reload()
    await arrived(page)
    t.same([...complaints, ...operator.complaints], [])
  })
})
