import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { openPage, startChromium, withoutChromium } from '../support/chromium.ts'
import { enablePlugin, installFixture } from '../support/fixture-plugin.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { pageEnvironment, pagePlugin, releasePage } from '../support/page-plugin.ts'
import { PASSWORD, person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const framed = '/ui/@framed/one/1.0.0/ui/page.html'

/** Where a stranger would like to tell of what he found. */
async function strangersHome(t: Test) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end('home')
  })
  server.on('upgrade', (request, socket) => {
    asked.push(request.url ?? '')
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

t.test('pages of plugins in a browser', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment: pageEnvironment })
  await releasePage(host, await temporaryHome(t), { version: '1.0.0' })
  await installFixture(host, 'framed-plugin', '@framed/one')
  const { adminToken } = await host.client.request<{ adminToken: string }>('POST', '/v1/tenants', {
    id: 'acme',
    name: 'acme',
  })
  const admin = host.as(adminToken)
  await enablePlugin(admin, 'acme', pagePlugin, ['ui:mount'])
  await person(host.url, host.client, { tenant: 'acme', login: 'ann', roles: ['member'] })
  const browser = await startChromium(t)
  const strange = await strangersHome(t)

  /** Signed in, as the page asks the API. */
  async function signedIn() {
    const opened = await openPage(browser)
    const { page } = opened
    await page.goto(`${host.url}/sign-in`)
    await page.getByLabel('Company').fill('acme')
    await page.getByLabel('Login').fill('ann')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('You are signed in.').waitFor()
    return opened
  }

  t.test('a page runs its own scripts, in modules and styled', async (t) => {
    const { page, complaints } = await signedIn()
    await page.goto(`${host.url}/desk/deep/link`)
    const title = page.getByRole('heading')
    await title.filter({ hasText: '@pages/one 1.0.0 stable' }).waitFor()
    t.equal(await page.evaluate('typeof window.startedAt'), 'number', 'what has the nonce')
    t.equal(
      await page.evaluate('getComputedStyle(document.querySelector("h1")).color'),
      'rgb(1, 2, 3)',
    )
    t.same(complaints, [])
  })

  t.test('what is put into a page runs nothing', async (t) => {
    const { page } = await signedIn()
    await page.goto(`${host.url}/desk`)
    const owned = await page.evaluate(`(async () => {
      const loaded = (element) => new Promise((resolve) => {
        element.onload = () => resolve('ran')
        element.onerror = () => resolve('kept from it')
        document.body.append(element)
      })
      const inline = document.createElement('div')
      inline.innerHTML = '<img src=x onerror="window.owned = true">'
      document.body.append(inline)
      const script = (src) => loaded(Object.assign(document.createElement('script'), { src }))
      return {
        stranger: await script('/ui/@framed/one/1.0.0/ui/page.js'),
        elsewhere: await script('${strange.url}/owned.js'),
        inline: window.owned === true,
      }
    })()`)
    t.strictSame(owned, { stranger: 'kept from it', elsewhere: 'kept from it', inline: false })
    t.notOk(strange.asked.includes('/owned.js'))
  })

  t.test("a stranger's page in a frame reaches neither the host nor home", async (t) => {
    const { page } = await signedIn()
    const address = encodeURIComponent(`${framed}?home=${encodeURIComponent(strange.url)}`)
    await page.goto(`${host.url}/desk?framed=${address}`)
    const said = page.locator('#said').filter({ hasText: '{' })
    await said.waitFor()
    const told = JSON.parse(await said.innerText())
    t.equal(told.color, 'rgb(4, 5, 6)', 'its own script and style are there')
    for (const name of ['cookie', 'storage', 'parent', 'top', 'fetch', 'fetchHome', 'socket']) {
      t.match(told[name], /^kept from it/, name)
    }
    for (const name of ['image', 'script', 'style', 'register', 'leaveTop']) {
      t.match(told[name], /^kept from it/, name)
    }
    t.equal(told.popup, 'null')
    // It asked to go home itself, at last; the page around it does not let it.
    const answer = await page.evaluate('fetch("/v1/me").then(({ status }) => status)')
    t.equal(answer, 200, 'the page around it goes on')
    t.equal(new URL(page.url()).pathname, '/desk')
    t.strictSame(strange.asked, [], 'nobody came home')
    await fetch(`${strange.url}/control`)
    t.strictSame(strange.asked.splice(0), ['/control'], 'though somebody is there')
  })

  t.test("a stranger's picture by itself runs nothing, and his page is not shown", async (t) => {
    const { page } = await signedIn()
    await page.goto(`${host.url}${framed.replace('page.html', 'drawing.svg')}`)
    t.equal(await page.evaluate('document.documentElement.id'), '', 'a script in a picture')
    const alone = await page.goto(`${host.url}${framed}`)
    t.equal(alone?.status(), 403, 'a page by itself')
    t.match(await alone?.text(), 'CORE_PAGE_FRAME_ONLY')
  })
})
