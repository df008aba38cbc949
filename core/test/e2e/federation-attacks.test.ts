import { integrityOf } from '@signalbox/sdk/trust/package-signature'
import t from 'tap'
import { publishBody } from '../../../marketplace/test/support/plugin-package.ts'
import { tarballOf } from '../../../marketplace/test/support/tarball.ts'
import { FakeMarketplace, soundTarball } from '../support/fake-marketplace.ts'
import { HostProcess, OPERATOR_TOKEN, refusal } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'

const vendor = await FakeMarketplace.start(t)
const other = await FakeMarketplace.start(t)
const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: {
    PLUGIN_DATABASE_URL: pluginUrl,
    SIGNALBOX_KEY_FILE: await keyFile(t),
    SIGNALBOX_FETCH_ALLOW: [vendor.origin, other.origin].join(','),
  },
})
const { client } = host

const add = async (name: string, market: FakeMarketplace, scope: string) => {
  await client.request('POST', '/v1/marketplaces', { name, url: market.url })
  const body = { fingerprints: [market.keyid] }
  await client.request('PUT', `/v1/marketplaces/${name}/keys`, body)
  await client.request('PUT', `/v1/marketplaces/${name}/scopes/${scope}`)
}
const install = (name: string, version?: string) =>
  client.request<{ version: string; marketplaceFingerprint?: string }>('POST', '/v1/plugins', {
    name,
    ...(version === undefined ? {} : { version }),
  })
const sync = (name: string) => client.request('POST', `/v1/marketplaces/${name}/sync`)
const mirror = (name: string, spec: string, version: string) =>
  client.request('POST', `/v1/marketplaces/${name}/mirrors`, { package: spec, version })
const stateOf = async (name: string) =>
  (await client.request<{ state: string }>('GET', `/v1/marketplaces/${name}`)).state
const put = (name: string, version: string) =>
  client.request(
    'PUT',
    `/npm/${name.replace('/', '%2f')}`,
    publishBody({ name, version }, soundTarball({ name, version })),
  )

t.test(
  'a name that another marketplace has too, in a higher version, is not looked for there',
  async (t) => {
    vendor.publish('@acme/gate', '1.0.0')
    other.publish('@acme/gate', '9.0.0')
    other.publish('@globex/meter', '1.0.0')
    await add('vendor', vendor, '@acme')
    await add('other', other, '@globex')
    await install('@acme/gate')
    const plugin = await client.request<{ versions: object[] }>('GET', '/v1/plugins/@acme%2Fgate')
    t.match(plugin.versions, [{ version: '1.0.0', marketplaceFingerprint: vendor.fingerprint }])
    t.equal(plugin.versions.length, 1)
    t.notOk(other.asked.some((path) => path.includes('@acme')))
    const named = await refusal(mirror('other', '@acme/gate', '9.0.0'))
    t.equal(named.code, 'CORE_SCOPE_BOUND')
  },
)

t.test(
  'a name without a scope comes from here alone, and nobody else is asked for it',
  async (t) => {
    vendor.publish('gate', '9.0.0')
    const missing = await refusal(install('gate'))
    t.equal(missing.code, 'CORE_PACKAGE_MISSING')
    const named = await refusal(mirror('vendor', 'gate', '9.0.0'))
    t.equal(named.code, 'CORE_SCOPE_UNBOUND')
    await put('gate', '1.0.0')
    await install('gate')
    const plugin = await client.request<{ versions: object[] }>('GET', '/v1/plugins/gate')
    t.match(plugin.versions, [{ version: '1.0.0' }])
    t.notOk(
      [vendor, other].some(({ asked }) =>
        asked.some((path) => /\/gate(\/|$)/.test(path) && !path.includes('@')),
      ),
    )
  },
)

t.test('npm is given what is here, and nothing is fetched for it', async (t) => {
  vendor.publish('@acme/unasked', '1.0.0')
  const read = client.request('GET', '/npm/@acme%2funasked')
  t.equal((await refusal(read)).code, 'MKT_PACKAGE_NOT_FOUND')
  t.notOk(vendor.asked.some((path) => path.includes('unasked')))
})

