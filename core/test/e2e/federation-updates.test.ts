import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { type HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import { twoMarketplaces } from '../support/two-marketplaces.ts'

const home = await temporaryHome(t)
const { upstream, host, tenMinutesPass } = await twoMarketplaces(t, {
  // It publishes what does not start, and says so.
  upstream: { SIGNALBOX_PUBLISH_TRIALS: 'report' },
  host: { SIGNALBOX_MINIMUM_RELEASE_AGE_HOURS: '0' },
})
const { client } = host
const policyPath = '/v1/marketplace/review-policy'
const setPolicy = async (changes: object) => {
  const policy = await client.request<object>('GET', policyPath)
  await client.request('PUT', policyPath, { ...policy, ...changes })
}
await setPolicy({ minimumReleaseAgeHours: 0 })
const release = async (version: string, signalbox = {}) =>
  publish(upstream, await probeVersion(home, version, signalbox))

const plugin = `/v1/plugins/${encodeURIComponent(probe)}`
interface Outlook {
  readonly next: string | null
  readonly versions: readonly {
    readonly version: string
    readonly publishedAt: string
    readonly waitsFor: readonly {
      readonly code: string
      readonly message: { readonly en: string }
      readonly until?: string
    }[]
  }[]
}
const outlook = () => client.request<Outlook>('GET', `${plugin}/updates`)
const waitsFor = async (version: string) =>
  (await outlook()).versions.find((one) => one.version === version)?.waitsFor[0]
const rollouts = async () => {
  const path = '/v1/rollouts?limit=100'
  type Listed = { items: { id: string; to: string; state: string }[] }
  return (await client.request<Listed>('GET', path)).items
}
const mirroredHere = async () => {
  const path = '/v1/audit?action=package.mirrored&limit=100'
  type Listed = { items: { subject: string; actor: string }[] }
  const { items } = await client.request<Listed>('GET', path)
  return items.map(({ subject, actor }) => `${actor} ${subject.slice(probe.length + 1)}`)
}
const set = (terms: object) => client.request('PATCH', '/v1/marketplaces/vendor', terms)
type Packument = {
  'dist-tags': Record<string, string>
  versions: Record<string, { dist: Record<string, unknown> }>
}
const packument = (on: HostProcess) => on.client.request<Packument>('GET', '/npm/@probe%2fone')
const reviews = () =>
  client.request<{ items: { id: string; version: string }[] }>(
    'GET',
    '/v1/marketplace/reviews?status=open',
  )
/** A look that nobody asked for, to its end. */
const lookedAt = async () => {
  const path = '/v1/marketplaces/vendor'
  const read = () => client.request<{ lookedAt: string | null }>('GET', path)
  const before = (await read()).lookedAt
  await tenMinutesPass()
  await until(async () => (await read()).lookedAt !== before)
}

await release('1.0.0')
await client.request('POST', '/v1/plugins', { name: probe, version: '1.0.0' })
await setUpTenant(host, 'acme')

t.test(
  'what nobody left to the host is not taken by itself, and what is there is told',
  async (t) => {
    await release('1.0.1')
    await lookedAt()
    t.same(await mirroredHere(), ['host 1.0.0'])
    t.match(await waitsFor('1.0.1'), {
      code: 'not-taken',
      message: { en: /marketplace sync vendor/ },
    })
  },
)

t.test('a list without it, and an age that it has not, hold; each is told', async (t) => {
  await set({ allow: ['@probe/other'] })
  await client.request('PUT', `${plugin}/updates`, { updates: 'patch' })
  await lookedAt()
  t.match(await waitsFor('1.0.1'), { code: 'not-taken', message: { en: /not on the list/ } })
  await set({ allow: [], minimumAgeHours: 2 })
  await lookedAt()
  const waiting = await waitsFor('1.0.1')
  t.match(waiting, { code: 'not-taken', message: { en: /has to be 2 hours old/ } })
  t.ok(Date.parse(waiting?.until ?? '') > Date.now() + 3_600_000)
  t.same(await mirroredHere(), ['host 1.0.0'])
})

t.test('a new version there is taken and rolled out here, and nobody asked', async (t) => {
  await set({ minimumAgeHours: 0 })
  await release('1.1.0')
  await lookedAt()
  await until(async () => (await rollouts()).some(({ to }) => to === '1.0.1'))
  t.same(await mirroredHere(), ['updates 1.0.1', 'host 1.0.0'], 'and 1.1.0 is no patch')
  const [rollout] = await rollouts()
  await until(async () => (await rollouts())[0]?.state === 'running')
  await client.request('POST', `/v1/rollouts/${rollout?.id}/promote`, {})
})

t.test(
  'a version that does not start is told with why, and not fetched at each look',
  async (t) => {
    const folder = await probeVersion(home, '1.0.2')
    await writeFile(join(folder, 'dist/plugin.js'), "throw new Error('not today')")
    await publish(upstream, folder)
    await lookedAt()
    const waiting = await waitsFor('1.0.2')
    t.match(waiting, { code: 'not-taken', message: { en: /^[\s\S]*MKT_CHECKS_FAILED/ } })
    const rest = Date.parse(waiting?.until ?? '') - Date.now()
    t.ok(rest > 5 * 3_600_000 && rest < 7 * 3_600_000)
    await lookedAt()
    t.equal((await waitsFor('1.0.2'))?.until, waiting?.until, 'it was not tried again')
  },
)

t.test(
  'where the operator is reviewed, what is taken by itself waits in the queue here',
  async (t) => {
    await setPolicy({ operator: 'review' })
    for (const version of ['1.0.3', '1.0.4']) await release(version)
    await lookedAt()
    const waiting = await waitsFor('1.0.4')
    t.match(waiting, { code: 'not-taken', message: { en: /waits for review here/ } })
    const named = client.request('POST', '/v1/plugins', { name: probe, version: '1.0.3' })
    t.equal((await refusal(named)).code, 'CORE_VERSION_WAITS_FOR_REVIEW')
    const again = client.request('POST', '/v1/plugins', { name: probe, version: '1.0.3' })
    t.equal(
      (await refusal(again)).code,
      'CORE_VERSION_WAITS_FOR_REVIEW',
      'and is not fetched twice',
    )
    const { items } = await reviews()
    t.same(items.map(({ version }) => version).toSorted(), ['1.0.3', '1.0.4'])
  },
)

t.test(
  'approved here, it keeps the word of its marketplace and its tags, and goes on',
  async (t) => {
    const made = { name: 'carol', scopes: ['@carol'] }
    const path = '/v1/marketplace/publishers'
    const { token } = await client.request<{ token: string }>('POST', path, made)
    await client.request('PUT', `${path}/carol/roles/reviewer`)
    const { items } = await reviews()
    for (const { id } of items.toSorted((one, other) => (one.version > other.version ? -1 : 1))) {
      const approve = `/v1/marketplace/reviews/${id}/approve`
      await host.as(token).request('POST', approve, { text: 'looks well' })
    }
    const [here, there] = await Promise.all([host, upstream].map(packument))
    t.equal(here?.['dist-tags'].latest, '1.0.4', 'though 1.0.3 was approved later')
    for (const version of ['1.0.3', '1.0.4']) {
      t.same(here?.versions[version]?.dist, {
        ...there?.versions[version]?.dist,
        tarball: here?.versions[version]?.dist['tarball'],
      })
    }
    await until(async () => (await rollouts()).some(({ to }) => to === '1.0.4'))
    t.notOk((await rollouts()).some(({ to }) => to === '1.0.3'))
  },
)
