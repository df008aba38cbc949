import { randomBytes } from 'node:crypto'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { AssetReader } from '../../src/assets/asset-reader.ts'
import { createContentStore } from '../../src/storage/content-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { FairTurns } from '../../src/storage/fair-turns.ts'
import { testDatabases } from '../support/postgres.ts'
import { version } from '../support/recorded-call.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const contents = createContentStore(knex)
const { plugin } = version
const next = { ...version, version: '1.1.0' }
const other = { ...version, plugin: '@test/other' }
const LIMIT = 184_320

async function install(of: typeof version, files: Readonly<Record<string, Buffer>>): Promise<void> {
  await knex('plugins').insert({ name: of.plugin }).onConflict('name').ignore()
  await knex('installations').insert({
    plugin: of.plugin,
    version: of.version,
    state: 'stable',
    manifest: '{}',
    contracts: '{}',
    integrity: '',
    marketplace_fingerprint: '',
    installed_by: 'test',
  })
  for (const [path, bytes] of Object.entries(files)) {
    const sha256 = await contents.put(bytes)
    const row = { plugin: of.plugin, version: of.version, path, sha256, size: bytes.length }
    await knex('installation_files').insert(row)
  }
}

const large = randomBytes(2 * 1024 * 1024 + 99)
const broken = randomBytes(1024 * 1024 + 9)
await install(version, {
  'assets/rates.json': Buffer.from('old'),
  'assets/large': large,
  'assets/empty': Buffer.alloc(0),
  'assets/broken': broken,
  'dist/plugin.js': Buffer.from('code'),
  'package.json': Buffer.from('{}'),
})
await install(next, { 'assets/rates.json': Buffer.from('new') })
await install(other, { 'assets/theirs.json': Buffer.from('theirs') })
const reader = new AssetReader(knex, new FairTurns())

t.test('each version reads the files of its own package', async (t) => {
  t.equal(`${await reader.read(version, 'assets/rates.json', {})}`, 'old')
  t.equal(`${await reader.read(next, 'assets/rates.json', {})}`, 'new')
  t.equal((await reader.read(version, 'assets/empty', {})).length, 0)
  const missing = { code: 'CORE_ASSET_MISSING' }
  await t.rejects(reader.read(next, 'assets/large', {}), missing)
  await t.rejects(reader.read(version, 'assets/theirs.json', {}), missing)
  t.equal(`${await reader.read(other, 'assets/theirs.json', {})}`, 'theirs')
})

t.test('other spellings of a path lead nowhere', async (t) => {
  const spellings = ['Assets/rates.json', 'assets/RATES.json', 'assets%2frates.json', 'rates.json']
  for (const path of spellings) {
    await t.rejects(reader.read(version, path, {}), { code: 'CORE_ASSET_MISSING' }, path)
  }
  const wrong = ['./assets/rates.json', 'assets/../assets/rates.json', 'assets//rates.json']
  for (const path of [...wrong, 'assets\\rates.json', 'assets/rates.json\u0000', '\ud800']) {
    const refused = { code: 'CORE_INPUT_INVALID', faults: [{ pointer: '/path' }] }
    await t.rejects(reader.read(version, path, {}), refused, path)
  }
})

t.test('what only the host reads is not given, though it is in the package', async (t) => {
  for (const path of ['dist/plugin.js', 'package.json']) {
    await t.rejects(reader.read(version, path, {}), { code: 'CORE_ASSET_MISSING' }, path)
  }
})

t.test('any part of a large file is what stands there', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.nat(large.length), fc.nat(LIMIT), async (offset, length) => {
      const bytes = await reader.read(version, 'assets/large', { offset, length })
      return bytes.equals(large.subarray(offset, offset + length))
    }),
    { numRuns: 50 },
  )
  await t.rejects(reader.read(version, 'assets/large', {}), { code: 'CORE_ASSET_TOO_LARGE' })
  const beyond = { offset: large.length + 1 }
  await t.rejects(reader.read(version, 'assets/large', beyond), { code: 'CORE_ASSET_RANGE' })
})

t.test('a file is read from PostgreSQL once, whoever asks for which part', async (t) => {
  let queries = 0
  knex.on('query', () => queries++)
  for (let offset = 0; offset < large.length; offset += LIMIT) {
    await reader.read(version, 'assets/large', { offset, length: LIMIT })
  }
  t.equal(queries, 0, `${plugin} was read before`)
})

t.test(
  'bytes that were changed behind our back are refused, before and after they were verified',
  async (t) => {
    const read = (by: AssetReader) => by.read(version, 'assets/broken', { length: 1 })
    const { sha256 } = await knex('installation_files').where({ path: 'assets/broken' }).first()
    const fresh = new AssetReader(knex, new FairTurns())
    await read(fresh)
    const chunk = knex('content_chunks').where({ sha256, ordinal: 1 })
    await chunk.clone().update({ bytes: Buffer.alloc(9) })
    const corrupt = { code: 'CORE_CONTENT_CORRUPT' }
    await t.rejects(read(new AssetReader(knex, new FairTurns())), corrupt)
    await t.rejects(fresh.read(version, 'assets/broken', { offset: 1024 * 1024 }), corrupt)
    await chunk.clone().delete()
    await t.rejects(read(new AssetReader(knex, new FairTurns())), corrupt)
  },
)
