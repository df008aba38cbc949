import { generateKeyPairSync } from 'node:crypto'
import { signAdvisories } from '@signalbox/sdk/trust/advisories-snapshot'
import { keyIdOf } from '@signalbox/sdk/trust/key-id'
import { wordPaths } from '@signalbox/sdk/trust/word-paths'
import t, { type Test } from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { coreErrors } from '../../src/errors.ts'
import { claimLook, findMarketplace, holdLook } from '../../src/federation/federation-store.ts'
import { MarketplaceLook } from '../../src/federation/marketplace-look.ts'
import { MirrorAhead } from '../../src/federation/mirror-ahead.ts'
import { listRefusals } from '../../src/federation/told-version-store.ts'
import type { Standing } from '../../src/federation/wanted-version.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

const HOUR_MS = 3_600_000
const at = new Date('2026-06-01T12:00:00Z')
const now = at.getTime()
const plugins = ['@acme/a', '@acme/b', '@acme/c']

for (const name of ['other', 'vendor']) {
  await knex('marketplaces').insert({
    ...{ name, url: `https://${name}.example/npm`, state: 'active', allow: [] },
    ...{ fingerprint: `SHA256:${name}`, minimum_age_hours: 0 },
    ...{ added_by: 'operator', added_at: at, next_look_at: at },
  })
}
for (const plugin of plugins) {
  await knex('plugins').insert({ name: plugin, stable_version: '1.0.0' })
  const setting = { plugin, mode: 'patch', minimum_age_hours: 0, set_by: 'operator', set_at: at }
  await knex('plugin_updates').insert({ ...setting, look_at: at })
  const of = { marketplace: 'vendor', name: plugin }
  await knex('marketplace_packages').insert({ ...of, told_at: at, looked_at: at, dist_tags: '{}' })
  const told = { version: '1.0.1', integrity: 'sha512-eA==', state: 'published', published_at: at }
  await knex('marketplace_versions').insert({ ...of, ...told })
}

const marketplace = async (name = 'vendor') => {
  const found = await findMarketplace(knex, name)
  if (found === undefined) throw new Error(name)
  return found
}
const answerRefused = (what: string) =>
  coreErrors.create('MARKETPLACE_ANSWER_REFUSED', { marketplace: 'vendor', what, reason: '404' })
const unreachable = () =>
  coreErrors.create('MARKETPLACE_UNREACHABLE', { marketplace: 'vendor', reason: 'address' })
const outage = () => coreErrors.create('DATABASE_UNAVAILABLE', {})

const standing = (name: string, publishedAt: number): Standing => ({
  marketplace: {
    ...{ name: 'vendor', url: 'https://vendor.example/npm', state: 'active', allow: [] },
    minimumAgeHours: 2,
  },
  name,
  known: {
    distTags: { latest: '1.0.1' },
    versions: new Map([
      ['1.0.1', { integrity: 'sha512-eA==', state: 'published', reason: null, publishedAt }],
    ]),
  },
  here: ['1.0.0'],
  refusals: new Map(),
  now,
})

/** @param faults by plugin, what taking its 1.0.1 fails with */
function ahead(faults: Readonly<Record<string, () => Error>>, publishedAt = now - 3 * HOUR_MS) {
  const tried: string[] = []
  const logged: object[] = []
  const made = new MirrorAhead({
    knex,
    mirrors: {
      standing: async (_, name) => standing(name, publishedAt),
      take: async (_caller, _marketplace, name) => {
        tried.push(name)
        const fault = faults[name]
        if (fault !== undefined) throw fault()
        return true
      },
    },
    now: () => now,
    log: { warn: (fields) => logged.push(fields) },
  })
  const bring = async () => made.bring(await marketplace(), ['@acme'], () => false)
  return { tried, logged, bring, made }
}

t.test('a version that is not given rests, and those after it are taken', async (t) => {
  const release = wordPaths.release('@acme/a', '1.0.1')
  for (const what of [release, 'release', '/@acme/a/-/a-1.0.1.tgz']) {
    await knex('marketplace_versions').update({ refused_at: null, refusal: null })
    const { tried, bring } = ahead({ '@acme/a': () => answerRefused(what) })
    t.match(await bring(), { failure: undefined }, what)
    t.same(tried, plugins, what)
    const refusals = await listRefusals(knex, 'vendor', '@acme/a')
    t.match(refusals.get('1.0.1'), { at: now, code: 'CORE_MARKETPLACE_ANSWER_REFUSED' }, what)
  }
})

t.test('what is not believed of one package is told, and keeps no other', async (t) => {
  await knex('marketplace_versions').update({ refused_at: null, refusal: null })
  const what = wordPaths.index('@acme/a')
  const { tried, bring } = ahead({ '@acme/a': () => answerRefused(what), '@acme/b': outage })
  t.match(await bring(), { failure: { code: 'CORE_MARKETPLACE_ANSWER_REFUSED' } })
  t.same(tried, plugins)
  t.equal((await listRefusals(knex, 'vendor', '@acme/a')).size, 0, 'the version is as it was')
})

t.test('an outage here is logged, and no fault of the marketplace', async (t) => {
  for (const fault of [outage, () => new Error('the lane is gone')]) {
    const { tried, logged, bring } = ahead({ '@acme/a': fault })
    t.match(await bring(), { failure: undefined })
    t.same(tried, plugins)
    t.match(logged, [{ plugin: '@acme/a' }])
  }
})

