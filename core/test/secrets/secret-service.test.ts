import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { HostKeys } from '../../src/sealing/host-keys.ts'
import { secretKeys } from '../../src/sealing/secret-keys.ts'
import { SecretService } from '../../src/secrets/secret-service.ts'
import { SecretVault } from '../../src/secrets/secret-vault.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await knex('tenants').insert([
  { id: 'acme', name: 'Acme' },
  { id: 'globex', name: 'Globex' },
])
const label = { en: 'Key' }
await knex('plugins').insert({ name: '@acme/one' })
await knex('installations').insert({
  plugin: '@acme/one',
  version: '1.0.0',
  state: 'stable',
  manifest: JSON.stringify({ secrets: ['key', 'other'].map((name) => ({ name, label })) }),
  contracts: '{}',
  integrity: '',
  marketplace_fingerprint: '',
  installed_by: 'operator',
})

const keyFile = join(t.testdir(), 'keys')
const line = () => `${randomBytes(32).toString('base64')}\n`
const first = line()
await writeFile(keyFile, first, { mode: 0o600 })

/** What one node has; the generation of its routing table is ours to say. */
function node(file = keyFile) {
  const keys = secretKeys(knex, new HostKeys({ file, setting: 'SIGNALBOX_KEY_FILE' }), () => 0)
  const at = { generation: 0 }
  const service = new SecretService({
    tokenKeys: { rewrap: async () => 0 },
    knex,
    keys,
    reach: async (generation) => {
      at.generation = generation
    },
  })
  return { service, at, vault: new SecretVault({ knex, keys, generation: () => at.generation }) }
}

const caller = { actor: 'admin:acme', traceId: 'trace' }
const key = { tenant: 'acme', plugin: '@acme/one', name: 'key' }
const here = node()

t.test('a secret that is set is opened as that version; the one before is gone', async (t) => {
  t.equal(await here.vault.value(key), undefined)
  t.equal(await here.service.set(caller, key, 'first-value'), 1)
  t.equal(await here.vault.value(key), 'first-value')
  t.equal(await here.service.set(caller, key, 'second-value'), 2)
  t.equal(await here.vault.value(key), 'second-value')
  const rows = await knex('secret_versions').where({ name: 'key' }).orderBy('version')
  t.same(
    rows.map(({ sealed }) => sealed !== null),
    [false, true],
  )
  t.notMatch(rows[1].sealed.toString('latin1'), 'second-value')
  const [entry] = await knex('audit_entries').orderBy('id', 'desc').limit(1)
  t.match(entry, { action: 'secret.set', subject: '@acme/one', detail: { secret: 'key' } })
})

t.test('another node holds a value until its routing table moves on', async (t) => {
  const there = node()
  t.equal(await there.vault.value(key), 'second-value')
  await here.service.set(caller, key, 'third-value')
  t.equal(await there.vault.value(key), 'second-value')
  there.at.generation = here.at.generation
  t.equal(await there.vault.value(key), 'third-value')
})

t.test('two that set it at once get one version after the other', async (t) => {
  const versions = await Promise.all(
    ['a-value', 'b-value', 'c-value'].map((value) => here.service.set(caller, key, value)),
  )
  t.same(versions.sort(), [4, 5, 6])
  const held = await knex('secret_versions').where({ name: 'key' }).whereNotNull('sealed')
  t.equal(held.length, 1)
})

t.test('twenty versions are remembered', async (t) => {
  for (let round = 0; round < 25; round++) await here.service.set(caller, key, 'again-value')
  const [listed] = await here.service.list('acme', '@acme/one')
  t.equal(listed?.versions.length, 20)
  t.equal(listed?.versions[0]?.version, 31)
})

t.test(
  'what is sealed opens in no other place: not for another tenant, name or version',
  async (t) => {
    await here.service.set(caller, { ...key, tenant: 'globex' }, 'of-globex')
    await here.service.set(caller, { ...key, name: 'other' }, 'other-value')
    const { sealed, key: id } = await knex('secret_versions')
      .where({ tenant: 'acme', name: 'other' })
      .first()
    const places = [
      { tenant: 'acme', name: 'key' },
      { tenant: 'globex', name: 'key' },
    ]
    for (const place of places) {
      await knex('secret_versions').where(place).whereNotNull('sealed').update({ sealed, key: id })
      await t.rejects(node().vault.value({ ...key, ...place }))
    }
    await here.service.set(caller, key, 'mended-value')
    t.equal(await here.vault.value(key), 'mended-value')
  },
)

t.test('a new key of the host wraps what the old one did; then the old one may go', async (t) => {
  const second = line()
  await writeFile(keyFile, second + first)
  const done = await here.service.rewrap(caller)
  t.equal(done.rewrapped, (await knex('secret_keys')).length)
  t.same(await here.service.rewrap(caller), { ...done, rewrapped: 0 })
  await writeFile(keyFile, second)
  t.equal(await node().vault.value(key), 'mended-value')
  const stranger = join(t.testdir(), 'keys')
  await writeFile(stranger, line(), { mode: 0o600 })
  await t.rejects(node(stranger).vault.value(key), { code: 'CORE_HOST_KEY_MISSING' })
})

t.test('what is not declared, not there or not set is refused', async (t) => {
  const set = (change: object) => here.service.set(caller, { ...key, ...change }, 'some-value')
  await t.rejects(set({ name: 'unknown' }), { code: 'CORE_SECRET_UNKNOWN' })
  await t.rejects(set({ tenant: 'nobody' }), { code: 'CORE_TENANT_MISSING' })
  await t.rejects(set({ plugin: '@no/one' }), { code: 'CORE_PLUGIN_MISSING' })
  await here.service.remove(caller, key)
  t.equal(await here.vault.value(key), undefined)
  await t.rejects(here.service.remove(caller, key), { code: 'CORE_SECRET_NOT_SET' })
})
