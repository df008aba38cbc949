import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Npm } from '../../../marketplace/test/support/npm.ts'
import { wrongAnswers } from '../support/canary-load.ts'
import { startChromium, withoutChromium } from '../support/chromium.ts'
import { enableConsole, startConsoleHost } from '../support/console-host.ts'
import {
  arrived,
  axeViolations,
  goTo,
  keepScreenshot,
  openConsole,
} from '../support/console-page.ts'
import { confirm, follow } from '../support/console-steps.ts'
import { temporaryHome } from '../support/host-process.ts'
import { person } from '../support/people.ts'
import { testDatabases } from '../support/postgres.ts'
import { probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import { SteadyCallers } from '../support/steady-callers.ts'

const tenant = 'acme'
const version = '1.1.0'
const named = `${probe}@${version}`
const pluginPath = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(probe)}`

interface Review {
  readonly id: string
  readonly status: string
  readonly entries: readonly { readonly kind: string; readonly actor: string }[]
}

t.test(
  'a version, from its publisher to everybody and back',
  { skip: withoutChromium },
  async (t) => {
    const { hostUrl } = await testDatabases(t)
    const host = await startConsoleHost(t, { databaseUrl: hostUrl })
    await (await releaseProbe(t, host))('1.0.0')
    const { key } = await setUpTenant(host, tenant)
    await enableConsole(host, tenant)
    const ann = { tenant, login: 'ann', roles: ['admin'] }
    const { id: annId } = await person(host.url, host.client, ann)
    const { token } = await host.client.request<{ token: string }>(
      'POST',
      '/v1/marketplace/publishers',
      { name: 'lab', scopes: ['@probe'] },
    )
    const home = await temporaryHome(t)
    const npm = await Npm.at(join(home, 'npm'), `${host.url}/npm/`, token)
    const browser = await startChromium(t)
    const openAs = (as: Parameters<typeof openConsole>[1]['as'], locale?: 'zh-CN') =>
      openConsole(browser, { url: host.url, as, ...(locale === undefined ? {} : { locale }) })
    const operator = await openAs('operator')
    const { page } = operator
    const reviews = async (status: string) => {
      const path = `/v1/marketplace/reviews?status=${status}`
      return (await host.client.request<{ items: Review[] }>('GET', path)).items
    }

    t.test(
      'a publisher publishes by stock npm, and is told that people look at it first',
      async (t) => {
        const folder = await probeVersion(home, version, {
          capabilities: await widerCapabilities(),
        })
        const { code, stderr } = await npm.run(['publish'], folder)
        t.equal(code, 0, stderr)
        t.match(await reviews('open'), [{ status: 'open' }])
      },
    )

    t.test('who publishes here is read, and the line is shown that makes another', async (t) => {
      await goTo(page, '/marketplace/publishers')
      await page.getByRole('row', { name: /^lab @probe/ }).waitFor()
      await page.getByRole('button', { name: 'New publisher' }).click()
      await page.getByLabel('Name').fill('carol')
      await page.getByLabel('Scope', { exact: true }).fill('@carol')
      await page.getByText(`'{"name":"carol","scopes":["@carol"]}'`).waitFor()
      t.same(await axeViolations(page), [])
      await goTo(page, '/')
    })

    t.test('the operator finds it at home, reads what was found, and lets it out', async (t) => {
      const id = (await reviews('open'))[0]?.id ?? ''
      await page.reload()
      await arrived(page)
      await page.getByText('Review of a version').waitFor()
      await keepScreenshot(page, 'en-GB-release-home')
      await follow(page, page.getByRole('link', { name: named }))
      await page.getByText('This version may do more than the other one.').waitFor()
      await page.getByRole('tab', { name: 'Powers' }).click()
      const wider = page.getByRole('row', { name: /^wider blob:own/ })
      t.match(await wider.innerText(), /quotaMb: 1.*→.*quotaMb: 5[\s\S]*Keeps pictures/)
      await page.getByRole('tab', { name: /^Findings/ }).click()
      await page.getByRole('row', { name: /bundle\/capability-unused/ }).waitFor()
      await keepScreenshot(page, 'en-GB-release-findings')
      t.same(await axeViolations(page), [])
      const zh = await openAs('operator', 'zh-CN')
      await follow(zh.page, zh.page.getByRole('link', { name: named }))
      await zh.page.getByRole('tab', { name: /^检查结果/ }).click()
      await keepScreenshot(zh.page, 'zh-CN-release-findings')
      await zh.page.close()
      await page.getByRole('tab', { name: 'Decision' }).click()
      await page.getByLabel('What is told to the others').fill('It asks before it uses: fine.')
      await confirm(page, page.getByRole('button', { name: 'Approve' }), 'Approve')
      await page.locator('.page-head').getByText('approved').waitFor()
      t.match(await host.client.request('GET', `/v1/marketplace/reviews/${id}`), {
        status: 'approved',
        entries: [{ kind: 'approval', actor: 'operator', text: 'It asks before it uses: fine.' }],
      })
    })

    t.test('goes on to install it, told before what it would do', async (t) => {
      await follow(page, page.getByRole('link', { name: `Install ${version}` }))
      await page.getByRole('button', { name: `Plan ${version}` }).click()
      await page.getByText('It can be installed, and nobody is known to break.').waitFor()
      await keepScreenshot(page, 'en-GB-release-plan')
      t.same(await axeViolations(page), [])
      await page.getByRole('button', { name: `Install ${version}` }).click()
      await page.getByText(`${version} is installed and warm`).waitFor()
      const { versions } = await host.client.request<{ versions: object[] }>(
        'GET',
        `/v1/plugins/${encodeURIComponent(probe)}`,
      )
      t.match(
        versions.find((one) => 'version' in one && one.version === version),
        { state: 'warm' },
      )
    })

    t.test("the tenant's admin sees what is more than she granted, and consents", async (t) => {
      const { page: hers, complaints } = await openAs(ann)
      const waits = hers.getByRole('link', { name: `${probe} ${version}: blob:own` })
      await follow(hers, waits)
      await hers.getByText('1 power is not granted yet').waitFor()
      await follow(hers, hers.getByRole('link', { name: 'Marketplace' }))
      await hers.getByLabel('Words to look for').fill('probe')
      await hers.keyboard.press('Enter')
      await follow(hers, hers.getByRole('link', { name: 'Probe' }))
      await hers.getByRole('tab', { name: `In ${tenant}` }).click()
      await hers.getByText('1 power is not granted yet').waitFor()
      const asked = hers.getByRole('row', { name: /^new blob:own/ })
      t.match(await asked.innerText(), /quotaMb: 5[\s\S]*Keeps pictures/)
      await keepScreenshot(hers, 'en-GB-release-consent')
      t.same(await axeViolations(hers), [])
      await confirm(hers, hers.getByRole('button', { name: 'Grant 1 power' }), 'Grant 1 power')
      await hers.getByText('all it needs is granted').waitFor()
      const { grants } = await host.client.request<{ grants: { capability: string }[] }>(
        'GET',
        pluginPath,
      )
      const given = grants.find(({ capability }) => capability === 'blob:own')
      t.match(given, { parameters: { quotaMb: 5 }, approver: `user:${tenant}/${annId}` })
      await follow(hers, hers.getByRole('link', { name: 'Home' }))
      await waits.waitFor({ state: 'detached' })
      t.same(complaints, [])
    })

    t.test(
      'a canary is planned, watched and aborted; nobody is left without an answer',
      async (t) => {
        const callers = SteadyCallers.start(t, host, key)
        await follow(page, page.getByRole('link', { name: 'Roll out' }))
        await page.getByText('My own weights').click()
        await page.getByLabel('Weights in percent').fill('20, 100')
        await page.getByLabel('Least calls at each').fill('100000')
        await page.getByRole('button', { name: 'What would it do?' }).click()
        await page.getByRole('button', { name: 'Plan and start' }).click()
        await page.waitForURL('**/rollouts/rol_*')
        await page.getByRole('heading', { level: 1, name: `1.0.0 → ${version}` }).waitFor()
        const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
        for (const arm of ['1.0.0 stable', `${version} canary`]) {
          await page.getByRole('row', { name: new RegExp(`^${arm} [1-9]`) }).waitFor()
        }
        const weight = page.getByRole('progressbar', { name: 'Weight' })
        await weight.getByText('20%', { exact: true }).waitFor()
        await page.getByText(/^\d+ s of the hold are left$/).waitFor()
        await page.getByText(/^nothing against 1\.1\.0 in \d+ of its calls$/).waitFor()
        await page.getByText('abort line: 100').waitFor()
        await keepScreenshot(page, 'en-GB-release-canary')
        t.same(await axeViolations(page), [])
        const zh = await openAs('operator', 'zh-CN')
        await zh.page.getByText('没有待您处理的事项。').waitFor()
        await follow(zh.page, zh.page.getByRole('link', { name: `1.0.0 → ${version}` }))
        await keepScreenshot(zh.page, 'zh-CN-release-canary')
        await page.getByRole('button', { name: `Abort ${probe} ${version}` }).click()
        await page.getByText(`All calls of ${probe} are back on stable`).waitFor()
        const { state, transitions } = await host.client.request<{
          state: string
          transitions: { actor: string; command: string }[]
        }>('GET', `/v1/rollouts/${id}`)
        t.match(
          { state, last: transitions.at(-1) },
          { state: 'aborted', last: { command: 'abort' } },
        )
        const answers = await callers.stop()
        t.same(wrongAnswers(answers), [])
        t.same([...answers.keys()].toSorted(), ['200 1.0.0', '200 1.1.0'])
        await keepScreenshot(page, 'en-GB-release-aborted')
        await keepScreenshot(zh.page, 'zh-CN-release-aborted')
        t.same(zh.complaints, [])
      },
    )

    t.test('and nothing was kept from running', async (t) => t.same(operator.complaints, []))

    /** As 1.0.0 has them, and one more that it cannot do without. */
    async function widerCapabilities(): Promise<object> {
      const folder = await probeVersion(join(home, 'as-it-is'), '1.0.0')
      const { signalbox } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
      const why = { en: 'Keeps pictures', 'zh-CN': '保存图片' }
      return { ...signalbox.capabilities, 'blob:own': [{ quotaMb: 5, why }] }
    }
  },
)