t.test('nobody else is asked for where nobody answers', async (t) => {
  const { tried, bring } = ahead({ '@acme/a': unreachable })
  t.match(await bring(), { failure: { code: 'CORE_MARKETPLACE_UNREACHABLE' } })
  t.same(tried, ['@acme/a'])
})

type Ports = ConstructorParameters<typeof MarketplaceLook>[0]

/** A node that looks when it is told to. */
function node(t: Test, changes: Partial<Ports> = {}) {
  let wake: () => void = () => undefined
  const made = new MarketplaceLook({
    knex,
    federation: {
      require: marketplace,
      // By files alone: there is nothing to ask.
      upstream: async () => undefined,
    },
    mirrors: { followKeys: async () => undefined, keysOf: async () => new Map(), refresh: unasked },
    client: { advisories: unasked },
    store: { putAdvisories: async () => undefined },
    ahead: { bring: unasked },
    now: () => now,
    wakes: {
      begin: (look) => {
        wake = look
        return () => undefined
      },
    },
    log: { warn: (fields) => t.comment(fields) },
    ...changes,
  })
  made.start()
  t.teardown(() => made.stop())
  return { look: () => wake(), stop: () => made.stop() }
}
const unasked = () => Promise.reject(new Error('not asked'))
const isDue = (name: string) =>
  knex('marketplaces')
    .where({ name })
    .update({ next_look_at: at, looked_at: null, failures: 3, failure: 'CORE_BEFORE' })

t.test('an outage here says nothing of a marketplace, and the others are looked at', async (t) => {
  for (const fault of [outage(), new Error('the pool is empty')]) {
    for (const name of ['other', 'vendor']) await isDue(name)
    const upstream = async ({ name }: { readonly name: string }) => {
      if (name === 'other') throw fault
      return undefined
    }
    const looking = node(t, { federation: { require: marketplace, upstream } })
    looking.look()
    await until(async () => (await marketplace('vendor')).lookedAt !== null)
    await looking.stop()
    t.match(await marketplace('vendor'), { failures: 0, failure: null })
    t.match(await marketplace('other'), { failures: 3, failure: 'CORE_BEFORE', lookedAt: null })
  }
})

t.test('while one node looks no other begins, however long it takes', async (t) => {
  await knex('marketplaces').update({ next_look_at: new Date(Date.now() + 24 * HOUR_MS) })
  await isDue('vendor')
  const looks: string[] = []
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const claimedUntil = async (): Promise<Date> =>
    (await knex('marketplaces').where({ name: 'vendor' }).first('next_look_at')).next_look_at
  const upstream = async () => {
    looks.push('look')
    await ended
    return undefined
  }
  const looking = node(t, { federation: { require: marketplace, upstream }, claimMs: 6000 })
  looking.look()
  await until(async () => looks.length === 1)
  const first = await claimedUntil()
  await until(async () => (await claimedUntil()) > first)
  t.equal(await claimLook(knex, 1000), undefined)
  end()
  await looking.stop()
  t.same(looks, ['look'])
})

t.test('to hold what is due later pulls nothing forward', async (t) => {
  const later = new Date(Date.now() + 24 * HOUR_MS)
  await knex('marketplaces').where({ name: 'vendor' }).update({ next_look_at: later })
  await holdLook(knex, 'vendor', 1000)
  t.match(await knex('marketplaces').where({ name: 'vendor' }), [{ next_look_at: later }])
})

t.test('the next look comes when a version that is waited for is old enough', async (t) => {
  const { bring } = ahead({}, now - 2 * HOUR_MS + 90_000)
  t.same(await bring(), { failure: undefined, nextAt: now + 90_000 })
})

t.test(
  'what is waited for has time of its own, and fails no look that was refused before',
  async (t) => {
    await knex('marketplaces').update({ next_look_at: new Date(Date.now() + 24 * HOUR_MS) })
    await isDue('vendor')
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const told = { marketplace: 'SHA256:vendor', at: now, advisories: {} }
    const clock = { now }
    const isOverAtFirst: boolean[] = []
    const looking = node(t, {
      federation: {
        require: marketplace,
        upstream: async () => ({
          name: 'vendor',
          url: 'https://vendor.example/npm',
          token: undefined,
        }),
      },
      client: { advisories: async () => signAdvisories(told, privateKey) },
      mirrors: {
        followKeys: async () => undefined,
        keysOf: async () => new Map([[keyIdOf(publicKey), publicKey]]),
        // The first takes all the time that there is.
        refresh: async (_, name) => {
          clock.now += HOUR_MS
          throw answerRefused(name)
        },
      },
      ahead: {
        bring: async (_marketplace, _scopes, isOver) => {
          isOverAtFirst.push(isOver())
          return { failure: unreachable(), nextAt: undefined }
        },
      },
      now: () => clock.now,
    })
    await knex('marketplace_packages').update({ looked_at: new Date(0) })
    looking.look()
    await until(async () => (await marketplace()).failures === 4)
    t.same(isOverAtFirst, [false])
    t.match(await marketplace(), { failure: 'CORE_MARKETPLACE_ANSWER_REFUSED' })
  },
)
