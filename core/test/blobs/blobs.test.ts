import { createHash, randomBytes } from 'node:crypto'
import { MAX_OPEN_UPLOADS, UPLOAD_KEPT_MS } from '@signalbox/sdk/host-calls/blob-rules'
import { CHUNK_BYTES } from '@signalbox/sdk/host-calls/byte-part'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { GARBAGE_KEPT_MS } from '../../src/blobs/blob-limits.ts'
import type { BlobOwner } from '../../src/blobs/blob-owner.ts'
import { findUsage } from '../../src/blobs/blob-store.ts'
import { testBlobs } from '../support/blobs.ts'

const { knex, blobs, uploads, job, clock, owner: newOwner } = await testBlobs(t)
const { signal } = new AbortController()
const MIB = 1024 * 1024
const plain = 'text/plain'

const nameOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const used = async (owner: BlobOwner) => (await findUsage(knex, owner)).bytes
const chunks = async () => Number((await knex('blob_chunks').count({ n: '*' }))[0]?.n)

function write(
  owner: BlobOwner,
  id: string,
  offset: number,
  bytes: Uint8Array,
  quotaBytes = 100 * MIB,
): Promise<number> {
  return uploads.append(owner, id, { offset, bytes, quotaBytes, maxBytes: 64 * MIB })
}

async function upload(owner: BlobOwner, parts: readonly Uint8Array[]) {
  const id = await uploads.begin(owner, plain)
  let size = 0
  for (const bytes of parts) size = await write(owner, id, size, bytes)
  return uploads.finish(owner, id, signal)
}

/** All of it, by the parts that one message holds. */
async function readAll(owner: BlobOwner, sha256: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  let offset = 0
  for (;;) {
    const piece = await blobs.read(owner, sha256, { offset, length: CHUNK_BYTES }, signal)
    if (piece.length === 0) return Buffer.concat(pieces)
    pieces.push(piece)
    offset += piece.length
  }
}

t.test('any bytes come back as they were, however they were cut', async () => {
  const owner = await newOwner()
  // Around the end of a chunk, where parts are joined.
  const size = fc.oneof(fc.nat(50), fc.integer({ min: CHUNK_BYTES - 2, max: CHUNK_BYTES + 2 }))
  const part = fc.tuple(size, fc.nat(255)).map(([length, byte]) => Buffer.alloc(length, byte))
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
      const whole = Buffer.concat(parts)
      const { sha256, size } = await upload(owner, parts)
      if (sha256 !== nameOf(whole) || size !== whole.length) return false
      return whole.equals(await readAll(owner, sha256))
    }),
    { numRuns: 12 },
  )
})

t.test('any range is that part of the bytes', async () => {
  const owner = await newOwner()
  const bytes = randomBytes(2 * CHUNK_BYTES + 77)
  const { sha256 } = await upload(owner, [bytes])
  const offset = fc.nat(bytes.length)
  await fc.assert(
    fc.asyncProperty(offset, fc.nat(CHUNK_BYTES), async (offset, length) => {
      const part = await blobs.read(owner, sha256, { offset, length }, signal)
      return part.equals(bytes.subarray(offset, offset + length))
    }),
    { numRuns: 20 },
  )
})

t.test('what fits one answer is read whole, and what does not says how', async (t) => {
  const owner = await newOwner()
  const fits = await upload(owner, [randomBytes(CHUNK_BYTES)])
  t.equal((await blobs.read(owner, fits.sha256, {}, signal)).length, CHUNK_BYTES)
  const { sha256, size } = await upload(owner, [randomBytes(CHUNK_BYTES + 1)])
  await t.rejects(blobs.read(owner, sha256, {}, signal), {
    code: 'CORE_BLOB_TOO_LARGE',
    parameters: { reached: size, limit: CHUNK_BYTES },
  })
  t.equal((await blobs.read(owner, sha256, { offset: 1 }, signal)).length, CHUNK_BYTES)
  t.equal((await blobs.read(owner, sha256, { offset: size }, signal)).length, 0)
  await t.rejects(blobs.read(owner, sha256, { offset: size + 1 }, signal), {
    code: 'CORE_BLOB_RANGE',
  })
})

t.test('known bytes are the same blob, count once, and keep the type given last', async (t) => {
  const owner = await newOwner()
  const bytes = randomBytes(1000)
  const first = await blobs.put(owner, bytes, plain, 1500)
  t.same(await blobs.put(owner, bytes, 'text/html', 1500), { ...first, type: 'text/html' })
  t.match(await blobs.find(owner, first.sha256), { type: 'text/html', size: 1000 })
  t.equal(await used(owner), 1000)
  const again = await upload(owner, [bytes])
  t.same(again, first)
  t.equal(await used(owner), 1000, 'of the upload nothing is left')
})

