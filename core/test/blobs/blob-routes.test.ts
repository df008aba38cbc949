import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { CHUNK_BYTES } from '@signalbox/sdk/host-calls/byte-part'
import { pino } from 'pino'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import type { BlobOwner } from '../../src/blobs/blob-owner.ts'
import { blobRoutes } from '../../src/blobs/blob-routes.ts'
import { type BlobHead, findUsage } from '../../src/blobs/blob-store.ts'
import { guard } from '../../src/gateway/guard.ts'
import { createServer } from '../../src/gateway/server.ts'
import { type Authenticator, secretOf } from '../../src/identity/authenticate.ts'
import type { Principal } from '../../src/identity/principal.ts'
import { testBlobs } from '../support/blobs.ts'

const { knex, blobs, uploads, owner: newOwner } = await testBlobs(t)
const MIB = 1024 * 1024
const quotaMb = 4
let hasGrant = true

/** A token says who it is: `operator`, or the tenant of an admin. */
const authenticator = {
  ofRequest: async ({ headers }: { headers: Readonly<Record<string, unknown>> }) => {
    const token = secretOf(headers) ?? ''
    const principal: Principal =
      token === 'operator' ? { kind: 'operator' } : { kind: 'admin', tenant: token, token: 'tok' }
    return { principal: token === '' ? ({ kind: 'anonymous' } as const) : principal }
  },
} as unknown as Authenticator

const app = await createServer({ log: pino({ level: 'silent' }), version: '1.0.0' })
await app.register(async (scope) => {
  guard(scope, authenticator)
  await scope.register(async (inner) => {
    const grant = () => ({ id: 'grt_1', capability: 'blob:own', parameters: { quotaMb } })
    blobRoutes(inner, { knex, blobs, uploads, grantsOf: () => (hasGrant ? [grant()] : []) })
  })
})
const url = await app.listen({ port: 0, host: '127.0.0.1' })
t.teardown(() => app.close())

const nameOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const pathOf = ({ tenant, plugin }: BlobOwner) =>
  `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}/blobs`

function ask(owner: BlobOwner, rest = '', init: RequestInit = {}, token = owner.tenant) {
  const headers = { authorization: `Bearer ${token}`, ...init.headers }
  return fetch(`${url}${pathOf(owner)}${rest}`, { ...init, headers })
}

const put = (
  owner: BlobOwner,
  body: Uint8Array<ArrayBuffer> | string,
  headers: Record<string, string> = {},
) => ask(owner, '', { method: 'PUT', body, headers })

/** What a put answered. */
async function headOf(answer: Response | Promise<Response>): Promise<BlobHead> {
  return (await (await answer).json()) as BlobHead
}

t.test('a file is put, listed and read as it is', async (t) => {
  const owner = await newOwner()
  const bytes = randomBytes(700_000)
  const answer = await put(owner, bytes, { 'content-type': 'application/pdf' })
  const head = { sha256: nameOf(bytes), size: bytes.length, type: 'application/pdf' }
  t.equal(answer.status, 201)
  t.same(await answer.json(), head)
  t.match(await (await ask(owner)).json(), {
    items: [{ ...head, createdAt: /^\d{4}-/ }],
    usage: { bytes: bytes.length, writtenBytes: bytes.length, quotaBytes: quotaMb * MIB },
  })
  const read = await ask(owner, `/${head.sha256}`)
  t.equal(read.status, 200)
  t.match(Object.fromEntries(read.headers), {
    etag: `"${head.sha256}"`,
    'content-type': 'application/pdf',
    'content-length': `${bytes.length}`,
    'content-disposition': `attachment; filename="${head.sha256}"`,
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    'repr-digest': `sha-256=:${Buffer.from(head.sha256, 'hex').toString('base64')}:`,
  })
  t.ok(bytes.equals(Buffer.from(await read.arrayBuffer())))
})

t.test('a page of HTML comes back as a file to keep, never as a page', async (t) => {
  const owner = await newOwner()
  const { sha256 } = await headOf(put(owner, '<script>', { 'content-type': 'text/html' }))
  const { headers } = await ask(owner, `/${sha256}`)
  t.match(headers.get('content-disposition'), /^attachment/)
  t.match(headers.get('content-security-policy'), /sandbox/)
})

t.test('empty files, and files without a type', async (t) => {
  const owner = await newOwner()
  const { sha256, ...rest } = await headOf(ask(owner, '', { method: 'PUT' }))
  t.same(rest, { size: 0, type: 'application/octet-stream' })
  const read = await ask(owner, `/${sha256}`)
  t.equal(read.status, 200)
  t.equal((await read.arrayBuffer()).byteLength, 0)
})

