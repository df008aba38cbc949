import t from 'tap'
import { createContentStore } from '../../../core/src/storage/content-store.ts'
import { PackageSource } from '../../src/packages/package-source.ts'
import { publishBody } from '../support/plugin-package.ts'
import { startRegistry } from '../support/registry.ts'

const registry = await startRegistry(t)
const { knex } = registry
const token = await registry.publisher('acme', ['@acme'])
const source = new PackageSource({ knex, contents: createContentStore(knex) })
const name = '@acme/gate'

const publish = (version: string) =>
  registry.call('/@acme%2fgate', {
    method: 'PUT',
    token,
    body: publishBody({ name, version }),
  })
const revokedAt = new Date(0)
/** As versions are that were signed by a key which was in other hands by then. */
const steal = (...versions: string[]) =>
  knex('package_versions').where({ name }).whereIn('version', versions).update({ author_key: 'k' })

for (const version of ['1.0.0', '1.0.1', '1.0.2']) await publish(version)
await knex('dist_tags').insert({ name, tag: 'next', version: '1.0.2' })
await knex('publisher_keys').insert({
  ...{ publisher: 'acme', keyid: 'k', public_key: '-', registered_by: 'acme' },
  ...{ not_before: revokedAt, revoked_at: revokedAt },
})

t.test('a tag leads to what its publisher says', async (t) => {
  t.match(await source.versions(name), { distTags: { latest: '1.0.2', next: '1.0.2' } })
})

t.test('latest leads past what is by a revoked key, and no other tag to it', async (t) => {
  await steal('1.0.2')
  t.strictSame(await source.versions(name), {
    versions: ['1.0.0', '1.0.1'],
    distTags: { latest: '1.0.1' },
  })
})

t.test('a release by a revoked key says so', async (t) => {
  const { latest, all } = await source.releases(name)
  t.equal(latest, '1.0.1')
  t.strictSame(
    all
      .map(({ version, keyRevokedAt }) => [version, keyRevokedAt])
      .toSorted()
      .toReversed(),
    [
      ['1.0.2', revokedAt],
      ['1.0.1', null],
      ['1.0.0', null],
    ],
  )
})

t.test('where none is left latest stays, and tells why', async (t) => {
  await steal('1.0.0', '1.0.1', '1.0.2')
  t.strictSame(await source.versions(name), { versions: [], distTags: { latest: '1.0.2' } })
  t.strictSame(await source.keyRevokedAt(name, '1.0.2'), revokedAt)
})
