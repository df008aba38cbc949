import '../../../sandbox/test/plain-spawn.ts'
import { generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'
import { inspectPackage } from '@signalbox/sandbox'
import { keyIdOf, publicKeyFrom, publicKeyText } from '@signalbox/sdk/trust/key-id'
import { endorseKey } from '@signalbox/sdk/trust/key-succession'
import { SIGNATURE_FILE } from '@signalbox/sdk/trust/package-signature'
import { verifyRelease } from '@signalbox/sdk/trust/release-statement'
import t from 'tap'
import { createContentStore } from '../../../core/src/storage/content-store.ts'
import { createKnex } from '../../../core/src/storage/create-knex.ts'
import { testDatabases } from '../../../core/test/support/postgres.ts'
import { signOlderVersions } from '../../src/trust/sign-older-versions.ts'
import { pluginFiles, pluginPackageJson, publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, serve, withoutReviews } from '../support/registry.ts'
import { registryKeys } from '../support/registry-keys.ts'
import { signedPackage } from '../support/signed-package.ts'
import { tarballOf } from '../support/tarball.ts'

const npmRequire = createRequire(new URL('../../../node_modules/npm/package.json', import.meta.url))
const pacote = npmRequire('pacote')

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { pool: 8 })
t.teardown(() => knex.destroy())
await withoutReviews(knex)
let now = Date.now()
const unsigned = await serve(t, knex, { now: () => now, inspectPackage })
const keys = await registryKeys(t, knex, { now: () => now })
const registry = await serve(t, knex, { now: () => now, inspectPackage, registryKeys: keys })
const token = await registry.publisher('acme', ['@acme'])

const gate = (version: string) => ({ name: '@acme/gate', version })
const author = generateKeyPairSync('ed25519')
const [keyid, publicKey] = [keyIdOf(author.publicKey), publicKeyText(author.publicKey)]

function put(at: typeof registry, version: string, files?: Record<string, string>) {
  const spec = gate(version)
  const body = publishBody(spec, tarballOf(files ?? pluginFiles(spec)))
  return at.call('/@acme%2fgate', { method: 'PUT', token, body })
}

function signedFiles(version: string, change: object = {}, key = author.privateKey, at = now) {
  const spec = gate(version)
  const { signalbox, ...rest } = pluginPackageJson(spec) as { signalbox: object }
  const json = JSON.stringify({ ...rest, signalbox: { ...signalbox, ...change } })
  const files: Record<string, string> = { ...pluginFiles(spec), 'package.json': json }
  return signedPackage(spec, files, key, at)
}

async function verifiedByNpm(version: string) {
  const { body } = await registry.call('/-/npm/v1/keys')
  const known = body.keys.map((key: { key: string }) => ({
    ...key,
    pemkey: `-----BEGIN PUBLIC KEY-----\n${key.key}\n-----END PUBLIC KEY-----`,
  }))
  const host = registry.url.replace(/^http:/, '')
  const options = { registry: registry.url, verifySignatures: true, [`${host}:_keys`]: known }
  return pacote.manifest(`@acme/gate@${version}`, { ...options, cache: t.testdirName })
}

t.test(
  'what was published without a key is signed when there is one, and npm verifies it',
  async (t) => {
    t.equal((await put(unsigned, '1.0.0')).status, 201)
    const before = (await registry.call('/@acme%2fgate')).headers.get('etag')
    t.same((await registry.call('/@acme%2fgate')).body.versions['1.0.0'].dist.signatures, undefined)
    const ports = {
      ...{ knex, keys, contents: createContentStore(knex), now: () => now },
      randomBytes: (count: number) => Buffer.alloc(count, 7),
      log: { warn: () => undefined },
    }
    const { signal } = new AbortController()
    t.equal(await signOlderVersions(ports, signal), 1)
    t.equal(await signOlderVersions(ports, signal), 0)
    registry.forget()
    t.not((await registry.call('/@acme%2fgate')).headers.get('etag'), before)
    t.match(await verifiedByNpm('1.0.0'), {
      _signatures: [{ keyid: (await keys.current()).keyid }],
    })
    t.equal((await keys.current()).signsOlder, false)
    // The flag alone, put back by somebody in the database, opens no key.
    await knex('marketplace_signing_keys').update({ signs_older: true })
    await t.rejects(signOlderVersions(ports, signal), { code: 'MKT_SIGNING_KEY_LOST' })
    await knex('marketplace_signing_keys').update({ signs_older: false })
  },
)

