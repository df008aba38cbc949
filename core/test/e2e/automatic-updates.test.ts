import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { installFixture } from '../support/fixture-plugin.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import { publish } from '../support/publish.ts'
import { printedByCli } from '../support/run-cli.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const databases = {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl, SIGNALBOX_MINIMUM_RELEASE_AGE_HOURS: '0' },
}
const host = await HostProcess.start(t, databases)
/** On the same databases: whatever is to be done once is done once. */
const other = await HostProcess.start(t, databases)
const release = await releaseProbe(t, host)
await release('1.0.0')
await setUpTenant(host, 'acme')
const folder = await temporaryHome(t)
const at = `/v1/plugins/${encodeURIComponent(probe)}/updates`
const market = `/v1/marketplace/packages/${encodeURIComponent(probe)}/versions`

interface Outlook {
  readonly updates: string
  readonly next: string | null
  readonly minimumAgeHours: { readonly effective: number }
  readonly versions: readonly {
    readonly version: string
    readonly waitsFor: readonly { readonly code: string; readonly until?: string }[]
  }[]
  readonly attempts: readonly {
    readonly version: string
    readonly state: string
    readonly rollout: string | null
  }[]
}

interface Rollout {
  readonly id: string
  readonly to: string
  readonly state: string
}

const outlook = () => host.client.request<Outlook>('GET', at)
const set = (body: object) => host.client.request<Outlook>('PUT', at, body)
const setAge = async (minimumReleaseAgeHours: number) => {
  const path = '/v1/marketplace/review-policy'
  const policy = await host.client.request<object>('GET', path)
  await host.client.request('PUT', path, { ...policy, minimumReleaseAgeHours })
}
const rollouts = async () =>
  (await host.client.request<{ items: readonly Rollout[] }>('GET', '/v1/rollouts?limit=100')).items
const reasonsOf = async (version: string) =>
  (await outlook()).versions
    .find((one) => one.version === version)
    ?.waitsFor.map(({ code }) => code)
const untilStarted = (version: string) =>
  until(async () =>
    (await outlook()).attempts.some((one) => one.version === version && one.state === 'started'),
  )
const publishVersion = async (version: string, signalbox = {}) =>
  publish(host, await probeVersion(folder, version, signalbox))

t.test('nothing is updated before somebody asks for it, and what would be is told', async (t) => {
  await publishVersion('1.0.1')
  t.match(await outlook(), { updates: 'manual', next: null, minimumAgeHours: { effective: 24 } })
  t.same(await reasonsOf('1.0.1'), ['too-young'])
})

t.test('a release waits for its age, and goes once the policy lets it', async (t) => {
  const before = await set({ updates: 'patch' })
  const [waiting] = before.versions
  t.equal(waiting?.waitsFor[0]?.code, 'too-young')
  t.ok(Date.parse(waiting?.waitsFor[0]?.until ?? '') > Date.now() + 23 * 3_600_000)
  t.same(await rollouts(), [])
  // By itself and at once, not at the next look of the clock, ten minutes later.
  await setAge(0)
  await untilStarted('1.0.1')
  const [rollout] = await rollouts()
  t.match(rollout, { to: '1.0.1', state: 'running' })
  t.match((await outlook()).attempts, [{ version: '1.0.1', rollout: rollout?.id }])
})

t.test(
  'a publish is noticed by itself; the next one waits for the rollout that runs, and no longer',
  async (t) => {
    await publishVersion('1.0.2')
    t.same(await reasonsOf('1.0.2'), ['rollout-running'])
    t.equal((await rollouts()).length, 1)
    const [running] = await rollouts()
    await host.client.request('POST', `/v1/rollouts/${running?.id}/promote`, {})
    await untilStarted('1.0.2')
    const all = await rollouts()
    t.equal(all.filter(({ to }) => to === '1.0.2').length, 1, 'two nodes, one rollout')
    const mine = all.find(({ to }) => to === '1.0.2')
    await host.client.request('POST', `/v1/rollouts/${mine?.id}/abort`, {})
    t.same(await reasonsOf('1.0.2'), ['taken-back', 'already-tried'])
  },
)

