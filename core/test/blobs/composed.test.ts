import { createHash, randomBytes } from 'node:crypto'
import { CHUNK_BYTES } from '@signalbox/sdk/host-calls/byte-part'
import type { AskedComposePart } from '@signalbox/sdk/host-calls/compose-rules'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { GARBAGE_KEPT_MS } from '../../src/blobs/blob-limits.ts'
import type { BlobOwner } from '../../src/blobs/blob-owner.ts'
import { findUsage } from '../../src/blobs/blob-store.ts'
import { HASHED_INSIDE_BYTES } from '../../src/blobs/object-digests.ts'
import { documentsOf } from '../../src/keys/documents.ts'
import { testBlobs } from '../support/blobs.ts'

const {
  knex,
  blobs,
  uploads,
  composer,
  digests,
  partDigests,
  job,
  clock,
  owner: newOwner,
} = await testBlobs(t)
const { signal } = new AbortController()
const MIB = 1024 * 1024
const nameOf = (bytes: Uint8Array, algorithm = 'sha256') =>
  createHash(algorithm).update(bytes).digest('hex')
const given = (bytes: Uint8Array) => ({ data: Buffer.from(bytes).toString('base64') })
const compose = (owner: BlobOwner, parts: readonly AskedComposePart[], quotaBytes = 100 * MIB) =>
  composer.compose(owner, { parts, type: 'application/pdf' }, quotaBytes, signal)
const put = (owner: BlobOwner, bytes: Uint8Array) =>
  blobs.put(owner, bytes, 'application/pdf', 100 * MIB)
const used = async (owner: BlobOwner) => (await findUsage(knex, owner)).bytes

async function readAll(owner: BlobOwner, sha256: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  const blob = await blobs.require(owner, sha256)
  for await (const piece of blobs.stream(owner, blob, 0, blob.size)) pieces.push(piece)
  return Buffer.concat(pieces)
}

t.test('any parts make the blob that their bytes make, byte for byte', async () => {
  const owner = await newOwner()
  const sources = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 2 * CHUNK_BYTES + 7].map((size, n) =>
    Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * (n + 3) + (at >> 8)) & 255)),
  )
  for (const bytes of sources) await put(owner, bytes)
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ asked: given(bytes), bytes })),
    fc
      .tuple(fc.constantFrom(...sources), fc.nat(), fc.nat(), fc.boolean())
      .map(([source, first, second, isOpen]) => {
        const offset = first % (source.length + 1)
        const length = second % (source.length - offset + 1)
        const asked = { sha256: nameOf(source), offset, ...(isOpen ? {} : { length }) }
        return { asked, bytes: source.subarray(offset, isOpen ? undefined : offset + length) }
      }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 5 }), async (parts) => {
      const whole = Buffer.concat(parts.map(({ bytes }) => bytes))
      const head = await compose(
        owner,
        parts.map(({ asked }) => asked),
      )
      if (head.sha256 !== nameOf(whole) || head.size !== whole.length) return false
      return whole.equals(await readAll(owner, head.sha256))
    }),
    { numRuns: 40 },
  )
})

t.test('what is there already costs nothing, and what failed leaves nothing', async (t) => {
  const owner = await newOwner()
  const first = await put(owner, Buffer.alloc(CHUNK_BYTES + 5, 1))
  const before = await used(owner)
  const again = await compose(owner, [{ sha256: first.sha256 }])
  t.same(again, { ...first, type: 'application/pdf' })
  t.equal(await used(owner), before)
  const missing = { sha256: '0'.repeat(64) }
  await t.rejects(compose(owner, [missing]), { code: 'CORE_BLOB_MISSING' })
  await t.rejects(compose(await newOwner(), [first]), { code: 'CORE_BLOB_MISSING' }, "another's")
  const beyond = { sha256: first.sha256, offset: CHUNK_BYTES, length: 6 }
  await t.rejects(compose(owner, [beyond]), { code: 'CORE_BLOB_RANGE' })
  await t.rejects(compose(owner, [{ ...beyond, offset: CHUNK_BYTES + 6 }]), {
    code: 'CORE_BLOB_RANGE',
  })
  const odd = { data: 'A' }
  await t.rejects(compose(owner, [odd]), { code: 'CORE_INPUT_INVALID' })
  const twice = [first, first, given(Buffer.of(1))].map((part) =>
    'data' in part ? part : { sha256: part.sha256 },
  )
  const quota = { code: 'CORE_BLOB_QUOTA_EXCEEDED' }
  await t.rejects(compose(owner, twice, before * 3), quota)
  t.equal(await used(owner), before)
  await t.resolves(compose(owner, twice, before * 3 + 1))
  clock.now += 3_600_001
  await job.run()
  clock.now += 3_600_001
  await job.run()
  const chunks = await knex('blob_chunks').count({ n: '*' })
  const kept = await knex('blobs').sum({ n: knex.raw(`ceil(size / ${CHUNK_BYTES}.0)`) })
  t.equal(Number(chunks[0]?.n), Number(kept[0]?.n), 'no chunk is left of what became nothing')
})