t.test('a range and a known tag are answered, and ranges cannot be stacked', async (t) => {
  const owner = await newOwner()
  const bytes = randomBytes(CHUNK_BYTES + 1000)
  const { sha256 } = await headOf(put(owner, bytes))
  const read = (headers: Record<string, string>) => ask(owner, `/${sha256}`, { headers })
  const part = await read({ range: `bytes=${CHUNK_BYTES - 5}-${CHUNK_BYTES + 4}` })
  t.equal(part.status, 206)
  t.equal(
    part.headers.get('content-range'),
    `bytes ${CHUNK_BYTES - 5}-${CHUNK_BYTES + 4}/${bytes.length}`,
  )
  t.ok(
    bytes.subarray(CHUNK_BYTES - 5, CHUNK_BYTES + 5).equals(Buffer.from(await part.arrayBuffer())),
  )
  const many = await read({ range: `bytes=${Array.from({ length: 500 }, () => '0-').join(',')}` })
  t.equal(many.status, 200)
  t.equal((await many.arrayBuffer()).byteLength, bytes.length)
  const beyond = await read({ range: `bytes=${'9'.repeat(300)}-` })
  t.equal(beyond.status, 416)
  t.equal(beyond.headers.get('content-range'), `bytes */${bytes.length}`)
  t.match(await beyond.json(), { code: 'CORE_BLOB_RANGE' })
  t.equal((await read({ 'if-none-match': `"${sha256}"` })).status, 304)
  t.equal((await read({ 'if-none-match': '"other"' })).status, 200)
  t.equal((await read({ range: 'bytes=0-0', 'if-range': '"other"' })).status, 200)
  t.equal((await read({ range: 'bytes=0-0', 'if-range': `"${sha256}"` })).status, 206)
})

t.test(
  'what was promised of the bytes is held to, and nothing stays of what was refused',
  async (t) => {
    const owner = await newOwner()
    const digest = (text: string) =>
      `sha-256=:${createHash('sha256').update(text).digest('base64')}:`
    t.equal((await put(owner, 'a', { 'content-digest': digest('a') })).status, 201)
    const wrong = await put(owner, 'b', { 'content-digest': digest('a') })
    t.equal(wrong.status, 400)
    t.match(await wrong.json(), { code: 'CORE_BLOB_DIGEST_MISMATCH' })
    t.equal((await put(owner, 'b', { digest: 'SHA-256=x' })).status, 400)
    t.equal((await put(owner, 'b', { 'content-encoding': 'gzip' })).status, 415)
    t.equal((await put(owner, 'b', { 'content-type': 'text/html; x="y"' })).status, 415)
    t.equal((await findUsage(knex, owner)).bytes, 1)
    t.same(await knex('blob_uploads').where({ ...owner }), [])
  },
)

t.test('a type that ends its line reaches nobody', async (t) => {
  const owner = await newOwner()
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const head = `PUT ${pathOf(owner)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${owner.tenant}\r\n`
  socket.write(`${head}content-length: 1\r\ncontent-type: text/html\r\n set-cookie: a=b\r\n\r\nx`)
  let text = ''
  for await (const piece of socket) text += piece
  t.match(text, /^HTTP\/1\.1 4\d\d /)
  t.same(await blobs.list(owner, { limit: 1 }), [])
})

t.test(
  'the quota is told before the bytes are sent, and holds where no length is told',
  async (t) => {
    const owner = await newOwner()
    const { hostname, port } = new URL(url)
    const told = request({
      hostname,
      port,
      method: 'PUT',
      path: pathOf(owner),
      headers: { authorization: `Bearer ${owner.tenant}`, 'content-length': 5 * MIB },
    })
    told.flushHeaders()
    const [answer] = await once(told, 'response')
    t.equal(answer.statusCode, 413)
    told.destroy()
    await blobs.put(owner, randomBytes(10), 'text/plain', 100)
    const piece = Buffer.alloc(MIB, 1)
    const body = Readable.toWeb(Readable.from(Array.from({ length: quotaMb }, () => piece)))
    const over = await ask(owner, '', { method: 'PUT', body, duplex: 'half' } as RequestInit)
    t.equal(over.status, 413)
    t.match(await over.json(), { code: 'CORE_BLOB_QUOTA_EXCEEDED' })
    t.equal((await findUsage(knex, owner)).bytes, 10)
  },
)

t.test('who sends half of a file has sent nothing', async (t) => {
  const owner = await newOwner()
  const { hostname, port } = new URL(url)
  const half = request({
    hostname,
    port,
    method: 'PUT',
    path: pathOf(owner),
    headers: { authorization: `Bearer ${owner.tenant}`, 'content-length': 3 * MIB },
  })
  half.on('error', () => undefined)
  half.write(Buffer.alloc(2 * MIB))
  await until(async () => (await findUsage(knex, owner)).bytes > 0)
  half.destroy()
  await until(async () => (await findUsage(knex, owner)).bytes === 0)
  t.same(await blobs.list(owner, { limit: 1 }), [])
})