t.test(
  'a yanked, a deprecated, a wider and a minor one are left, each with its reason',
  async (t) => {
    const wider = { 'blob:own': [{ why: { en: 'because', 'zh-CN': '因为' }, quotaMb: 1 }] }
    const { capabilities } = (await host.client
      .request('GET', `/v1/plugins/${encodeURIComponent(probe)}`)
      .then((plugin) => (plugin as { versions: { capabilities: object }[] }).versions[0])) as {
      capabilities: object
    }
    await set({ updates: 'manual' })
    await publishVersion('1.0.3')
    await host.client.request('POST', `${market}/1.0.3/yank`, { reason: 'wrong sums' })
    await publishVersion('1.0.4', { capabilities: { ...capabilities, ...wider } })
    await publishVersion('1.1.0')
    await set({ updates: 'patch' })
    t.same(await reasonsOf('1.0.3'), ['version-yanked'])
    t.same(await reasonsOf('1.0.4'), ['asks-for-more'])
    t.same(await reasonsOf('1.1.0'), ['beyond-range'])
    await until(async () =>
      (await outlook()).attempts.some(
        ({ version, state }) => version === '1.0.4' && state === 'asked',
      ),
    )
    t.notOk((await rollouts()).some(({ to }) => ['1.0.3', '1.0.4', '1.1.0'].includes(to)))
  },
)

t.test('what asks for more goes by itself once its tenants have consented', async (t) => {
  await host.client.request('POST', '/v1/plugins', { name: probe, version: '1.0.4' })
  const path = `/v1/tenants/acme/plugins/${encodeURIComponent(probe)}/grants`
  await host.client.request('POST', path, { version: '1.0.4', capabilities: ['blob:own'] })
  await untilStarted('1.0.4')
  t.same((await rollouts()).filter(({ to }) => to === '1.0.4').length, 1)
})

t.test('the automation stands in the audit as itself, and did each thing once', async (t) => {
  const { items } = await other.client.request<{
    items: readonly { action: string; actor: string; subject: string }[]
  }>('GET', '/v1/audit?actor=updates&limit=100')
  const told = items.map(({ action, subject }) => `${action} ${subject.split('@').at(-1)}`)
  for (const one of [
    'plugin.update-begun 1.0.1',
    'plugin.update-started 1.0.1',
    'plugin.installed 1.0.1',
    'plugin.update-asked 1.0.4',
  ]) {
    t.equal(told.filter((entry) => entry === one).length, 1, one)
  }
})

const signalbox = (words: readonly string[], language = 'en') =>
  printedByCli(host, ['updates', ...words], { language })

t.test(
  'an operator sees by the command line what comes next of all plugins, and why not yet',
  async (t) => {
    await installFixture(host, 'timer-plugin', '@timer/one')
    await signalbox(['set', probe, 'patch', '--minimum-age-hours', '72'])
    await publishVersion('1.0.5')
    const listed = await signalbox(['list'])
    t.match(
      listed,
      /^@probe\/one {2}1\.0\.1 {2}patch\n {2}1\.0\.5 {2}\S+\n {4}too-young: it is younger/,
    )
    t.match(listed, /^ {4}too-young: .* \(until \S+\)\n {4}rollout-running: .* rol_\S+\n@timer/m)
    t.match(listed, /^@timer\/one {2}1\.0\.0 {2}manual {2}nothing newer\n$/m)
    const shown = await signalbox(['show', probe], 'zh-CN')
    t.match(shown, /^@probe\/one {2}1\.0\.1 {2}patch {2}等待 72 小时（市场 0，主机 0，插件 72）\n/)
    t.match(shown, /^ {2}1\.1\.0 .*\n {4}beyond-range: 超出 ~1\.0\.1/m)
    t.match(shown, /^ {2}1\.0\.1 {2}已发布 {2}\S+ {2}rol_/m)
    const changed = JSON.parse(await signalbox(['set', probe, 'manual', '--json']))
    t.match(changed, { updates: 'manual', minimumAgeHours: { plugin: 72 } }, 'the age stays')
  },
)