t.test('a chunk that is not what was stored goes into no other blob', async (t) => {
  const owner = await newOwner()
  const { sha256 } = await put(owner, Buffer.alloc(CHUNK_BYTES + 5, 7))
  const { object } = await blobs.require(owner, sha256)
  const before = await used(owner)
  await knex('blob_chunks')
    .where({ object, ordinal: 1 })
    .update({ bytes: Buffer.from('other') })
  const corrupt = { code: 'CORE_BLOB_CORRUPT', parameters: { sha256 } }
  await t.rejects(compose(owner, [given(Buffer.of(1)), { sha256 }]), corrupt)
  await t.resolves(compose(owner, [{ sha256, length: CHUNK_BYTES }]), 'the other is whole')
  await knex('blob_chunks').where({ object, ordinal: 1 }).delete()
  await t.rejects(compose(owner, [{ sha256 }]), corrupt)
  t.equal(await used(owner), before + CHUNK_BYTES)
})

t.test('whole chunks are shared, for as long as anything has them', async (t) => {
  const owner = await newOwner()
  const base = randomBytes(2 * CHUNK_BYTES + 9)
  const { sha256 } = await put(owner, base)
  const [one, two] = [Buffer.from('one signature'), Buffer.from('another')]
  const first = await compose(owner, [{ sha256 }, given(one)])
  const second = await compose(owner, [{ sha256: first.sha256 }, given(two)])
  const { object } = await blobs.require(owner, second.sha256)
  const own = await knex('blob_chunks').where({ object }).whereNotNull('bytes').pluck('ordinal')
  t.strictSame(own, [2], 'of its own it has the last')
  await blobs.delete(owner, sha256)
  await blobs.delete(owner, first.sha256)
  const later = async () => {
    clock.now += GARBAGE_KEPT_MS
    await job.run()
  }
  await later()
  t.ok((await readAll(owner, second.sha256)).equals(Buffer.concat([base, one, two])))
  t.equal(await used(owner), second.size)
  const third = await compose(owner, [{ sha256: second.sha256, length: CHUNK_BYTES }])
  await blobs.delete(owner, second.sha256)
  await later()
  await later()
  t.ok((await readAll(owner, third.sha256)).equals(base.subarray(0, CHUNK_BYTES)))
  await blobs.delete(owner, third.sha256)
  await later()
  await later()
  await later()
  t.same(await knex('blob_garbage'), [], 'nothing is left of them')
})

t.test('digests come with it, and are found for documents of any size', async (t) => {
  const owner = await newOwner()
  const blobOf = documentsOf({ blobs, digests, partDigests })
  for (const size of [0, 300_000, HASHED_INSIDE_BYTES + 1]) {
    const whole = randomBytes(size)
    const id = await uploads.begin(owner, 'application/pdf')
    for (let at = 0; at < size; at += 6 * CHUNK_BYTES) {
      const bytes = whole.subarray(at, at + 6 * CHUNK_BYTES)
      const more = { offset: at, bytes, quotaBytes: 100 * MIB, maxBytes: 100 * MIB }
      await uploads.append(owner, id, more)
    }
    const { sha256 } = await uploads.finish(owner, id, signal)
    const document = await blobOf(owner.plugin, owner.tenant, { documentSha256: sha256 })
    const wished = ['sm3', 'sha384', 'sha512'] as const
    for (const algorithm of wished) {
      t.equal(
        (await document?.digest(algorithm, signal))?.toString('hex'),
        nameOf(whole, algorithm),
        `${algorithm} of ${size}`,
      )
    }
    const more = Buffer.from('%%EOF')
    const request = { parts: [{ sha256 }, given(more)], digests: wished }
    const composed = await composer.compose(owner, request, 100 * MIB, signal)
    const both = Buffer.concat([whole, more])
    t.same(composed, {
      sha256: nameOf(both),
      size: size + 5,
      type: 'application/octet-stream',
      digests: Object.fromEntries(wished.map((name) => [name, nameOf(both, name)])),
    })
  }
})

