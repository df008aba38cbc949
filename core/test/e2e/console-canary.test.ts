import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { Browser as Client } from '../support/browser.ts'
import { openPage, startChromium, withoutChromium } from '../support/chromium.ts'
import { enableConsole, releaseConsole, startConsoleHost } from '../support/console-host.ts'
import { temporaryHome } from '../support/host-process.ts'
import { consolePlugin } from '../support/packed-console.ts'
import { PASSWORD, person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'

const tenant = 'acme'
const PEOPLE = 4
/** Of each; about a half of them all is shown the canary. */
const SESSIONS = 10

interface Shown {
  readonly state: string
  readonly transitions: readonly { readonly command: string; readonly actor: string }[]
}

t.test('a canary of the console that stays white', { skip: withoutChromium }, async (t) => {
  const { hostUrl } = await testDatabases(t)
  const host = await startConsoleHost(t, { databaseUrl: hostUrl })
  await host.client.request('POST', '/v1/tenants', { id: tenant, name: 'Acme' })
  await enableConsole(host, tenant)
  await releaseConsole(host, await temporaryHome(t), '1.0.1', throwAtLoad)
  const sessions: Client[] = []
  for (let at = 0; at < PEOPLE * SESSIONS; at++) {
    const login = `person-${at % PEOPLE}`
    if (at < PEOPLE) sessions.push((await person(host.url, host.client, { tenant, login })).browser)
    else {
      const client = new Client(host.url)
      await client.signIn(tenant, login, PASSWORD)
      sessions.push(client)
    }
  }
  const steps = [
    { weightBp: 5000, hold: { durationMs: 3_600_000 } },
    { weightBp: 10_000, hold: {} },
  ]
  const wish = { plugin: consolePlugin, version: '1.0.1', cohortBy: 'request', steps }
  const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  const rollout = () => host.client.request<Shown>('GET', `/v1/rollouts/${id}`)
  const browser = await startChromium(t)

  /** Opens the console as a session does. @returns what the host was told of it by the page alone */
  async function toldBy({ cookie = '' }: Client): Promise<{ outcome: string; code?: string }> {
    const { page } = await openPage(browser)
    const [name = '', value = ''] = cookie.split('=', 2)
    await page.context().addCookies([{ name, value, url: host.url }])
    const told = page.waitForResponse((answer) => answer.url().endsWith('/v1/page-reports'))
    await page.goto(`${host.url}/console`)
    const report = (await told).request().postDataJSON()
    await page.context().close()
    return report
  }

  const blank: Client[] = []

  t.test('browsers tell the host, and it takes the canary back', async (t) => {
    const told = []
    for (const session of sessions) {
      const report = await toldBy(session)
      told.push(report)
      if (report.outcome === 'failed') blank.push(session)
      if ((await rollout()).state !== 'running') break
    }
    await until(async () => (await rollout()).state !== 'running')
    const { state, transitions } = await rollout()
    t.equal(state, 'aborted')
    t.match(transitions.at(-1), { command: 'abort', actor: 'judge' })
    const failed = told.filter(({ outcome }) => outcome === 'failed')
    const shown = told.filter(({ outcome }) => outcome === 'shown')
    t.ok(failed.every(({ code }) => code === 'SCRIPT_THREW'))
    t.ok(shown.length > 0 && failed.length + shown.length === told.length)
    t.match(failed[0], { plugin: consolePlugin, version: '1.0.1', message: /white/ })
    t.match(shown[0], { plugin: consolePlugin, version: '1.0.0' })
  })

  t.test('and who saw nothing has a console again', async (t) => {
    for (const session of blank.slice(0, 3)) {
      const shown = async () =>
        (await session.ask('GET', '/console')).headers.get('x-signalbox-page')
      // The host says so as soon as it is kept, and routes by it right after.
      await until(async () => (await shown()) === `${consolePlugin}@1.0.0`)
      t.match(await toldBy(session), { outcome: 'shown', version: '1.0.0' })
    }
  })
})

/** Its entry throws before it has drawn anything; the package is what it says that it is. */
async function throwAtLoad(folder: string): Promise<void> {
  const ui = join(folder, 'ui')
  const html = await readFile(join(ui, 'index.html'), 'utf8')
  const entry = /<script [^>]*type="module"[^>]*>/
  const broken = html.replace(
    entry,
    '<script nonce="__NONCE__" type="module" src="__BASE__/broken.js">',
  )
  const digests = JSON.parse(await readFile(join(ui, 'files.json'), 'utf8'))
  const digest = createHash('sha256').update(broken).digest('hex')
  await writeFiles(ui, {
    'index.html': broken,
    'broken.js': "throw new Error('white')\n",
    'files.json': JSON.stringify({ ...digests, 'index.html': digest }),
  })
}
