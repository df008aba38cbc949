import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import { createContentStore } from '../../src/storage/content-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
const store = createContentStore(knex)

t.test('content of every size comes back whole under its SHA-256', async (t) => {
  const mebibyte = 1024 * 1024
  for (const size of [0, 1, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte + 17]) {
    const bytes = randomBytes(size)
    const sha256 = await store.put(bytes)
    t.equal(sha256, createHash('sha256').update(bytes).digest('hex'))
    t.ok((await store.get(sha256))?.equals(bytes), `${size} bytes`)
    t.ok(await store.has(sha256))
    t.ok((await inParts(sha256))?.equals(bytes), `${size} bytes in parts`)
  }
})

async function inParts(sha256: string): Promise<Buffer | undefined> {
  const parts = await store.read(sha256)
  return parts === undefined ? undefined : Buffer.concat(await Array.fromAsync(parts))
}

t.test('unknown content is no error', async (t) => {
  const unknown = '0'.repeat(64)
  t.equal(await store.get(unknown), undefined)
  t.equal(await store.read(unknown), undefined)
  t.notOk(await store.has(unknown))
})

t.test('many writers of the same content agree and store it once', async (t) => {
  const bytes = randomBytes(1024 * 1024 + 5)
  const names = await Promise.all(Array.from({ length: 8 }, () => store.put(bytes)))
  t.equal(new Set(names).size, 1)
  const [name = ''] = names
  t.equal((await knex('content_chunks').where({ sha256: name })).length, 2)
  t.ok((await store.get(name))?.equals(bytes))
})

t.test('what was damaged is whole again when the same bytes are put', async (t) => {
  const bytes = randomBytes(1024 * 1024 + 5)
  const sha256 = await store.put(bytes)
  for (const damage of [
    () =>
      knex('content_chunks')
        .where({ sha256, ordinal: 0 })
        .update({ bytes: randomBytes(7) }),
    () => knex('content_chunks').where({ sha256, ordinal: 1 }).delete(),
    () => knex('content_chunks').where({ sha256 }).delete(),
  ]) {
    await damage()
    await t.rejects(store.get(sha256), { code: 'CORE_CONTENT_CORRUPT' })
    await t.rejects(inParts(sha256), { code: 'CORE_CONTENT_CORRUPT' })
    await Promise.all([store.put(bytes), store.put(bytes), store.put(bytes)])
    t.ok((await store.get(sha256))?.equals(bytes))
  }
})

t.test('content is part of the transaction that put it', async (t) => {
  const bytes = randomBytes(100)
  const trx = await knex.transaction()
  const sha256 = await store.put(bytes, trx)
  t.ok(await store.has(sha256, trx))
  t.notOk(await store.has(sha256), 'nobody else sees it before the commit')
  // A second writer of the same bytes waits for the first one, and stores them itself if that one fails.
  const second = store.put(bytes)
  await trx.rollback()
  t.equal(await second, sha256)
  t.ok(await store.has(sha256))
})

t.test('content that was changed behind our back is refused', async (t) => {
  const sha256 = await store.put(randomBytes(10))
  await knex('content_chunks')
    .where({ sha256 })
    .update({ bytes: Buffer.from('other') })
  await t.rejects(store.get(sha256), { code: 'CORE_CONTENT_CORRUPT' })
})

t.test(
  'many at once come back in the order given, and one that is given twice is stored once',
  async (t) => {
    const [a, b, c] = [randomBytes(9), randomBytes(0), randomBytes(1024 * 1024 + 1)]
    const known = await store.put(a)
    const names = await store.putAll([c, a, b, c])
    t.equal(names[1], known)
    t.equal(names[0], names[3])
    for (const [index, bytes] of [c, a, b, c].entries()) {
      t.ok((await store.get(names[index] ?? ''))?.equals(bytes))
    }
    t.same(await store.putAll([]), [])
  },
)

t.test('who puts the same contents in another order never waits in a circle', async (t) => {
  for (let round = 0; round < 20; round++) {
    const contents = Array.from({ length: 6 }, () => randomBytes(16))
    const orders = [contents, contents.toReversed(), contents.toSorted(Buffer.compare)]
    const names = await Promise.all(orders.map((order) => store.putAll(order)))
    t.equal(new Set(names.flat()).size, contents.length)
  }
})