t.test(
  'what parts would make is digested as if it were made, and signed about by its parts',
  async (t) => {
    const owner = await newOwner()
    const blobOf = documentsOf({ blobs, digests, partDigests })
    for (const size of [10, 400_000, HASHED_INSIDE_BYTES + 10]) {
      const whole = randomBytes(size)
      const id = await uploads.begin(owner, 'application/pdf')
      const limits = { quotaBytes: 100 * MIB, maxBytes: 100 * MIB }
      await uploads.append(owner, id, { offset: 0, bytes: whole, ...limits })
      const { sha256 } = await uploads.finish(owner, id, signal)
      const parts = [{ sha256, length: 3 }, given(Buffer.from('文')), { sha256, offset: 4 }]
      const expected = Buffer.concat([whole.subarray(0, 3), Buffer.from('文'), whole.subarray(4)])
      const names = ['sha256', 'sm3', 'sha512'] as const
      for (const round of ['found', 'remembered']) {
        const found = await partDigests.of(owner, parts, names, signal)
        t.equal(found.size, expected.length)
        for (const name of names) {
          t.equal(
            found.digests.get(name)?.toString('hex'),
            nameOf(expected, name),
            `${round} ${name}`,
          )
        }
      }
      const named = { documentSha256: nameOf(expected), documentParts: parts }
      const document = await blobOf(owner.plugin, owner.tenant, named)
      t.equal(
        (await document?.digest('sha384', signal))?.toString('hex'),
        nameOf(expected, 'sha384'),
      )
      const stranger = await newOwner()
      await t.rejects(partDigests.of(stranger, parts, names, signal), { code: 'CORE_BLOB_MISSING' })
      if (size > 400_000) continue
      const { object } = await blobs.require(owner, sha256)
      await knex('blob_chunks')
        .where({ object, ordinal: 0 })
        .update({ bytes: Buffer.from('other') })
      const other = [...parts, given(Buffer.of(1))]
      await t.rejects(partDigests.of(owner, other, ['sha256'], signal), {
        code: 'CORE_BLOB_CORRUPT',
      })
      await t.rejects(partDigests.of(owner, other, ['sm3'], signal), { code: 'CORE_BLOB_CORRUPT' })
    }
    const empty = await partDigests.of(owner, [given(Buffer.of())], ['sha256'], signal)
    t.equal(empty.digests.get('sha256')?.toString('hex'), nameOf(Buffer.of()))
  },
)

t.test('a digest of a document ends with the call that it is found for', async (t) => {
  const owner = await newOwner()
  const blobOf = documentsOf({ blobs, digests, partDigests })
  const { sha256 } = await put(owner, randomBytes(CHUNK_BYTES + 1))
  const over = AbortSignal.abort()
  for (const documentParts of [undefined, [{ sha256 }]]) {
    const named = { documentSha256: sha256, ...(documentParts && { documentParts }) }
    const document = await blobOf(owner.plugin, owner.tenant, named)
    const digested = async () => {
      await document?.digest('sm3', over)
    }
    await t.rejects(digested(), { name: 'AbortError' })
    t.ok(await document?.digest('sm3', signal))
  }
})

t.test('a revision of 5 MB is put together in a fraction of what a person waits', async (t) => {
  const owner = await newOwner()
  const whole = randomBytes(5_000_000)
  const id = await uploads.begin(owner, 'application/pdf')
  const limits = { quotaBytes: 100 * MIB, maxBytes: 100 * MIB }
  await uploads.append(owner, id, { offset: 0, bytes: whole, ...limits })
  const { sha256 } = await uploads.finish(owner, id, signal)
  const took: number[] = []
  for (let n = 0; n < 9; n++) {
    const from = performance.now()
    const hole = { sha256, offset: 4_000_000 + n }
    await compose(owner, [{ sha256, length: 3_999_000 }, given(randomBytes(9000)), hole])
    took.push(performance.now() - from)
  }
  took.sort((one, other) => one - other)
  t.comment(`ms of a compose of 5 MB: ${took.map((ms) => ms.toFixed(1)).join(' ')}`)
  t.ok((took[4] ?? 0) < 2000, 'far above what it takes, far below what it took by way of the host')
})