t.test(
  "another owner's blob is not there, by the same refusal as one that nobody has",
  async (t) => {
    const owner = await newOwner()
    const stranger = await newOwner()
    const sibling = { tenant: owner.tenant, plugin: stranger.plugin }
    const abroad = { tenant: stranger.tenant, plugin: owner.plugin }
    const { sha256 } = await blobs.put(owner, randomBytes(10), plain, 100)
    for (const other of [stranger, sibling, abroad]) {
      t.equal(await blobs.find(other, sha256), undefined)
      t.same(await blobs.list(other, { limit: 10 }), [])
      t.same(await blobs.list(other, { cursor: sha256, limit: 10 }), [])
      t.equal(await blobs.delete(other, sha256), false)
      const told = { code: 'CORE_BLOB_MISSING', parameters: { plugin: other.plugin, sha256 } }
      await t.rejects(blobs.read(other, sha256, {}, signal), told)
    }
    t.ok(await blobs.find(owner, sha256))
  },
)

t.test(
  'the same bytes of two owners are stored twice: neither put nor delete of one meets the other',
  async (t) => {
    const [one, other] = [await newOwner(), await newOwner()]
    const bytes = randomBytes(10)
    const before = await chunks()
    const { sha256 } = await blobs.put(one, bytes, plain, 100)
    t.same(await blobs.put(other, bytes, plain, 100), { sha256, size: 10, type: plain })
    t.equal(await chunks(), before + 2)
    t.equal(await used(other), 10)
    await blobs.delete(one, sha256)
    clock.now += 2 * GARBAGE_KEPT_MS
    await job.run()
    t.ok(bytes.equals(await blobs.read(other, sha256, {}, signal)))
  },
)

t.test('the quota is exact, also for those who come at once', async (t) => {
  const owner = await newOwner()
  await blobs.put(owner, randomBytes(60), plain, 100)
  const puts = Array.from({ length: 8 }, () => blobs.put(owner, randomBytes(30), plain, 100))
  const ended = await Promise.allSettled(puts)
  t.equal(ended.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const one of ended) {
    if (one.status === 'fulfilled') continue
    t.match(one.reason, {
      code: 'CORE_BLOB_QUOTA_EXCEEDED',
      parameters: { reached: 120, limit: 100 },
    })
  }
  t.equal(await used(owner), 90)
  await blobs.put(owner, randomBytes(10), plain, 100)
  t.equal(await used(owner), 100)
  await t.rejects(blobs.put(owner, randomBytes(1), plain, 100))
  await blobs.put(owner, new Uint8Array(0), plain, 100)
})

