import { CodedError } from '@signalbox/sdk/errors'
import { RateLimiter } from '@signalbox/sdk/host-calls/rate-limiter'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import type { BlobOwner } from '../../src/blobs/blob-owner.ts'
import { findUsage } from '../../src/blobs/blob-store.ts'
import { blobsCalls } from '../../src/broker/blobs-calls.ts'
import { Broker } from '../../src/broker/broker.ts'
import type { CallScope } from '../../src/broker/call-scope.ts'
import type { Moved } from '../../src/broker/uses/grant-uses.ts'
import { emptySnapshot, tenantKey } from '../../src/rollout/routing/snapshot.ts'
import { testBlobs } from '../support/blobs.ts'
import { version } from '../support/recorded-call.ts'

const { knex, blobs, uploads, composer, partDigests, owner: newOwner } = await testBlobs(t)
const { signal } = new AbortController()
const calls = blobsCalls({ blobs, uploads, composer, partDigests })
/** What the host call that came last moved, at the end. */
const moves: (Moved | undefined)[] = []

/** What a guest of this owner is answered; the limit of its grant is in MiB. */
function guestOf(owner: BlobOwner, { quotas = [1], now = () => performance.now() } = {}) {
  const grants = quotas.map((quotaMb, index) => ({
    id: `grt_${index}`,
    capability: 'blob:own',
    parameters: { quotaMb },
  }))
  const broker = new Broker({
    snapshot: () => ({
      ...emptySnapshot,
      grants: new Map([[tenantKey(owner.tenant, owner.plugin), grants]]),
    }),
    calls,
    limiter: new RateLimiter(now),
    effects: { record: () => Promise.reject(new Error('of own data nothing is audited')) },
    onUse: ({ moved }) => moves.push(moved),
  })
  const scope = {
    version: { ...version, plugin: owner.plugin },
    tenant: owner.tenant,
  } as unknown as CallScope
  return async (name: string, request: unknown) =>
    JSON.parse(await broker.hostCall(scope, `blobs.${name}`, JSON.stringify(request), signal))
}

