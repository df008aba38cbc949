import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import type { HostClient } from '../../src/cli/host-client.ts'
import { HostProcess, OPERATOR_TOKEN, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { pricedProbe } from '../support/priced-probe.ts'
import { callProbe, probe, setUpTenant, type TenantSetup } from '../support/probe.ts'
import { noTerminal, runCli, typeAtCli } from '../support/run-cli.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
const publish = await pricedProbe(t, host)
const name = encodeURIComponent(probe)
const page = `/v1/marketplace/packages/${name}`

interface Terms {
  readonly hash: string
  readonly isAccepted: boolean
  readonly plans: readonly { readonly name: string; readonly quota: { readonly count: number } }[]
}

interface Running {
  readonly tenants: number | string
  readonly errorRate: number | null
  readonly rolledBack: boolean
}

const termsOf = (version: string) =>
  host.client.request<Terms>('POST', `/v1/plugins/${name}:terms`, { version })
const installed = async () =>
  (
    await host.client.request<{ versions: { version: string }[] }>('GET', `/v1/plugins/${name}`)
  ).versions.map(({ version }) => version)
const runningOf = async (version: string) =>
  (
    await host.client.request<{ versions: { version: string; running: Running | null }[] }>(
      'GET',
      page,
    )
  ).versions.find((one) => one.version === version)?.running

await publish('1.0.0', 1000)
await publish('1.0.1', 1000)
await publish('1.0.2', 500)
await publish('2.0.0', 1000, { host: '^9.0.0', requires: { '@probe/two': '^1.0.0' } })

t.test('plans of the author stand in the terms, and other plans are other terms', async (t) => {
  const [first, same, other] = await Promise.all(['1.0.0', '1.0.1', '1.0.2'].map(termsOf))
  t.match(first?.plans, [{ name: 'partner', quota: { count: 1000, per: 'month' } }])
  t.equal(same?.hash, first?.hash)
  t.not(other?.hash, first?.hash, 'a smaller quota at the same price is another agreement')
})

t.test('a plan that nobody could ever bill is not published', async (t) => {
  const price = { amount: '1', currency: 'CNY', unit: 'pallets' }
  const plan = { service: 'probe.one@1', name: 'odd', ratePerS: 1, burst: 1, price }
  const terms = { file: { en: 'TERMS.md' }, plans: [plan] }
  const refused = await refusal(publish('3.0.0', 1000, { terms }))
  t.match(JSON.stringify(refused.errors), '/signalbox/terms/plans/0/price/unit')
})

t.test('a script is refused with the hash to accept, and goes on with it', async (t) => {
  const refused = await runCli(host, ['plugin', 'install', `${probe}@1.0.0`])
  const { hash } = await termsOf('1.0.0')
  t.equal(refused.code, 1)
  t.match(refused.errors, 'CORE_TERMS_NOT_ACCEPTED')
  t.match(refused.errors, `--accept-terms ${hash}`, 'with the cure')
  const wrong = ['plugin', 'install', `${probe}@1.0.0`, '--accept-terms', '0'.repeat(64)]
  t.match((await runCli(host, wrong)).errors, 'CORE_TERMS_NOT_ACCEPTED')
  const chinese = await runCli(host, ['plugin', 'install', `${probe}@1.0.0`], { language: 'zh-CN' })
  t.match(chinese.errors, '接受')
  const right = ['plugin', 'install', `${probe}@1.0.0`, '--accept-terms', hash]
  t.match(await runCli(host, right), { code: 0, output: /is installed \(stable\)/ })
  t.match(
    await runCli(host, ['plugin', 'install', `${probe}@1.0.1`]),
    { code: 0 },
    'the same terms are not asked for again',
  )
})

t.test('what was consented to is what is offered', async (t) => {
  const { majors } = await host.client.request<{
    majors: { plans: { name: string }[] }[]
  }>('GET', '/v1/catalog/services/probe.one')
  const plans = majors[0]?.plans ?? []
  t.match(
    plans.find((plan) => plan.name === 'partner'),
    { ratePerS: 20, quota: { count: 1000, per: 'month' }, price: { amount: '0.0150' } },
  )
  t.ok(
    plans.some((plan) => plan.name === 'standard'),
    'beside the one that every service starts with',
  )
})

t.test('an automatic update waits where a plan has changed', async (t) => {
  const { versions } = await host.client.request<{
    versions: { version: string; waitsFor: { code: string }[] }[]
  }>('PUT', `/v1/plugins/${name}/updates`, { updates: 'patch' })
  await host.client.request('PUT', `/v1/plugins/${name}/updates`, { updates: 'manual' })
  const codes = (version: string) =>
    versions.find((one) => one.version === version)?.waitsFor.map(({ code }) => code)
  t.ok(codes('1.0.2')?.includes('terms-changed'), JSON.stringify(codes('1.0.2')))
  t.notOk(codes('1.0.1')?.includes('terms-changed'))
})

t.test(
  'at a terminal the terms are shown and asked about; nothing is installed without a yes',
  { skip: noTerminal() },
  async (t) => {
    const words = ['plugin', 'install', `${probe}@1.0.2`]
    const no = await typeAtCli(host, words, 'n')
    t.match(no.output, 'Licence: Apache-2.0')
    t.match(no.output, 'Price: 10 CNY a month')
    t.match(
      no.output,
      'probe.one@1 partner: Partners; 0.0150 CNY per call; 20/s, burst 40; 500 calls a month',
    )
    t.match(no.output, 'You pay what you use.')
    t.notMatch(no.output, '\u001b[2J', 'a text cannot clear the screen')
    t.match(no.output, 'CORE_TERMS_NOT_ACCEPTED')
    t.notOk((await installed()).includes('1.0.2'))
    t.match(await typeAtCli(host, words, 'y'), { code: 0, output: /is installed \(warm\)/ })
    t.ok((await installed()).includes('1.0.2'))
  },
)

t.test('plugins are searched from the terminal, in both languages', async (t) => {
  const found = await runCli(host, ['plugin', 'search', 'probe', '--category', 'quality'])
  t.match(found, { code: 0, output: /@probe\/one@2\.0\.0 {2}Probe .*\n.*\n1 of 1\n/ })
  t.match((await runCli(host, ['plugin', 'search', '探针'], { language: 'zh-CN' })).output, '探针')
  const none = await runCli(host, ['plugin', 'search', 'probe', '--compatible', '--json'])
  t.match(JSON.parse(none.output), { items: [], total: 0 })
})

t.test('a plugin is shown with what is against it, and with its terms', async (t) => {
  const advisory = { package: probe, title: 'Answers too much', severity: 'high' }
  await host.client.request('POST', '/v1/marketplace/advisories', {
    ...advisory,
    vulnerableVersions: '<1.0.1',
  })
  const newest = (await runCli(host, ['plugin', 'show', probe])).output
  t.match(newest, 'Runs here: no (hosts ^9.0.0; this one is 1.0.0)')
  t.match(newest, 'CORE_HOST_RANGE_UNSATISFIED')
  t.match(newest, /@probe\/two.*CORE_DEPENDENCY_MISSING/)
  const old = (await runCli(host, ['plugin', 'show', `${probe}@1.0.0`])).output
  t.match(old, 'Runs here: yes')
  t.match(old, 'high  Answers too much')
  t.match(old, 'db:own {"quotaMb":10}: Keeps notes')
  t.match(old, 'They are accepted on this host.')
  t.notMatch(old, '\u001b')
  const chinese = (await runCli(host, ['plugin', 'show', `${probe}@1.0.0`], { language: 'zh-CN' }))
    .output
  t.match(chinese, '按使用付费。')
  t.match(chinese, '合作伙伴')
  const json = await runCli(host, ['plugin', 'show', `${probe}@1.0.0`, '--json'])
  t.match(JSON.parse(json.output), {
    name: probe,
    version: { version: '1.0.0', compatibility: { fits: true, reasons: [] } },
    terms: { hash: /^[0-9a-f]{64}$/, isAccepted: true },
  })
  t.match(await runCli(host, ['plugin', 'show', '@probe/none']), {
    code: 1,
    errors: /MKT_PACKAGE_NOT_FOUND/,
  })
})

t.test('of what is installed a stranger is told nothing, a tenant what it may read', async (t) => {
  const { token } = await host.client.request<{ token: string }>(
    'POST',
    '/v1/marketplace/publishers',
    { name: 'curious', scopes: ['@curious'] },
  )
  const setup = await setUpTenant(host, 'reader')
  const read = async (secret: string | undefined) => {
    const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` }
    const answer = await fetch(`${host.url}${page}`, { headers })
    t.equal(answer.status, 200)
    const { latest, versions } = (await answer.json()) as {
      latest: { compatibility: { reasons: { code: string }[] } }
      versions: { isInstalled: boolean | null }[]
    }
    return {
      codes: latest.compatibility.reasons.map(({ code }) => code),
      installed: versions.filter(({ isInstalled }) => isInstalled === true).length,
    }
  }
  const stranger = { codes: ['CORE_HOST_RANGE_UNSATISFIED'], installed: 0 }
  t.same(await read(undefined), stranger)
  t.same(await read('guessed'), stranger)
  t.same(await read(token), stranger, 'a publisher belongs to no tenant')
  t.same(await read(setup.key), stranger, 'an app lists no plugins')
  const { codes, installed } = await read(setup.adminToken)
  t.same(codes, ['CORE_HOST_RANGE_UNSATISFIED', 'CORE_DEPENDENCY_MISSING'])
  t.ok(installed > 0)
  t.same((await read(OPERATOR_TOKEN)).codes, codes)
})

const tenants = new Map<string, TenantSetup>()
const admin = (tenant: string): HostClient => host.as(tenants.get(tenant)?.adminToken ?? '')
const rate = (by: string, tenant: string, stars: number, major = 1) =>
  admin(by).request('PUT', `/v1/tenants/${tenant}/plugins/${name}/ratings/${major}`, { stars })
const summary = async () =>
  (
    await host.client.request<{ summary: { count: number; counts: number[] } }>(
      'GET',
      `${page}/ratings`,
    )
  ).summary

t.test(
  'a version is shown with how it does: calls of three tenants, one of them failing',
  async (t) => {
    for (const tenant of ['acme', 'globex', 'initrode', 'hooli']) {
      tenants.set(tenant, await setUpTenant(host, tenant))
    }
    for (const tenant of ['acme', 'globex', 'initrode']) {
      const key = tenants.get(tenant)?.key ?? ''
      for (let call = 0; call < 4; call++) await callProbe(host, key, 'echo', { text: 'x' })
      if (tenant === 'initrode')
        for (let call = 0; call < 4; call++) await callProbe(host, key, 'fail')
    }
    // Half of the calls of one of three, each tenant with one voice; on the way there it is less, and more.
    await until(async () => {
      const running = await runningOf('1.0.0')
      return running?.tenants === 3 && running.errorRate === 0.1667
    })
    t.pass('each tenant has one voice')
  },
)

t.test('only who runs it rates it, once, and for itself alone', async (t) => {
  await rate('acme', 'acme', 5)
  await rate('acme', 'acme', 1)
  t.match(
    await summary(),
    { count: 1, counts: [1, 0, 0, 0, 0] },
    'the second takes the first place',
  )
  const idle = await refusal(rate('hooli', 'hooli', 5))
  t.equal(idle.code, 'CORE_RATING_NOT_RUN', 'enabled, and never called')
  t.equal((await refusal(rate('globex', 'acme', 1))).status, 403, "another tenant's")
  t.equal((await refusal(rate('acme', 'acme', 5, 2))).code, 'CORE_RATING_NOT_RUN', 'another major')
  t.equal((await refusal(rate('acme', 'acme', 6))).status, 400)
  await admin('globex').request('PUT', `/v1/tenants/globex/plugins/${name}`, {
    binding: 'disabled',
  })
  const off = await refusal(rate('globex', 'globex', 1))
  t.equal(off.code, 'CORE_RATING_NOT_RUN', 'called, and disabled since')
  t.match(await summary(), { count: 1 })
})

t.test('a release that was really taken back is shown with that', async (t) => {
  const wish = { plugin: probe, version: '1.0.1' }
  const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)
  await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
  await host.client.request('POST', `/v1/rollouts/${id}/promote`, {})
  t.notOk((await runningOf('1.0.1'))?.rolledBack)
  await host.client.request('POST', `/v1/plugins/${name}:rollback`, { reason: 'wrong sums' })
  t.match(await runningOf('1.0.1'), { rolledBack: true, tenants: 'none' })
  t.match(await runningOf('1.0.0'), { rolledBack: false })
  t.match((await runCli(host, ['plugin', 'show', probe])).output, /1\.0\.1 .*taken back/)
})

t.test(
  'with a version whose plan was accepted anew, the plan is offered anew, and back',
  async (t) => {
    const partner = async () => {
      const { majors } = await host.client.request<{
        majors: { plans: { name: string; version: number; quota?: { count: number } }[] }[]
      }>('GET', '/v1/catalog/services/probe.one')
      return majors[0]?.plans.find((plan) => plan.name === 'partner')
    }
    const { hash } = await termsOf('1.0.2')
    const wish = { name: probe, version: '1.0.2', acceptTerms: hash }
    await host.client.request('POST', '/v1/plugins', wish)
    const release = async () => {
      const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', {
        ...{ plugin: probe, version: '1.0.2' },
      })
      await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
      await host.client.request('POST', `/v1/rollouts/${id}/promote`, {})
    }
    const back = () =>
      host.client.request('POST', `/v1/plugins/${name}:rollback`, { reason: 'too dear' })
    t.match(await partner(), { version: 1, quota: { count: 1000 } })
    await release()
    t.match(await partner(), { version: 2, quota: { count: 500 } })
    await back()
    t.match(await partner(), { version: 3, quota: { count: 1000 } })
    const path = '/v1/catalog/services/probe.one/versions/1/plans/partner'
    await host.client.request('PUT', path, { ratePerS: 1, burst: 1 })
    await release()
    t.match(await partner(), { version: 4, ratePerS: 1 }, 'what the operator made of it stays')
  },
)
