import '../../../sandbox/test/plain-spawn.ts'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { inspectPackage } from '@signalbox/sandbox'
import { isCodedError } from '@signalbox/sdk/errors'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import { integrityOf } from '@signalbox/sdk/trust/package-signature'
import { verifyVersion } from '@signalbox/sdk/trust/version-chain'
import t from 'tap'
import { createKnex } from '../../../core/src/storage/create-knex.ts'
import { testDatabases } from '../../../core/test/support/postgres.ts'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { Npm, writeFiles } from '../support/npm.ts'
import { pluginFiles, publishBody } from '../support/plugin-package.ts'
import { serve, withoutReviews } from '../support/registry.ts'
import { registryKeys } from '../support/registry-keys.ts'
import { signedPackage } from '../support/signed-package.ts'
import { tarballOf } from '../support/tarball.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { pool: 8 })
t.teardown(() => knex.destroy())
await withoutReviews(knex)
const keys = await registryKeys(t, knex)
const registry = await serve(t, knex, { inspectPackage, registryKeys: keys })
const token = await registry.publisher('acme', ['@acme'])
const author = generateKeyPairSync('ed25519')
const publicKey = publicKeyText(author.publicKey)
await registry.call('/v1/marketplace/publishers/acme/keys', {
  ...{ method: 'POST', token },
  body: { publicKey },
})
const spec = { name: '@acme/gate', version: '1.0.0' }
const tarball = tarballOf(signedPackage(spec, pluginFiles(spec), author.privateKey))
const published = await registry.call('/@acme%2fgate', {
  ...{ method: 'PUT', token },
  body: publishBody(spec, tarball),
})

function flipped(bytes: Buffer, at: number, by: number): Buffer {
  const other = Buffer.from(bytes)
  other[at] = (other[at] ?? 0) ^ by
  return other
}

const place = (length: number) => [fc.nat(length - 1), fc.integer({ min: 1, max: 255 })] as const

t.test('no byte of a tarball can be another, whatever integrity is told of it', async (t) => {
  t.equal(published.status, 201)
  const whole = await inspectPackage(tarball, { ...spec, signers: [publicKey] })
  await fc.assert(
    fc.asyncProperty(...place(tarball.length), async (at, by) => {
      const other = flipped(tarball, at, by)
      const lied = await registry.call('/@acme%2fgate', {
        ...{ method: 'PUT', token },
        body: {
          ...publishBody({ ...spec, version: '1.0.1' }, tarball),
          _attachments: attached(other),
        },
      })
      if (lied.body.code !== 'MKT_INTEGRITY_MISMATCH') return false
      try {
        // Told truly, it is held to its author's signature. What passes has the very files: bytes of gzip's own head.
        const found = await inspectPackage(other, { ...spec, signers: [publicKey] })
        const digests = (of: typeof whole) => of.files.map(({ path, sha256 }) => [path, sha256])
        return JSON.stringify(digests(found)) === JSON.stringify(digests(whole))
      } catch (error) {
        return isCodedError(error) && error.code.startsWith('SBX_PACKAGE_')
      }
    }),
    { numRuns: 25 },
  )
})

function attached(bytes: Buffer) {
  const data = bytes.toString('base64')
  const form = { content_type: 'application/octet-stream', data, length: bytes.length }
  return { '@acme/gate-1.0.1.tgz': form }
}

t.test('no byte of what is stored can be another', async (t) => {
  const path = '/@acme/gate/-/gate-1.0.0.tgz'
  // A registry that has read the good bytes gives those from its memory.
  const fresh = await serve(t, knex, {})
  const { tarball_sha256: sha256 } = await knex('package_versions').where(spec).first()
  const where = { sha256, ordinal: 0 }
  const { bytes } = await knex('content_chunks').where(where).first('bytes')
  await fc.assert(
    fc.asyncProperty(...place(bytes.length), async (at, by) => {
      await knex('content_chunks')
        .where(where)
        .update({ bytes: flipped(bytes, at, by) })
      const { status, body } = await fresh.call(path)
      return status >= 500 && /CORRUPT/.test(body.code)
    }),
    { numRuns: 100 },
  )
  await knex('content_chunks').where(where).update({ bytes })
  t.equal((await fresh.call(path)).status, 200)
})

t.test('no byte of what the registry signed can be another', async (t) => {
  const { body } = await registry.call('/-/signalbox/v1/releases/@acme%2fgate/1.0.0')
  const { signature, release } = body
  const trusted = await keys.trustedPublicKeys()
  const of = { ...spec, integrity: integrityOf(tarball) }
  const judged = (sig: string, text: string, version = of) =>
    verifyVersion(version, { signature: { ...signature, sig }, release: text }, (id) =>
      trusted.get(id),
    )
  const good = judged(signature.sig, release)
  t.ok(good.ok)
  const same = (verdict: typeof good) =>
    // White space of an envelope, and bits of base64 that stand for nothing.
    !verdict.ok || JSON.stringify(verdict) === JSON.stringify(good)
  const texts = [signature.sig, release, of.integrity]
  for (const [index, text] of texts.entries()) {
    fc.assert(
      fc.property(...place(text.length), (at, by) => {
        const other = flipped(Buffer.from(text), at, by).toString('latin1')
        if (index === 0) return same(judged(other, release))
        if (index === 1) return same(judged(signature.sig, other))
        return !judged(signature.sig, release, { ...of, integrity: other }).ok
      }),
      { numRuns: 300 },
    )
  }
})

t.test('stock npm audits our signatures: good ones, changed ones and missing ones', async (t) => {
  const home = t.testdir({})
  const app = await writeFiles(join(home, 'app'), { 'package.json': '{"private":true}' })
  // A cache of its own each time: what npm had in hand before it does not ask for again.
  let readers = 0
  const preload = new URL('../support/sigstore-knows-none.ts', import.meta.url)
  const reader = (name: string) =>
    Npm.at(join(home, name), registry.url, undefined, [`--import=${preload.href}`])
  const audit = async () => {
    readers += 1
    const npm = await reader(`${readers}`)
    const { code, stdout } = await npm.run(['audit', 'signatures', '--json'], app)
    return { code, ...JSON.parse(stdout) }
  }
  const npm = await reader('first')
  const installed = await npm.run(['install', '@acme/gate@1.0.0'], app)
  t.equal(installed.code, 0, installed.stderr)
  const told = await npm.run(['audit', 'signatures'], app)
  t.match(told.stdout, /1 package has a verified registry signature/)
  t.match(await audit(), { code: 0, invalid: [], missing: [] })
  const { signature } = await knex('package_versions').where(spec).first('signature')
  const other = signature.replace(/[A-Za-z]/, (one: string) => (one === 'M' ? 'N' : 'M'))
  const kept = async (value: string | null) => {
    await knex('package_versions').where(spec).update({ signature: value })
    await knex('packages').update({ rev: `${100 + readers}-aa` })
    registry.forget()
  }
  await kept(other)
  t.match(await audit(), { code: 1, invalid: [{ name: '@acme/gate', version: '1.0.0' }] })
  await kept(null)
  t.match(await audit(), { code: 1, missing: [{ name: '@acme/gate' }] })
  await kept(signature)
  t.match(await audit(), { code: 0 })
})