t.test('a publish is signed with it, and what is altered afterwards npm refuses', async (t) => {
  t.equal((await put(registry, '1.1.0')).status, 201)
  t.match(await verifiedByNpm('1.1.0'), { version: '1.1.0' })
  const { sig } = (await registry.call('/@acme%2fgate')).body.versions['1.0.0'].dist.signatures[0]
  const where = { name: '@acme/gate', version: '1.1.0' }
  const [own] = await knex('package_versions').where(where).select('signature')
  await knex('package_versions').where(where).update({ signature: sig })
  await knex('packages').update({ rev: '99-aa' })
  registry.forget()
  await t.rejects(verifiedByNpm('1.1.0'), { code: 'EINTEGRITYSIGNATURE' })
  await knex('package_versions').where(where).update(own)
  await knex('packages').update({ rev: '99-ab' })
  registry.forget()
})

t.test(
  'the registry says who published what and when, and by which key its author signed',
  async (t) => {
    const register = { method: 'POST', token, body: { publicKey } }
    t.match((await registry.call('/v1/marketplace/publishers/acme/keys', register)).body, { keyid })
    t.equal((await put(registry, '1.2.0', signedFiles('1.2.0'))).status, 201)
    const { body } = await registry.call('/-/signalbox/v1/releases/@acme%2fgate/1.2.0')
    const { integrity } = (await registry.call('/@acme%2fgate')).body.versions['1.2.0'].dist
    const trusted = await keys.trusted()
    const find = (id: string) => {
      const found = trusted.find((one) => one.keyid === id)
      return found && publicKeyFrom(found.publicKey, 'p256')
    }
    t.match(verifyRelease(body.release, { ...gate('1.2.0'), integrity }, { kind: 'p256', find }), {
      ok: true,
      release: { publisher: 'acme', publishedAt: now, author: { keyid, publicKey } },
    })
  },
)

t.test('an author’s signature that is wrong is refused, whatever it is wrong in', async (t) => {
  const other = generateKeyPairSync('ed25519').privateKey
  const good = signedFiles('1.3.0')
  const cases: readonly [string, Record<string, string>, RegExp][] = [
    [
      'altered',
      { ...good, 'dist/plugin.js': 'export default { services: {}, x: 1 }\n' },
      /dist\/plugin\.js/,
    ],
    ['unlisted', { ...good, 'dist/more.js': '1' }, /dist\/more\.js/],
    ['a stranger’s', signedFiles('1.3.0', {}, other), /not trusted here/],
    ['no envelope', { ...good, [SIGNATURE_FILE]: '{}' }, /envelope/],
  ]
  for (const [what, files, reason] of cases) {
    const { status, body } = await put(registry, '1.3.0', files)
    t.equal(`${status} ${body.code}`, '422 SBX_PACKAGE_SIGNATURE_INVALID', what)
    t.match(body.title, reason, what)
  }
  const fast = await put(
    registry,
    '1.3.0',
    signedFiles('1.3.0', {}, author.privateKey, now + 6 * 60_000),
  )
  t.equal(fast.body.code, 'MKT_SIGNATURE_REFUSED', 'a clock that is wrong')
  t.equal((await put(registry, '1.3.0', good)).status, 201)
})

t.test('the tier trusted, and a publisher who is held to it, must sign', async (t) => {
  const trusted = { runtime: { tier: 'trusted', entry: 'dist/plugin.js' } }
  const { [SIGNATURE_FILE]: _, ...without } = signedFiles('1.4.0', trusted)
  t.equal((await put(registry, '1.4.0', without)).body.code, 'MKT_SIGNATURE_REQUIRED')
  const signed = await put(registry, '1.4.0', signedFiles('1.4.0', trusted))
  t.equal(signed.status, 202, 'it waits for reviewers, whatever the policy')
  const path = '/v1/marketplace/publishers/acme/signing'
  const asked = { method: 'PUT', body: { required: true } }
  t.equal((await registry.call(path, { ...asked, token })).status, 403)
  t.equal((await registry.call(path, { ...asked, token: OPERATOR_TOKEN })).status, 204)
  t.equal((await put(registry, '1.5.0')).body.code, 'MKT_SIGNATURE_REQUIRED')
})

