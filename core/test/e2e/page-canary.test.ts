import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { Browser } from '../support/browser.ts'
import { enablePlugin } from '../support/fixture-plugin.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { pageEnvironment, pagePlugin, releasePage } from '../support/page-plugin.ts'
import { PASSWORD, person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const PEOPLE = 4
const SESSIONS = 15
const base = '/ui/@pages/one/1.1.0/ui'
const stable = '@pages/one@1.0.0'
const next = '@pages/one@1.1.0'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment: pageEnvironment })
const home = await temporaryHome(t)
await releasePage(host, home, { version: '1.0.0' })
await releasePage(host, home, {
  version: '1.1.0',
  files: { 'ui/index.html': '<h1>edition two</h1><p>__PAGE__</p>' },
})
const { adminToken } = await host.client.request<{ adminToken: string }>('POST', '/v1/tenants', {
  id: 'acme',
  name: 'acme',
})
const admin = host.as(adminToken)
await enablePlugin(admin, 'acme', pagePlugin, ['ui:mount'])

/** Some people, each in some browsers. */
const browsers: Browser[] = []
for (let at = 0; at < PEOPLE; at++) {
  const login = `person-${at}`
  const first = await person(host.url, host.client, { tenant: 'acme', login, roles: ['member'] })
  browsers.push(first.browser)
  for (let more = 1; more < SESSIONS; more++) {
    const browser = new Browser(host.url)
    await browser.signIn('acme', login, PASSWORD)
    browsers.push(browser)
  }
}

const nobody = () => new Browser(host.url)
const see = (browser: Browser) => browser.ask<{ text: string }>('GET', '/desk')
const seen = async (browser: Browser) => (await see(browser)).headers.get('x-signalbox-page')
const seenByAll = () => Promise.all(browsers.map(seen))

t.test(
  'sessions are shown two versions while a canary runs, and one at once after it',
  async (t) => {
    const id = await canary()
    await until(async () => (await seenByAll()).includes(next))
    const first = await seenByAll()
    t.ok(first.includes(stable), 'and others the stable one')
    t.strictSame(await seenByAll(), first, 'each the same again')
    t.equal(await seen(nobody()), stable, 'whoever is not signed in sees the stable one')
    const drawn = browsers[first.indexOf(next)] as Browser
    t.match((await see(drawn)).body.text, /edition two.*canary/s)
    const listed = await drawn.ask<{ items: { version: string }[] }>(
      'GET',
      '/v1/tenants/acme/contributions?point=host/page/v1',
    )
    t.match(listed.body.items, [{ version: '1.1.0', tier: 'trusted', base }])
    await host.client.request('POST', `/v1/rollouts/${id}/abort`, {})
    t.strictSame([...new Set(await seenByAll())], [stable])
    const part = await nobody().ask('GET', `${base}/app.js`)
    t.equal(part.status, 200, 'what is open goes on loading')
  },
)

/** At a half of all sessions, until somebody says otherwise. */
async function canary(): Promise<string> {
  const steps = [
    { weightBp: 5000, hold: { durationMs: 3_600_000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const wish = { plugin: pagePlugin, version: '1.1.0', cohortBy: 'request', steps }
  const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  return id
}

interface Shown {
  readonly state: string
  readonly transitions: readonly { command: string; actor: string; reason: { en: string } }[]
}

const rollout = (id: string) => host.client.request<Shown>('GET', `/v1/rollouts/${id}`)
const report = (browser: Browser, version: string, outcome: 'shown' | 'failed') =>
  browser.ask<{ counted: boolean }>('POST', '/v1/page-reports', {
    ...{ plugin: pagePlugin, version, outcome, ms: 100 },
    ...(outcome === 'failed' ? { code: 'BLANK', message: 'nothing came up' } : {}),
  })

t.test(
  'one session cannot take a page back by itself, and reports no more than it may',
  async (t) => {
    const id = await canary()
    let drawn: Browser | undefined
    await until(async () => {
      for (const one of browsers) if ((await seen(one)) === next) drawn = one
      return drawn !== undefined
    })
    const loud = drawn as Browser
    await loud.ask('GET', '/v1/me')
    const failed = () => report(loud, '1.1.0', 'failed')
    t.match(await failed(), { status: 202, body: { counted: true } })
    t.match(await failed(), { status: 202, body: { counted: false } }, 'a failure tells once')
    // At once: what comes one after the other on a slow machine may be no more than a session may tell.
    const answers = await Promise.all(Array.from({ length: 100 }, failed))
    const refused = answers.find(({ status }) => status === 429)
    t.match(refused?.body, { code: 'CORE_PAGE_REPORTS_TOO_MANY' })
    t.ok(refused?.headers.get('retry-after'))
    const quiet = browsers.find((one) => one !== loud) as Browser
    await quiet.ask('GET', '/v1/me')
    const other = (await seen(quiet)) === stable ? '1.1.0' : '1.0.0'
    t.match(await report(quiet, other, 'failed'), { body: { counted: false } }, 'not what it sees')
    t.equal((await rollout(id)).state, 'running')
    await host.client.request('POST', `/v1/rollouts/${id}/abort`, {})
  },
)

t.test('a page that does not come up in several sessions is taken back by the host', async (t) => {
  const id = await canary()
  const judged = async () => (await rollout(id)).state !== 'running'
  await until(async () => (await seenByAll()).includes(next))
  // Everybody opens the page; where it is the new one, it stays blank.
  for (const one of browsers) {
    await one.ask('GET', '/v1/me')
    const version = (await seen(one))?.split('@').at(-1) ?? ''
    await report(one, version, version === '1.1.0' ? 'failed' : 'shown')
  }
  await until(judged)
  const { state, transitions } = await rollout(id)
  t.equal(state, 'aborted')
  t.match(transitions.at(-1), { command: 'abort', actor: 'judge' })
  // The host says so as soon as it is kept, and routes by it right after.
  await until(async () => (await seenByAll()).every((one) => one === stable))
  const metrics = await (await fetch(`${host.url}/metrics`)).text()
  t.match(
    metrics,
    /signalbox_page_reports_total\{plugin="@pages\/one",version="1.1.0",outcome="failed"\} \d/,
  )
  const failures = async () =>
    (await admin.request<{ items: object[] }>('GET', '/v1/audit?action=page.failed')).items
  // The journal of calls is written in batches.
  await until(async () => (await failures()).length > 0)
  t.match((await failures())[0], { subject: next })
  await until(() => host.log().includes('a page of a plugin failed in a browser'))
})

t.test('nobody but who has signed in reports anything', async (t) => {
  t.equal((await report(nobody(), '1.0.0', 'failed')).status, 401)
  const other = new Browser(host.url)
  other.cookie = browsers[0]?.cookie
  t.equal((await report(other, '1.0.0', 'failed')).status, 403, 'not without the token of the page')
  const unknown = { plugin: '@nobody/one', version: '1.0.0', outcome: 'failed', ms: 1 }
  const asked = host.as(OPERATOR_TOKEN).request('POST', '/v1/page-reports', unknown)
  t.strictSame(await asked, { counted: false })
})