t.test(
  'nobody publishes here under a scope that comes from elsewhere, the operator neither',
  async (t) => {
    t.equal((await refusal(put('@acme/gate', '9.0.0'))).code, 'MKT_SCOPE_BOUND')
    const given = client.request('POST', '/v1/marketplace/publishers', {
      name: 'mallory',
      scopes: ['@acme'],
    })
    t.equal((await refusal(given)).code, 'MKT_SCOPE_BOUND')
  },
)

t.test('a scope that is published here cannot come from elsewhere as well', async (t) => {
  await put('@initech/printer', '1.0.0')
  const bind = client.request('PUT', '/v1/marketplaces/vendor/scopes/@initech')
  t.equal((await refusal(bind)).code, 'CORE_SCOPE_OWN')
})

t.test('a scope has one marketplace, and one that has none comes from nowhere', async (t) => {
  const second = client.request('PUT', '/v1/marketplaces/other/scopes/@acme')
  t.equal((await refusal(second)).code, 'CORE_SCOPE_BOUND')
  t.equal((await refusal(install('@umbrella/gate'))).code, 'CORE_SCOPE_UNBOUND')
})

t.test('of scopes bound at the same moment to two marketplaces, one is', async (t) => {
  const bound = await Promise.allSettled(
    ['vendor', 'other'].map((name) =>
      client.request('PUT', `/v1/marketplaces/${name}/scopes/@race`),
    ),
  )
  t.same(bound.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

t.test('other bytes for a version that was known are refused, signed or not', async (t) => {
  vendor.publish('@acme/lied', '1.0.0')
  vendor.publish('@acme/lied', '1.1.0')
  await mirror('vendor', '@acme/lied', '1.0.0')
  vendor.change('@acme/lied', '1.1.0', { integrity: 'sha512-b3RoZXI=' })
  const changed = await refusal(mirror('vendor', '@acme/lied', '1.1.0'))
  t.match(changed, { code: 'CORE_PACKAGE_INDEX_REFUSED', title: /other bytes/ })
  vendor.publish('@acme/lied', '1.1.0')
})

t.test('an index that leaves out what was known is refused', async (t) => {
  vendor.publish('@acme/hidden', '1.0.0')
  vendor.publish('@acme/hidden', '1.0.1')
  await mirror('vendor', '@acme/hidden', '1.0.0')
  vendor.forget('@acme/hidden', '1.0.1')
  const missing = await refusal(mirror('vendor', '@acme/hidden', '1.0.1'))
  t.match(missing, { code: 'CORE_PACKAGE_INDEX_REFUSED', title: /1\.0\.1.*missing/ })
  vendor.publish('@acme/hidden', '1.0.1')
})

t.test('an index of before is refused, and so is one that is not of now', async (t) => {
  vendor.publish('@acme/replayed', '1.0.0')
  await mirror('vendor', '@acme/replayed', '1.0.0')
  vendor.publish('@acme/replayed', '1.0.1')
  vendor.tellAt(Date.now() - 600_000)
  const older = await refusal(mirror('vendor', '@acme/replayed', '1.0.1'))
  t.match(older, { code: 'CORE_PACKAGE_INDEX_REFUSED', title: /was taken before/ })
  vendor.publish('@acme/frozen', '1.0.0')
  vendor.tellAt(Date.now() - 7_200_000)
  const frozen = await refusal(mirror('vendor', '@acme/frozen', '1.0.0'))
  t.match(frozen, { code: 'CORE_PACKAGE_INDEX_REFUSED', title: /not of now/ })
  vendor.tellAt(undefined)
})

t.test(
  'a tarball with other bytes than were told of is refused, and nothing is stored',
  async (t) => {
    vendor.publish('@acme/swapped', '1.0.0')
    vendor.change('@acme/swapped', '1.0.0', { tarball: tarballOf({ 'package.json': '{}' }) })
    const swapped = await refusal(mirror('vendor', '@acme/swapped', '1.0.0'))
    t.equal(swapped.code, 'CORE_SIGNATURE_INVALID')
    const read = client.request('GET', '/npm/@acme%2fswapped')
    t.equal((await refusal(read)).code, 'MKT_PACKAGE_NOT_FOUND')
  },
)

t.test('what is mirrored passes the checks of a publish', async (t) => {
  const tarball = tarballOf({
    'package.json': JSON.stringify({ name: '@acme/bad', version: '1.0.0' }),
  })
  vendor.publish('@acme/bad', '1.0.0', { tarball, integrity: integrityOf(tarball) })
  const bad = await refusal(mirror('vendor', '@acme/bad', '1.0.0'))
  t.match(bad.status, 422)
})

t.test('a redirect to elsewhere is not followed, one within the origin is', async (t) => {
  vendor.publish('@acme/moved', '1.0.0')
  const path = '/@acme/moved/-/moved-1.0.0.tgz'
  const to = (location: string) =>
    vendor.answers.set(path, (_request, response) => response.writeHead(302, { location }).end())
  to(`${other.origin}/npm${path}`)
  const elsewhere = await refusal(mirror('vendor', '@acme/moved', '1.0.0'))
  t.match(elsewhere, { code: 'CORE_MARKETPLACE_ANSWER_REFUSED', title: /redirected elsewhere/ })
  t.notOk(other.asked.includes(path))
  to(`/npm${path}?again`)
  const body = vendor.answers.get(path)
  vendor.answers.set(path, (request, response) => {
    vendor.answers.delete(path)
    body?.(request, response)
  })
  vendor.answers.set(`${path}?again`, (request, response) => {
    request.url = `/npm${path}`
    vendor.answer(request, response)
  })
  await mirror('vendor', '@acme/moved', '1.0.0')
})

t.test('an endless answer is cut off at the size that it may have', async (t) => {
  vendor.publish('@acme/huge', '1.0.0')
  vendor.answers.set('/@acme/huge/-/huge-1.0.0.tgz', (_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024)
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  })
  const huge = await refusal(mirror('vendor', '@acme/huge', '1.0.0'))
  t.match(huge, { code: 'CORE_MARKETPLACE_UNREACHABLE', title: /FETCH_TOO_LARGE/ })
})

t.test('an answer that never ends is waited for no longer than its deadline', async (t) => {
  vendor.publish('@acme/slow', '1.0.0')
  vendor.answers.set('/-/signalbox/v1/index/@acme/slow', (_request, response) => {
    const drip = setInterval(() => response.write(' '), 200)
    response.once('close', () => clearInterval(drip))
  })
  const slow = await refusal(mirror('vendor', '@acme/slow', '1.0.0'))
  t.match(slow, { code: 'CORE_MARKETPLACE_UNREACHABLE', title: /FETCH_TIMEOUT/ })
})

t.test(
  'a version below the minimum age is not taken, whatever it says of its age later',
  async (t) => {
    vendor.publish('@acme/young', '1.0.0', { publishedAt: Date.now() - 100 * 3_600_000 })
    await client.request('PATCH', '/v1/marketplaces/vendor', { minimumAgeHours: 48 })
    await install('@acme/young')
    vendor.publish('@acme/young', '1.0.1', { publishedAt: Date.now() - 100 * 3_600_000 })
    const backdated = await refusal(mirror('vendor', '@acme/young', '1.0.1'))
    t.equal(backdated.code, 'CORE_VERSION_TOO_YOUNG')
    await client.request('PATCH', '/v1/marketplaces/vendor', { minimumAgeHours: 0 })
    await mirror('vendor', '@acme/young', '1.0.1')
  },
)

t.test('what is not on the list of what may be taken is not', async (t) => {
  await client.request('PATCH', '/v1/marketplaces/vendor', { allow: ['@acme/gate', '@acme/y*'] })
  t.equal((await refusal(install('@acme/other'))).code, 'CORE_PACKAGE_NOT_ALLOWED')
  await client.request('PATCH', '/v1/marketplaces/vendor', { allow: [] })
})

t.test(
  'what they block is stopped here, what they yank is not installed anew, and their warnings are told',
  async (t) => {
    vendor.publish('@acme/blocked', '1.0.0')
    vendor.publish('@acme/blocked', '1.0.1')
    await install('@acme/blocked', '1.0.0')
    await mirror('vendor', '@acme/blocked', '1.0.1')
    vendor.change('@acme/blocked', '1.0.0', { state: 'blocked', reason: 'it sends data out' })
    vendor.change('@acme/blocked', '1.0.1', { state: 'yanked', reason: 'a bad release' })
    const advisory = { id: 7, title: 'leaks', severity: 'high', vulnerable_versions: '<2.0.0' }
    vendor.advisories['@acme/blocked'] = [advisory]
    vendor.advisories['@initech/printer'] = [{ ...advisory, id: 8 }]
    await sync('vendor')
    const yanked = await refusal(install('@acme/blocked', '1.0.1'))
    t.match(yanked, { code: 'CORE_VERSION_WITHDRAWN', title: /a bad release/ })
    const { items } = await client.request<{ items: { subject: string; actor: string }[] }>(
      'GET',
      '/v1/audit?action=package.blocked&limit=10',
    )
    t.match(items, [{ subject: '@acme/blocked@1.0.0', actor: 'marketplace vendor' }])
    const told = await client.request<{ items: { package: string }[] }>(
      'GET',
      '/v1/marketplace/advisories',
    )
    t.same(
      told.items.map((one) => one.package),
      ['@acme/blocked'],
    )
    vendor.change('@acme/blocked', '1.0.1', { state: 'published', reason: null })
    await sync('vendor')
    await install('@acme/blocked', '1.0.1')
  },
)

t.test('what was yanked or blocked here is not brought back by what they say', async (t) => {
  for (const version of ['1.0.0', '1.0.1', '1.0.2']) {
    vendor.publish('@acme/kept', version)
    await mirror('vendor', '@acme/kept', version)
  }
  const path = '/v1/marketplace/packages/@acme%2Fkept/versions'
  const reason = { reason: 'not for us' }
  await client.request('POST', `${path}/1.0.2/yank`, reason)
  await client.request('POST', `${path}/1.0.1/block`, reason)
  await sync('vendor')
  for (const version of ['1.0.1', '1.0.2']) {
    const refused = await refusal(install('@acme/kept', version))
    t.match(refused, { code: 'CORE_VERSION_WITHDRAWN', title: /not for us/ }, version)
  }
  t.equal((await install('@acme/kept')).version, '1.0.0')
})

t.test('a key that was told to be revoked stays so, and keeps no other version', async (t) => {
  const keyRevokedAt = Date.now()
  vendor.publish('@acme/stolen', '1.0.0')
  vendor.publish('@acme/stolen', '1.0.1')
  await mirror('vendor', '@acme/stolen', '1.0.1')
  vendor.change('@acme/stolen', '1.0.1', { keyRevokedAt })
  await sync('vendor')
  t.equal((await refusal(install('@acme/stolen', '1.0.1'))).code, 'CORE_AUTHOR_KEY_REVOKED')
  // Published once more without it, by whoever has the marketplace's key.
  vendor.publish('@acme/stolen', '1.0.1')
  await sync('vendor')
  t.equal((await refusal(install('@acme/stolen', '1.0.1'))).code, 'CORE_AUTHOR_KEY_REVOKED')
  const { version } = await install('@acme/stolen')
  t.equal(version, '1.0.0')
})

t.test('an upstream that is away breaks nothing that is here', async (t) => {
  const keys = '/-/signalbox/v1/keys'
  vendor.publish('@acme/there', '1.0.0')
  await mirror('vendor', '@acme/there', '1.0.0')
  const index = '/-/signalbox/v1/index/@acme/there'
  for (const path of [keys, index]) {
    vendor.answers.set(path, (_request, response) => response.destroy())
  }
  t.equal((await refusal(sync('vendor'))).code, 'CORE_MARKETPLACE_UNREACHABLE')
  t.match(await client.request('GET', '/v1/marketplaces/vendor'), {
    state: 'active',
    failure: 'CORE_MARKETPLACE_UNREACHABLE',
  })
  await install('@acme/there', '1.0.0')
  for (const path of [keys, index]) vendor.answers.delete(path)
  await sync('vendor')
  t.match(await client.request('GET', '/v1/marketplaces/vendor'), { failure: null })
})

t.test(
  'a scope bound to another marketplace brings no update before the operator says so',
  async (t) => {
    await client.request('DELETE', '/v1/marketplaces/vendor/scopes/@acme')
    await client.request('PUT', '/v1/marketplaces/other/scopes/@acme')
    const update = await refusal(install('@acme/gate', '9.0.0'))
    t.equal(update.code, 'CORE_PLUGIN_OF_ANOTHER_MARKETPLACE')
    t.equal((await refusal(mirror('other', '@acme/gate', '1.0.0'))).code, 'CORE_VERSION_OF_ANOTHER')
    await client.request('PUT', '/v1/plugins/@acme%2Fgate/marketplace', {
      fingerprint: other.fingerprint,
    })
    await install('@acme/gate', '9.0.0')
    const plugin = await client.request<{ versions: object[] }>('GET', '/v1/plugins/@acme%2Fgate')
    t.match(plugin.versions, [
      { version: '9.0.0', marketplaceFingerprint: other.fingerprint },
      { version: '1.0.0', marketplaceFingerprint: vendor.fingerprint },
    ])
    await client.request('DELETE', '/v1/marketplaces/other/scopes/@acme')
    const unbound = await refusal(install('@acme/there', '1.0.0'))
    t.equal(unbound.code, 'CORE_SCOPE_UNBOUND', 'though its bytes are here')
    await client.request('PUT', '/v1/marketplaces/vendor/scopes/@acme')
  },
)

t.test(
  'a key that an older one vouches for is followed; one that none does stops everything',
  async (t) => {
    vendor.changeKey(true)
    vendor.publish('@acme/next', '1.0.0')
    await sync('vendor')
    await mirror('vendor', '@acme/next', '1.0.0')
    vendor.changeKey(false)
    vendor.publish('@acme/next', '1.0.1')
    t.equal((await refusal(sync('vendor'))).code, 'CORE_MARKETPLACE_KEY_CHANGED')
    t.equal(await stateOf('vendor'), 'key_changed')
    t.equal((await refusal(install('@acme/next', '1.0.1'))).code, 'CORE_MARKETPLACE_KEY_CHANGED')
    const wrong = client.request('PUT', '/v1/marketplaces/vendor/keys', {
      fingerprints: [other.keyid],
    })
    t.equal((await refusal(wrong)).code, 'CORE_MARKETPLACE_KEYS_DIFFER')
    await client.request('PUT', '/v1/marketplaces/vendor/keys', { fingerprints: [vendor.keyid] })
    await install('@acme/next', '1.0.1')
  },
)

t.test('a marketplace cannot come again by another name, nor this host as another', async (t) => {
  const twin = client.request('POST', '/v1/marketplaces', { name: 'twin', url: other.url })
  t.equal((await refusal(twin)).code, 'CORE_MARKETPLACE_OF_ANOTHER')
})

t.test('an address inside that the operator did not name is not asked', async (t) => {
  const inside = (url: string) =>
    client.request('POST', '/v1/marketplaces', { name: 'inside', url })
  for (const url of ['https://127.0.0.1:1/npm', 'https://[::ffff:10.0.0.1]/npm', 'ftp://a.b/npm']) {
    t.equal((await refusal(inside(url))).code, 'CORE_MARKETPLACE_URL_REFUSED')
  }
})

t.test('a read token is sent there and shown nowhere', async (t) => {
  const token = 'read-token-of-the-vendor'
  const changed = await client.request('PATCH', '/v1/marketplaces/vendor', { token })
  await sync('vendor')
  t.ok(vendor.authorizations.has(`Bearer ${token}`))
  t.notOk(JSON.stringify(changed).includes(token))
  const audit = await client.request('GET', '/v1/audit?action=marketplace.changed&limit=50')
  t.notOk(JSON.stringify(audit).includes(token))
  t.notOk([...vendor.authorizations].some((one) => one.includes(OPERATOR_TOKEN)))
})