t.test(
  'a stolen token brings no key; a key brings its successor, and a revoked one nothing',
  async (t) => {
    const path = '/v1/marketplace/publishers/acme/keys'
    const next = generateKeyPairSync('ed25519')
    const text = publicKeyText(next.publicKey)
    const post = (body: object) => registry.call(path, { method: 'POST', token, body })
    t.equal((await post({ publicKey: text })).body.code, 'MKT_KEY_UNENDORSED')
    const own = endorseKey(text, now, next.privateKey)
    t.equal((await post({ publicKey: text, endorsement: own })).body.code, 'MKT_KEY_UNENDORSED')
    const endorsement = endorseKey(text, now, author.privateKey)
    t.equal((await post({ publicKey: text, endorsement })).status, 201)
    t.equal((await post({ publicKey, endorsement })).body.code, 'MKT_KEY_UNENDORSED')
    t.equal((await post({ publicKey: 'a'.repeat(60) })).body.code, 'MKT_KEY_INVALID')
    const other = await registry.publisher('globex', ['@globex'])
    t.equal((await registry.call(path, { token: other })).status, 403)
    now += 60_000
    const dated = signedFiles('1.5.0')
    now += 60_000
    for (const since of ['2052-62-60T39:13:39.005Z', '2026-00-01T00:00:00Z', '2026-01-01']) {
      const noTime = { method: 'POST', token, body: { since } }
      t.equal((await registry.call(`${path}/${keyid}/revocation`, noTime)).status, 400, since)
      t.equal((await post({ publicKey: text, endorsement, notAfter: since })).status, 400, since)
    }
    const revocation = { method: 'POST', token, body: { reason: 'lost' } }
    t.equal((await registry.call(`${path}/${keyid}/revocation`, revocation)).status, 204)
    t.equal((await put(registry, '1.5.0', dated)).body.code, 'MKT_SIGNATURE_REFUSED')
    t.equal((await put(registry, '1.5.0', signedFiles('1.5.0', {}, next.privateKey))).status, 201)
    t.match(
      registry.audited.map(({ action }) => action),
      [/./],
    )
    t.ok(registry.audited.some(({ action }) => action === 'publisher-key.revoked'))
  },
)

t.test(
  'a rotated key is vouched for by the one before, which is good for what it signed',
  async (t) => {
    const rotate = { method: 'POST', token: OPERATOR_TOKEN, body: {} }
    const before = (await keys.current()).keyid
    now += 1000
    t.equal(
      (await registry.call('/v1/marketplace/signing-keys:rotate', { ...rotate, token })).status,
      403,
    )
    const { body } = await registry.call('/v1/marketplace/signing-keys:rotate', rotate)
    t.not(body.keyid, before)
    now += 1000
    t.equal(
      (await put(registry, '1.6.0', signedFiles('1.6.0', {}, (await nextKey()).privateKey))).status,
      201,
    )
    const shown = (await registry.call('/-/npm/v1/keys')).body.keys
    t.match(shown, [
      { keyid: body.keyid, expires: null },
      { keyid: before, expires: String },
    ])
    t.match(await verifiedByNpm('1.0.0'), { _signatures: [{ keyid: before }] })
    t.match(await verifiedByNpm('1.6.0'), { _signatures: [{ keyid: body.keyid }] })
  },
)

/** Another key of acme, registered by the operator, who needs nobody's word. */
async function nextKey() {
  const pair = generateKeyPairSync('ed25519')
  const body = { publicKey: publicKeyText(pair.publicKey) }
  const path = '/v1/marketplace/publishers/acme/keys'
  const made = await registry.call(path, { method: 'POST', token: OPERATOR_TOKEN, body })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  return pair
}
