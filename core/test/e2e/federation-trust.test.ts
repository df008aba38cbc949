import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reviewTerms, signApproval } from '@signalbox/sdk/trust/approval-statement'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import t from 'tap'
import { Npm, writeFiles } from '../../../marketplace/test/support/npm.ts'
import { publishBody } from '../../../marketplace/test/support/plugin-package.ts'
import { signedPackage } from '../../../marketplace/test/support/signed-package.ts'
import { tarballOf } from '../../../marketplace/test/support/tarball.ts'
import { type HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { filesIn } from '../support/packed-fixture.ts'
import { callProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { printedByCli } from '../support/run-cli.ts'
import { fingerprintOf, twoMarketplaces } from '../support/two-marketplaces.ts'

const home = await temporaryHome(t)
const { upstream, host, knex } = await twoMarketplaces(t)
const { client } = host
const publishers = '/v1/marketplace/publishers'

/** A publisher of the upstream, with a key of its own. */
async function publisher(name: string, scope: string) {
  const made = { name, scopes: [scope] }
  const { token } = await upstream.client.request<{ token: string }>('POST', publishers, made)
  const key = generateKeyPairSync('ed25519')
  const body = { publicKey: publicKeyText(key.publicKey) }
  const as = upstream.as(token)
  const path = `${publishers}/${name}/keys`
  const { keyid } = await as.request<{ keyid: string }>('POST', path, body)
  return { as, keyid, key: key.privateKey, keyPath: `${path}/${encodeURIComponent(keyid)}` }
}

const acme = await publisher('acme', '@probe')
const carol = await publisher('carol', '@carol')
await upstream.client.request('PUT', `${publishers}/carol/roles/reviewer`)

/** Signed by acme, approved by carol over the bytes that she looked at. */
async function release(version: string, key: KeyObject = acme.key): Promise<Buffer> {
  const folder = await probeVersion(home, version)
  const spec = { name: probe, version }
  const paths = await filesIn(folder)
  const read = paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')])
  const files = signedPackage(spec, Object.fromEntries(await Promise.all(read)), key)
  const tarball = tarballOf(files)
  await acme.as.request('PUT', '/npm/@probe%2fone', publishBody(spec, tarball))
  type Open = { items: { id: string }[] }
  const { items } = await carol.as.request<Open>('GET', '/v1/marketplace/reviews?status=open')
  for (const { id } of items) await approve(id)
  return tarball
}

async function approve(id: string): Promise<void> {
  const path = `/v1/marketplace/reviews/${id}`
  type Shown = Parameters<typeof reviewTerms>[0] & { dist: { integrity: string }; version: string }
  const review = await carol.as.request<Shown>('GET', path)
  const { version, dist } = review
  const said = { name: probe, version, integrity: dist.integrity, reviewer: 'carol' } as const
  const decided = {
    decision: 'approved',
    policy: reviewTerms(review),
    decidedAt: Date.now(),
  } as const
  const statement = signApproval({ ...said, ...decided }, carol.key)
  await carol.as.request('POST', `${path}/approve`, { text: 'read it', statement })
}

const mirror = (version: string) =>
  client.request('POST', '/v1/marketplaces/vendor/mirrors', { package: probe, version })
const install = (version: string) => client.request('POST', '/v1/plugins', { name: probe, version })
const word = (on: HostProcess, version: string) =>
  on.client.request<{ release: string }>(
    'GET',
    `/npm/-/signalbox/v1/releases/@probe%2fone/${version}`,
  )

const first = await release('1.0.0')

t.test('who approved a version there is verified here, of what is mirrored', async (t) => {
  await mirror('1.0.0')
  t.same(await word(host, '1.0.0'), await word(upstream, '1.0.0'), 'word for word')
  const file = join(home, 'one-1.0.0.tgz')
  await writeFile(file, first)
  const pinned = ['--fingerprint', await fingerprintOf(upstream)]
  const links = await printedByCli(host, ['verify', file, ...pinned])
  t.match(links, /registry +SHA256:\S+: published by acme at 2/)
  t.match(links, 'approved by carol')
  t.match(links, `author    ${acme.keyid}`)
  const own = printedByCli(host, ['verify', file, '--fingerprint', await fingerprintOf(host)])
  await t.rejects(own, /not trusted here/, 'the mirror itself vouches for none of it')
})

t.test(
  'a mirrored version without the approvals that it was released by is not installed',
  async (t) => {
    const where = { name: probe, version: '1.0.0' }
    const [{ release: text }] = await knex('package_versions').where(where).select('release')
    const envelope = JSON.parse(text)
    const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString())
    statement.predicate.review.approvals = []
    statement.predicate.review.required = 0
    envelope.payload = Buffer.from(JSON.stringify(statement)).toString('base64')
    await knex('package_versions')
      .where(where)
      .update({ release: JSON.stringify(envelope) })
    t.equal((await refusal(install('1.0.0'))).code, 'CORE_SIGNATURE_INVALID')
    await knex('package_versions').where(where).update({ release: text })
    await install('1.0.0')
  },
)

t.test('stock npm audits the signatures of what a mirror serves', async (t) => {
  const app = await writeFiles(join(home, 'app'), { 'package.json': '{"private":true}' })
  const preload = new URL(
    '../../../marketplace/test/support/sigstore-knows-none.ts',
    import.meta.url,
  )
  const npm = await Npm.at(join(home, 'npm'), `${host.url}/npm/`, undefined, [
    `--import=${preload.href}`,
  ])
  const installed = await npm.run(['install', `${probe}@1.0.0`], app)
  t.equal(installed.code, 0, installed.stderr)
  const { code, stdout } = await npm.run(['audit', 'signatures', '--json'], app)
  t.match({ code, ...JSON.parse(stdout) }, { code: 0, invalid: [], missing: [] })
  const told = await npm.run(['audit', 'signatures'], app)
  t.match(told.stdout, /1 package has a verified registry signature/)
})

t.test(
  'a key of an author that was revoked there is good here for what was seen before, and for nothing after',
  async (t) => {
    const { key } = await setUpTenant(host, 'acme')
    const since = new Date().toISOString()
    for (const version of ['1.0.1', '1.0.2']) await release(version)
    await install('1.0.1')
    await mirror('1.0.2')
    await acme.as.request('POST', `${acme.keyPath}/revocation`, { since, reason: 'stolen' })
    await printedByCli(host, ['marketplace', 'sync', 'vendor'])
    const refused = await refusal(install('1.0.2'))
    t.match(refused, { code: 'CORE_AUTHOR_KEY_REVOKED', status: 409 })
    t.match(refused.title, since)
    const plan = `/v1/plugins/${encodeURIComponent(probe)}:plan`
    t.equal(
      (await refusal(client.request('POST', plan, { version: '1.0.2' }))).code,
      'CORE_AUTHOR_KEY_REVOKED',
    )
    await install('1.0.1')
    t.equal(
      (await callProbe(host, key, 'echo', { text: 'x' })).status,
      200,
      'what is there goes on',
    )
    // One that does not serve would be fetched anew, and stays where it is.
    const there101 = () => knex('installations').where({ plugin: probe, version: '1.0.1' })
    const { state } = await there101().first('state')
    await there101().update({ state: 'signature_invalid' })
    t.equal((await refusal(install('1.0.1'))).code, 'CORE_AUTHOR_KEY_REVOKED')
    t.match(await there101(), [{ state: 'signature_invalid' }])
    await there101().update({ state })
    const path = '/v1/audit?action=marketplace.author-key-revoked&limit=10'
    const { items } = await client.request<{ items: object[] }>('GET', path)
    t.match(items, [{ subject: probe, actor: 'host', detail: { versions: ['1.0.1', '1.0.2'] } }])
    // It decides for those who install from it as well, and what it saw before the theft is good.
    const there = (version: string) =>
      upstream.client.request('POST', '/v1/plugins', { name: probe, version })
    t.equal((await refusal(there('1.0.2'))).code, 'CORE_AUTHOR_KEY_REVOKED')
    await there('1.0.0')
    await client.request('DELETE', '/v1/marketplaces/vendor/scopes/@probe')
    await client.request('PUT', '/v1/marketplaces/vendor/scopes/@probe')
    t.equal((await refusal(install('1.0.2'))).code, 'CORE_AUTHOR_KEY_REVOKED')
  },
)

t.test('nobody else revokes a key, though it be registered twice', async (t) => {
  const mallory = await publisher('mallory', '@mallory')
  const next = generateKeyPairSync('ed25519')
  const body = { publicKey: publicKeyText(next.publicKey) }
  const made = await upstream.client.request<{ keyid: string }>(
    'POST',
    `${publishers}/acme/keys`,
    body,
  )
  await upstream.client.request('POST', `${publishers}/mallory/keys`, body)
  await release('1.0.3', next.privateKey)
  const path = `${publishers}/mallory/keys/${encodeURIComponent(made.keyid)}/revocation`
  await mallory.as.request('POST', path, { since: '2026-01-01T00:00:00Z' })
  await mirror('1.0.3')
  await install('1.0.3')
  t.pass('it is installed')
})