t.test(
  "another tenant's admin gets nothing, and a name of another owner is not there",
  async (t) => {
    const [owner, stranger] = [await newOwner(), await newOwner()]
    const { sha256 } = await blobs.put(owner, randomBytes(10), 'text/plain', 100)
    for (const [rest, init] of [
      ['', {}],
      [`/${sha256}`, {}],
      ['', { method: 'PUT', body: 'x' }],
    ] as const) {
      t.equal((await ask(owner, rest, init, stranger.tenant)).status, 403)
    }
    const none = await ask(stranger, `/${sha256}`)
    t.equal(none.status, 404)
    t.match(await none.json(), { code: 'CORE_BLOB_MISSING' })
    const unknown = await ask(stranger, `/${sha256}`, {
      headers: { 'if-none-match': `"${sha256}"` },
    })
    t.equal(unknown.status, 404)
    t.match(await (await ask(stranger, `?cursor=${'0'.repeat(64)}`)).json(), { items: [] })
    for (const rest of ['/..%2f..', '/abc', `/${sha256.toUpperCase()}`, '?cursor=x', '?limit=0']) {
      t.equal((await ask(owner, rest)).status, 400, rest)
    }
  },
)

t.test('without a grant files can be read, and none be put', async (t) => {
  const owner = await newOwner()
  const { sha256 } = await blobs.put(owner, randomBytes(10), 'text/plain', 100)
  hasGrant = false
  t.equal((await ask(owner, `/${sha256}`)).status, 200)
  t.match(await (await ask(owner)).json(), { usage: { quotaBytes: null } })
  t.match(await (await put(owner, 'x')).json(), { code: 'CORE_GRANT_MISSING' })
  hasGrant = true
})

t.test('a put is in the audit, and so is what the operator looks into', async (t) => {
  const owner = await newOwner()
  const { sha256 } = await headOf(put(owner, 'audited'))
  await ask(owner, `/${sha256}`)
  await ask(owner, `/${sha256}`, {}, 'operator')
  const entries = await knex('audit_entries').where({ tenant: owner.tenant }).orderBy('id')
  t.match(entries, [
    {
      action: 'blob.put',
      actor: `admin:${owner.tenant}/tok`,
      subject: `${owner.plugin} blob ${sha256}`,
    },
    { action: 'blob.read', actor: 'operator' },
  ])
  t.equal(entries.length, 2)
})

/** 30 MB of one chunk again and again, put behind the host's back: only what is read matters. */
async function large(owner: BlobOwner): Promise<{ sha256: string; size: number }> {
  const chunk = randomBytes(CHUNK_BYTES)
  const count = 171
  const sha256 = nameOf(Buffer.concat(Array.from({ length: count }, () => chunk)))
  const size = count * CHUNK_BYTES
  const object = randomUUID()
  await knex('blob_usage').insert({ ...owner, bytes: size })
  await knex('blobs').insert({ ...owner, sha256, size, type: 'text/plain', object })
  await knex.raw(
    'insert into blob_chunks select ?, n, sha256(c), c from generate_series(0, ?) n, (select ?::bytea c) x',
    [object, count - 1, chunk],
  )
  return { sha256, size }
}

t.test('of 30 MB no more is read than the client takes', async (t) => {
  const owner = await newOwner()
  const { sha256, size } = await large(owner)
  let reads = 0
  knex.on('query', ({ sql }) => {
    if (sql.includes('blob_chunks')) reads++
  })
  const { hostname, port } = new URL(url)
  const asked = request({
    hostname,
    port,
    path: `${pathOf(owner)}/${sha256}`,
    headers: { authorization: `Bearer ${owner.tenant}` },
  })
  asked.end()
  const [response] = await once(asked, 'response')
  // The client takes nothing: what is on its way fills the sockets' buffers, and then the host stops reading.
  let before = 0
  let still = 0
  await until(() => {
    still = before === reads ? still + 1 : 0
    before = reads
    return still > 20 && reads > 0
  })
  t.ok(reads * CHUNK_BYTES < 15 * MIB, `${reads} of ${Math.ceil(size / CHUNK_BYTES)} chunks`)
  const hash = createHash('sha256')
  for await (const bytes of response) hash.update(bytes)
  t.equal(hash.digest('hex'), sha256)
})

t.test(
  'a node moves so many blobs at once, and a client that takes nothing keeps it from no stop',
  async (t) => {
    const owner = await newOwner()
    const { sha256 } = await large(owner)
    const stalled = await Promise.all(Array.from({ length: 32 }, () => ask(owner, `/${sha256}`)))
    t.ok(stalled.every(({ status }) => status === 200))
    const late = await ask(owner, `/${sha256}`)
    t.equal(late.status, 503)
    t.match(await late.json(), { code: 'CORE_BLOB_STREAMS_TAKEN' })
    t.match(await (await put(await newOwner(), 'x')).json(), { code: 'CORE_BLOB_STREAMS_TAKEN' })
    await app.close()
    const cut = await Promise.allSettled(stalled.map((one) => one.arrayBuffer()))
    t.ok(cut.every(({ status }) => status === 'rejected'))
  },
)
