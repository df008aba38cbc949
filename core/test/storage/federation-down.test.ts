import t from 'tap'
import { createKnex } from '../../src/storage/create-knex.ts'
import { migrateDown, migrateUp } from '../../src/storage/migrate.ts'
import { testDatabases } from '../support/postgres.ts'

// The plugins' database of a test is empty: a place to migrate from nothing.
const { pluginUrl } = await testDatabases(t)
const knex = createKnex(pluginUrl)
t.teardown(() => knex.destroy())

const at = new Date('2026-06-01T12:00:00Z')
const version = (name: string, of: string, more: object = {}) => ({
  ...{ name, version: of, state: 'published', integrity: 'sha512-eA==', shasum: 'aa' },
  ...{ tarball_sha256: 'bb', size: 1, unpacked_size: 1, file_count: 1, published_at: at },
  ...{ package_json: '{}', manifest: '{}', contracts: '{}' },
  ...more,
})

/** A host that has mirrored: a row in each table of it, and what was published here beside them. */
async function mirroringHost(): Promise<void> {
  const marketplace = 'vendor'
  await knex('marketplaces').insert({
    ...{ name: marketplace, url: 'https://vendor.example/npm', state: 'active' },
    ...{ fingerprint: 'SHA256:theirs', allow: ['@acme/gate'], minimum_age_hours: 72 },
    ...{ added_by: 'operator', added_at: at, next_look_at: at },
  })
  const key = { keyid: 'SHA256:key', public_key: 'AA==', is_pinned: true, seen_at: at }
  await knex('marketplace_keys').insert({ marketplace, ...key })
  await knex('marketplace_scopes').insert({
    ...{ scope: '@acme', marketplace, bound_by: 'operator', bound_at: at },
  })
  const name = '@acme/gate'
  const told = { told_at: at, looked_at: at, dist_tags: '{"latest":"1.0.0"}' }
  await knex('marketplace_packages').insert({ marketplace, name, ...told })
  await knex('marketplace_versions').insert({
    ...{ marketplace, name, version: '1.0.0', integrity: 'sha512-eA==', state: 'published' },
    ...{ published_at: at, refused_at: at, refusal: '{}', key_revoked_at: at },
  })
  await knex('publishers').insert({ name: 'mine' }).onConflict('name').ignore()
  const identity = { id: Buffer.alloc(32), fingerprint: 'SHA256:ours' }
  await knex('marketplace_identity').insert(identity)
  const dates = { rev: '1-aa', created_at: at, modified_at: at }
  for (const one of [name, '@mine/gate']) {
    await knex('packages').insert({ name: one, owner: 'mine', ...dates })
  }
  // A publisher and a fingerprint that this host has no rows of.
  const theirs = { publisher: 'acme', fingerprint: 'SHA256:theirs' }
  const mirrored = { mirrored_from: marketplace, mirrored_at: at }
  await knex('package_versions').insert([
    version(name, '1.0.0', { ...theirs, ...mirrored }),
    version('@mine/gate', '1.0.0', { publisher: 'mine', fingerprint: 'SHA256:ours' }),
  ])
  const advisory = { title: 'leaks', severity: 'high', vulnerable_versions: '*', cwe: [] }
  await knex('advisories').insert([
    { ...advisory, created_at: at, package: name, mirrored_from: marketplace, mirrored_id: 7 },
    { ...advisory, created_at: at, package: '@mine/gate' },
  ])
}

t.test('a host that has mirrored is taken back behind it, and forward again', async (t) => {
  await migrateUp(knex)
  await mirroringHost()
  let last = ''
  while (last !== '0070-federation.ts') last = (await migrateDown(knex))[0] ?? ''
  t.notOk(await knex.schema.hasTable('marketplaces'))
  t.same(await knex('advisories').pluck('package'), ['@mine/gate'], 'warnings of others are gone')
  const kept = await knex('package_versions').orderBy('name').select('name', 'fingerprint')
  t.same(kept, [
    // Signed by no key of this host: it is there, and is not installed anew.
    { name: '@acme/gate', fingerprint: 'SHA256:theirs' },
    { name: '@mine/gate', fingerprint: 'SHA256:ours' },
  ])
  const stranger = version('@mine/gate', '1.1.0', {
    publisher: 'nobody',
    fingerprint: 'SHA256:ours',
  })
  await t.rejects(knex('package_versions').insert(stranger), /foreign key/, 'as before mirrors')
  await migrateUp(knex)
  t.same(await knex('marketplaces').count({ count: '*' }).first(), { count: '0' })
  t.match(await knex('package_versions').where({ name: '@acme/gate' }).first(), {
    mirrored_from: null,
  })
})