t.test('two writers that race for the quota do not both get past it', async (t) => {
  const owner = await newOwner()
  const ids = await Promise.all([uploads.begin(owner, plain), uploads.begin(owner, plain)])
  const ended = await Promise.allSettled(ids.map((id) => write(owner, id, 0, randomBytes(60), 100)))
  t.same(ended.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  t.equal(await used(owner), 60)
})

t.test('of two writers of one upload one goes on, and no byte is lost or doubled', async (t) => {
  const owner = await newOwner()
  const id = await uploads.begin(owner, plain)
  const parts = Array.from({ length: 6 }, (_, index) => Buffer.alloc(10, index))
  const ended = await Promise.allSettled(parts.map((bytes) => write(owner, id, 0, bytes)))
  const taken = parts.filter((_, index) => ended[index]?.status === 'fulfilled')
  t.equal(taken.length, 1)
  const refused = ended.find(({ status }) => status === 'rejected')
  t.match(refused, {
    reason: { code: 'CORE_BLOB_UPLOAD_OFFSET', parameters: { reached: 10, offset: 0 } },
  })
  t.equal((await uploads.finish(owner, id, signal)).sha256, nameOf(taken[0] as Buffer))
})

t.test("an upload is its owner's, and is over once it is finished or aborted", async (t) => {
  const owner = await newOwner()
  const stranger = await newOwner()
  const id = await uploads.begin(owner, plain)
  await write(owner, id, 0, randomBytes(10))
  for (const other of [
    stranger,
    { ...owner, plugin: stranger.plugin },
    { ...stranger, plugin: owner.plugin },
  ]) {
    const missing = { code: 'CORE_BLOB_UPLOAD_MISSING' }
    await t.rejects(write(other, id, 10, randomBytes(1)), missing)
    await t.rejects(uploads.finish(other, id, signal), missing)
    t.equal(await uploads.abort(other, id), false)
  }
  const both = await Promise.allSettled([
    uploads.finish(owner, id, signal),
    uploads.finish(owner, id, signal),
  ])
  t.ok(both.some(({ status }) => status === 'fulfilled'))
  await t.rejects(write(owner, id, 10, randomBytes(1)), { code: 'CORE_BLOB_UPLOAD_MISSING' })
  await t.rejects(uploads.finish(owner, id, signal), { code: 'CORE_BLOB_UPLOAD_MISSING' })
  t.equal(await used(owner), 10)
  const dropped = await uploads.begin(owner, plain)
  await write(owner, dropped, 0, randomBytes(5))
  t.equal(await uploads.abort(owner, dropped), true)
  t.equal(await used(owner), 10)
})

t.test(
  'a finish that was cut off can be asked for again, and nothing is written in between',
  async (t) => {
    const owner = await newOwner()
    const id = await uploads.begin(owner, plain)
    await write(owner, id, 0, randomBytes(10))
    await t.rejects(uploads.finish(owner, id, AbortSignal.abort()))
    await t.rejects(write(owner, id, 10, randomBytes(1)), { code: 'CORE_BLOB_UPLOAD_MISSING' })
    t.equal((await uploads.finish(owner, id, signal)).size, 10)
  },
)

t.test('open uploads are bounded, and end when they are left', async (t) => {
  const owner = await newOwner()
  const begun = await Promise.allSettled(
    Array.from({ length: MAX_OPEN_UPLOADS + 3 }, () => uploads.begin(owner, plain)),
  )
  const open = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  t.equal(open.length, MAX_OPEN_UPLOADS)
  await t.rejects(uploads.begin(owner, plain), { code: 'CORE_BLOB_UPLOADS_TAKEN' })
  const [first = ''] = open
  await write(owner, first, 0, randomBytes(10))
  clock.now += UPLOAD_KEPT_MS
  const missing = { code: 'CORE_BLOB_UPLOAD_MISSING' }
  await t.rejects(write(owner, first, 10, randomBytes(1)), missing)
  await t.rejects(uploads.finish(owner, first, signal), missing)
  await job.run()
  t.equal(await used(owner), 0)
  t.ok(await uploads.begin(owner, plain))
})

t.test('what nobody has goes, chunk by chunk, and nothing else does', async (t) => {
  const owner = await newOwner()
  clock.now += UPLOAD_KEPT_MS + GARBAGE_KEPT_MS
  await job.run()
  clock.now += 2 * GARBAGE_KEPT_MS
  await job.run()
  const before = await chunks()
  const kept = await upload(owner, [randomBytes(2 * CHUNK_BYTES)])
  const dropped = await upload(owner, [randomBytes(60 * 1024), randomBytes(3 * CHUNK_BYTES)])
  const reading = blobs.stream(owner, await blobs.require(owner, dropped.sha256), 0, dropped.size)
  await reading.next()
  await blobs.delete(owner, dropped.sha256)
  await job.run()
  t.equal(await chunks(), before + 2 + 4, 'a read that began before finds its bytes')
  t.notOk((await reading.next()).done)
  clock.now += GARBAGE_KEPT_MS
  await job.run()
  t.equal(await chunks(), before + 2)
  await t.rejects(reading.next(), { code: 'CORE_BLOB_CORRUPT' })
  t.equal((await readAll(owner, kept.sha256)).length, kept.size)
  t.same(await knex('blob_garbage'), [])
})

t.test('bytes that were changed behind our back are refused', async (t) => {
  const owner = await newOwner()
  const { sha256 } = await blobs.put(owner, randomBytes(10), plain, 100)
  const { object } = await blobs.require(owner, sha256)
  await knex('blob_chunks')
    .where({ object })
    .update({ bytes: Buffer.alloc(10) })
  await t.rejects(blobs.read(owner, sha256, {}, signal), { code: 'CORE_BLOB_CORRUPT' })
})

t.test('a list goes on where its cursor says, in the order of names', async (t) => {
  const owner = await newOwner()
  const heads = await Promise.all(
    Array.from({ length: 5 }, (_, index) => blobs.put(owner, Buffer.alloc(3, index), plain, 100)),
  )
  const names = heads.map(({ sha256 }) => sha256).sort()
  const page = await blobs.list(owner, { limit: 2 })
  t.same(
    page.map(({ sha256 }) => sha256),
    names.slice(0, 2),
  )
  const rest = await blobs.list(owner, { limit: 10, cursor: names[1] })
  t.same(
    rest.map(({ sha256 }) => sha256),
    names.slice(2),
  )
})

t.test('what came in and went out is metered', async (t) => {
  const owner = await newOwner()
  const { sha256 } = await blobs.put(owner, randomBytes(100), plain, 1000)
  await blobs.read(owner, sha256, { offset: 10, length: 30 }, signal)
  await blobs.read(owner, sha256, {}, signal)
  await job.run()
  t.same(await findUsage(knex, owner), { bytes: 100, writtenBytes: 100, readBytes: 130 })
})