/** Never out of breath: each call comes a day after the one before it. */
function unhurried(): () => number {
  let at = 0
  return () => (at += 86_400_000)
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

t.test('without a grant nothing is there', async (t) => {
  const owner = await newOwner()
  const guest = guestOf(owner, { quotas: [] })
  const requests = {
    put: { data: '' },
    compose: { parts: [{ data: '' }] },
    digest: { parts: [{ data: '' }] },
    get: { sha256: '0'.repeat(64) },
    stat: { sha256: '0'.repeat(64) },
    list: {},
    delete: { sha256: '0'.repeat(64) },
    write: { offset: 0, data: '' },
    finish: { upload: `upl_${'0'.repeat(24)}` },
    abort: { upload: `upl_${'0'.repeat(24)}` },
  }
  t.same(
    Object.keys(requests)
      .map((name) => `blobs.${name}`)
      .sort(),
    Object.keys(calls).sort(),
  )
  for (const [name, request] of Object.entries(requests)) {
    await t.rejects(guest(name, request), { code: 'CORE_GRANT_MISSING' }, name)
  }
})

t.test('the largest of several grants is the limit', async (t) => {
  const owner = await newOwner()
  const data = 'A'.repeat(200_000)
  const guest = guestOf(owner, { quotas: [1, 2] })
  const first = await guest('write', { offset: 0, data })
  let { size } = first
  while (size <= 1_048_576)
    ({ size } = await guest('write', { ...first, offset: size, data, size: undefined }))
  await t.rejects(guestOf(owner)('put', { data: base64('x') }), {
    code: 'CORE_BLOB_QUOTA_EXCEEDED',
    parameters: { limit: 1_048_576, reached: size + 1 },
  })
  t.match(await guest('put', { data: base64('x') }), { size: 1 })
})

t.test('an upload whose first part is refused is not begun', async (t) => {
  const owner = await newOwner()
  const guest = guestOf(owner, { now: unhurried() })
  for (let turn = 0; turn < 20; turn++) {
    await t.rejects(guest('write', { offset: 1, data: '' }), { code: 'CORE_BLOB_UPLOAD_OFFSET' })
  }
  t.same(await knex('blob_uploads').where({ ...owner }), [])
})

t.test('bytes that a plugin keeps and reads are counted as they are', async (t) => {
  const guest = guestOf(await newOwner())
  const { sha256 } = await guest('put', { data: base64('0123456789') })
  t.same(moves.at(-1), { sent: 10, received: 0 })
  await guest('get', { sha256, offset: 3, length: 4 })
  t.same(moves.at(-1), { sent: 0, received: 4 })
  await guest('write', { offset: 0, data: base64('abc') })
  t.same(moves.at(-1), { sent: 3, received: 0 })
  await guest('list', {})
  t.equal(moves.at(-1), undefined)
  await t.rejects(guest('put', { data: '?' }))
  t.equal(moves.at(-1), undefined, 'what is refused moved nothing')
})

t.test('whoever asks too often is told to wait', async (t) => {
  const guest = guestOf(await newOwner(), { now: () => 0 })
  for (let turn = 0; turn < 400; turn++) await guest('list', {})
  await t.rejects(guest('list', {}), { code: 'CORE_BUDGET_SPENT', retryAfterS: 1 })
  await t.rejects(guest('put', { data: '' }), { code: 'CORE_BUDGET_SPENT' }, 'they share it')
})

t.test(
  'a type that could end a line of a header is refused, and any other that is none',
  async (t) => {
    const guest = guestOf(await newOwner())
    const types = [
      'text/html\r\nset-cookie: a=b',
      'text/html\n',
      'text/html\u0000',
      'text/html; charset="utf-8"',
      'text/html;charset=utf-8\r\n',
      'text',
      'text/',
      '/html',
      'text/ html',
      'téxt/html',
      `text/${'x'.repeat(100)}`,
      `text/html${'; a=b'.repeat(4)}`,
      '',
      7,
      null,
      ['text/html'],
    ]
    for (const type of types) {
      const refused = { code: 'CORE_INPUT_INVALID', faults: [{ pointer: '/type' }] }
      await t.rejects(guest('put', { data: '', type }), refused, JSON.stringify(type))
      await t.rejects(guest('write', { offset: 0, data: '', type }), refused)
    }
    t.match(await guest('put', { data: '', type: 'text/html; charset=utf-8' }), { size: 0 })
  },
)

t.test('a range is whole numbers within reach', async (t) => {
  const guest = guestOf(await newOwner())
  const { sha256 } = await guest('put', { data: base64('0123456789') })
  t.same(await guest('get', { sha256, offset: 3, length: 2 }), { data: base64('34') })
  t.same(await guest('get', { sha256, offset: 8, length: 9 }), { data: base64('89') })
  t.same(await guest('get', { sha256, length: 0 }), { data: '' })
  for (const wrong of [-1, 0.5, 1e300, 2 ** 53, '1', null, [], Number.NaN]) {
    await t.rejects(guest('get', { sha256, offset: wrong }), { code: 'CORE_INPUT_INVALID' })
    await t.rejects(guest('get', { sha256, length: wrong }), { code: 'CORE_INPUT_INVALID' })
    await t.rejects(guest('write', { offset: wrong, data: '' }), { code: 'CORE_INPUT_INVALID' })
  }
  await t.rejects(guest('get', { sha256, offset: 2 ** 53 - 1 }), { code: 'CORE_BLOB_RANGE' })
  await t.rejects(guest('get', { sha256, length: 184_321 }), { code: 'CORE_INPUT_INVALID' })
})

t.test('base64 has one form: what decoders skip over is refused', async (t) => {
  const guest = guestOf(await newOwner())
  for (const data of [
    'A',
    'AA',
    'AA=',
    'AAA',
    'AB==',
    'AA==AA==',
    'AA==\n',
    'A A=',
    '-_==',
    '汉字',
  ]) {
    const refused = { code: 'CORE_INPUT_INVALID', faults: [{ pointer: '/data' }] }
    await t.rejects(guest('put', { data }), refused, data)
  }
})

t.test(
  'whatever a guest sends, it gets an answer or a coded refusal, and nothing of others',
  async (t) => {
    const [owner, stranger] = [await newOwner(), await newOwner()]
    const secret = 'only of the stranger'
    const foreign = guestOf(stranger)
    const kept = await foreign('put', { data: base64(secret) })
    const open = await foreign('write', { offset: 0, data: base64(secret) })
    const guest = guestOf(owner, { now: unhurried() })
    const word = fc.oneof(
      fc.constantFrom(kept.sha256, open.upload, base64(secret), stranger.tenant, stranger.plugin),
      fc.string(),
      fc.integer(),
      fc.jsonValue({ maxDepth: 1 }),
    )
    const fields = [
      'sha256',
      'upload',
      'data',
      'offset',
      'length',
      'cursor',
      'limit',
      'type',
      'tenant',
      'plugin',
    ]
    const valid = {
      sha256: fc.constant(kept.sha256),
      upload: fc.constant(open.upload),
      data: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
      offset: fc.nat(30),
      length: fc.nat(30),
      limit: fc.integer({ min: 1, max: 200 }),
    }
    const request = fc.oneof(
      fc.dictionary(fc.constantFrom(...fields), word),
      fc.record(valid, { requiredKeys: [] }),
      fc.jsonValue(),
    )
    const name = fc.constantFrom(...Object.keys(calls).map((call) => call.slice('blobs.'.length)))
    await fc.assert(
      fc.asyncProperty(name, request, async (call, body) => {
        try {
          const answer = JSON.stringify(await guest(call, body))
          return !answer.includes(base64(secret).slice(0, 12))
        } catch (error) {
          return error instanceof CodedError && error.status < 500
        }
      }),
      { numRuns: 200 },
    )
    const untouched = 2 * secret.length
    t.equal((await findUsage(knex, stranger)).bytes, untouched)
    t.match(await foreign('finish', { upload: open.upload }), { sha256: kept.sha256 })
  },
)
