import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import t from 'tap'
import { callFiler, filerBytes, installFiler, setUpFiler } from '../support/filer.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { keptCall } from '../support/ledger.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const settings = {
  home,
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
}
let host = await HostProcess.start(t, settings)
const large = randomBytes(400 * 1024)
await installFiler(t, host, {
  version: '1.0.0',
  assets: { 'assets/large.bin': large, 'assets/which.txt': 'old' },
})
await installFiler(t, host, {
  version: '1.1.0',
  quotaMb: 64,
  assets: { 'assets/which.txt': 'new' },
})
const acme = await setUpFiler(host, 'acme')
const globex = await setUpFiler(host, 'globex')
const initech = await setUpFiler(host, 'initech', [])
const path = '/v1/tenants/acme/plugins/@filer%2Fone'

const nameOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const call = (operation: string, input: unknown = {}, key = acme.key) =>
  callFiler(host, key, operation, input)

t.test('what a plugin puts it can read, whole and in parts, list and delete', async (t) => {
  const { body: head } = await call('put', { text: '汉字 ✓', type: 'text/plain; charset=utf-8' })
  t.same(head, { sha256: nameOf('汉字 ✓'), size: 10, type: 'text/plain; charset=utf-8' })
  const { sha256 } = head
  t.match(await call('get', { sha256 }), { status: 200, body: { size: 10, hash: sha256 } })
  t.match(await call('get', { sha256, offset: 3, length: 3 }), {
    body: { size: 3, head: Buffer.from('字').toString('base64') },
  })
  t.match(await call('get', { sha256, offset: -1 }), { body: { code: 'CORE_INPUT_INVALID' } })
  t.match(await call('get', { sha256, offset: 11 }), { body: { code: 'CORE_BLOB_RANGE' } })
  t.match(await call('stat', { sha256 }), { body: { stat: head } })
  t.match(await call('list'), { body: { items: [head] } })
  t.match(await call('remove', { sha256 }), { body: { wasThere: true } })
  t.match(await call('stat', { sha256 }), { body: { stat: null } })
  t.match(await call('get', { sha256 }), { status: 404, body: { code: 'CORE_BLOB_MISSING' } })
})

t.test('bytes are given as texts and typed arrays, and copied at once', async (t) => {
  const { body } = await call('kinds')
  t.same(body, {
    given: nameOf(Buffer.from([1, 2, 3])),
    words: nameOf(Buffer.from([2, 0, 3, 0])),
    text: nameOf('汉字 ✓'),
    refused: Object.fromEntries(Object.keys(body.refused).map((name) => [name, 'TypeError'])),
  })
  t.equal(Object.keys(body.refused).length, 9)
})

t.test('a writer joins parts of any size, also in a later call', async (t) => {
  const parts = [
    { size: 10 },
    { size: 500_000, first: 7 },
    { size: 0 },
    { size: 200_000, first: 9 },
  ]
  const whole = Buffer.concat(parts.map(filerBytes))
  const { body: written } = await call('write', { parts: parts.slice(0, 2), type: 'image/png' })
  t.match(written, { upload: /^upl_[0-9a-f]{24}$/, size: 500_010 })
  const { body: head } = await call('write', { ...written, parts: parts.slice(2), finish: true })
  t.same(head, { sha256: nameOf(whole), size: whole.length, type: 'image/png' })
  t.match(await call('get', { sha256: head.sha256 }), { body: { code: 'CORE_BLOB_TOO_LARGE' } })
  const part = { offset: 400_000, length: 184_320 }
  t.match(await call('get', { sha256: head.sha256, ...part }), {
    body: { size: 184_320, hash: nameOf(whole.subarray(400_000, 584_320)) },
  })
  t.match(await call('put', { size: 200_000 }), { body: { code: 'SBX_HOST_MESSAGE_TOO_LARGE' } })
  t.match(await call('write', { parts: [], finish: true }), { body: { size: 0 } })
})

t.test('a blob is composed of parts of others, and of bytes that come with the call', async (t) => {
  const part = { size: 300_000, first: 5 }
  const whole = filerBytes(part)
  const { body: written } = await call('write', { parts: [part] })
  const { sha256 } = (await call('finish', written)).body
  const parts = [{ sha256, length: 200_000 }, '签名', { sha256, offset: 200_001 }]
  const expected = Buffer.concat([
    whole.subarray(0, 200_000),
    Buffer.from('签名'),
    whole.subarray(200_001),
  ])
  const { body: head } = await call('compose', { parts, type: 'application/pdf', digests: ['sm3'] })
  t.same(head, {
    sha256: nameOf(expected),
    size: expected.length,
    type: 'application/pdf',
    digests: { sm3: createHash('sm3').update(expected).digest('hex') },
  })
  const { type, digests, ...same } = head
  t.same((await call('digest', { parts, digests: ['sm3'] })).body, { ...same, ...digests })
  t.equal(type, 'application/pdf')
  const middle = { offset: 199_990, length: 30 }
  t.match(await call('get', { sha256: head.sha256, ...middle }), {
    body: { size: 30, hash: nameOf(expected.subarray(199_990, 200_020)) },
  })
  t.match(await call('compose', { parts }, globex.key), { body: { code: 'CORE_BLOB_MISSING' } })
  t.match(await call('compose', { parts: [{ sha256, offset: 300_001 }] }), {
    body: { code: 'CORE_BLOB_RANGE' },
  })
  for (const odd of [[], [7], [{}], [{ sha256, offset: -1 }]]) {
    t.not((await call('compose', { parts: odd })).status, 200)
  }
})

t.test('an upload is of no use to another tenant, nor after its end', async (t) => {
  const { body: written } = await call('write', { parts: [{ size: 10 }] })
  const missing = { status: 404, body: { code: 'CORE_BLOB_UPLOAD_MISSING' } }
  t.match(await call('write', { ...written, parts: [{ size: 1 }] }, globex.key), missing)
  t.match(await call('finish', written, globex.key), missing)
  t.match(await call('abort', written, globex.key), { status: 200 })
  t.match(await call('write', { ...written, size: 3, parts: [{ size: 1 }] }), {
    status: 409,
    body: { code: 'CORE_BLOB_UPLOAD_OFFSET' },
  })
  t.match(await call('finish', { ...written, after: 'write' }), missing)
  t.match(await call('finish', written), missing)
  t.match(await call('write', { upload: '../../x', size: 0, parts: [{ size: 1 }] }), {
    body: { code: 'CORE_INPUT_INVALID' },
  })
})

t.test('without a grant, or as another tenant, nothing is there', async (t) => {
  const { body: head } = await call('put', { text: 'of acme' })
  const { sha256 } = head
  t.match(await call('get', { sha256 }, initech.key), { body: { code: 'CORE_GRANT_MISSING' } })
  t.match(await call('put', { text: 'x' }, initech.key), { body: { code: 'CORE_GRANT_MISSING' } })
  t.match(await call('get', { sha256 }, globex.key), { body: { code: 'CORE_BLOB_MISSING' } })
  t.match(await call('stat', { sha256 }, globex.key), { body: { stat: null } })
  t.match(await call('remove', { sha256 }, globex.key), { body: { wasThere: false } })
  t.match(await call('put', { text: 'of acme' }, globex.key), { body: head })
  t.match(await call('remove', { sha256 }, globex.key), { body: { wasThere: true } })
  t.match(await call('get', { sha256 }), { body: { hash: sha256 } })
})

t.test('the quota holds, and what is aborted or deleted is free again', async (t) => {
  const parts = Array.from({ length: 6 }, (_, first) => ({ size: 500_000, first }))
  const { body: written } = await call('write', { parts }, globex.key)
  const over = await call('write', { ...written, parts: parts.slice(0, 1) }, globex.key)
  t.match(over, { status: 413, body: { code: 'CORE_BLOB_QUOTA_EXCEEDED' } })
  t.match(over.body.title, /3145728/)
  await call('abort', written, globex.key)
  t.match(await call('put', { size: 100_000 }, globex.key), { status: 200 })
})

t.test('a version reads the assets of its own package, and only these', async (t) => {
  const asset = (input: object, key = acme.key) => call('asset', input, key)
  const old = { size: 3, hash: nameOf('old') }
  t.match(await asset({ path: 'assets/which.txt' }), { body: old })
  t.match(await asset({ path: 'assets/which.txt' }, initech.key), { body: old }, 'needs no grant')
  const admin = host.as(globex.adminToken)
  const ofGlobex = path.replace('acme', 'globex')
  await admin.request('PUT', ofGlobex, { binding: 'pinned', version: '1.1.0' })
  t.match(await asset({ path: 'assets/which.txt' }, globex.key), { body: { hash: nameOf('new') } })
  t.match(await asset({ path: 'assets/large.bin' }, globex.key), {
    status: 404,
    body: { code: 'CORE_ASSET_MISSING' },
  })
  t.match(await asset({ path: 'assets/large.bin' }), { body: { code: 'CORE_ASSET_TOO_LARGE' } })
  const part = { offset: 300_000, length: 184_320 }
  const rest = large.subarray(300_000)
  t.match(await asset({ path: 'assets/large.bin', ...part }), {
    body: { size: rest.length, hash: nameOf(rest) },
  })
  for (const path of ['../package.json', '/etc/passwd', 'assets/../package.json', 'assets\\x', 7]) {
    t.match(await asset({ path }), { body: { code: 'CORE_INPUT_INVALID' } }, `${path}`)
  }
  for (const path of ['package.json', 'dist/plugin.js', 'contracts/filer.one.json']) {
    t.match(await asset({ path }), { body: { code: 'CORE_ASSET_MISSING' } }, path)
  }
})

t.test('a recording says which file was read, never what stood in it', async (t) => {
  const { body } = await call('fail', { text: 'the secret of the file' })
  const admin = host.as(acme.adminToken)
  const { recording } = await keptCall(admin, body.invocation)
  const text = JSON.stringify(recording?.hostCalls)
  t.match(text, nameOf('the secret of the file'))
  t.notMatch(text, Buffer.from('the secret').toString('base64').slice(0, 12))
})

/** The most resident memory that the host had since this was asked for the last time, in MiB. */
async function peakMb(): Promise<number> {
  if (process.platform !== 'linux') return 0
  const status = await readFile(`/proc/${host.pid}/status`, 'utf8')
  await writeFile(`/proc/${host.pid}/clear_refs`, '5')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024
}

t.test('30 MB go in and out, to many clients at once, and never stand in memory', async (t) => {
  const admin = host.as(acme.adminToken)
  const wish = { version: '1.1.0', capabilities: ['blob:own'] }
  await admin.request('POST', `${path}/grants`, wish)
  const headers = { authorization: `Bearer ${acme.adminToken}` }
  const piece = randomBytes(1024 * 1024)
  const body = Readable.toWeb(Readable.from(Array.from({ length: 30 }, () => piece)))
  const asked: RequestInit = { method: 'PUT', body, headers, duplex: 'half' }
  const put = await fetch(`${host.url}${path}/blobs`, asked)
  const { sha256, size } = (await put.json()) as { sha256: string; size: number }
  t.equal(size, 30 * piece.length)
  const read = () => fetch(`${host.url}${path}/blobs/${sha256}`, { headers })
  const hash = createHash('sha256')
  for await (const bytes of (await read()).body ?? []) hash.update(bytes)
  t.equal(hash.digest('hex'), sha256)
  const before = await peakMb()
  // Each takes a little and then no more: a host that read ahead would hold 600 MB now.
  const stalled = Array.from({ length: 20 }, async () => {
    const reader = (await read()).body?.getReader()
    await reader?.read()
    return reader
  })
  const readers = await Promise.all(stalled)
  const grown = (await peakMb()) - before
  t.comment(`20 stalled readers of 30 MB: ${Math.round(grown)} MiB more at the peak`)
  t.ok(grown < 200, `${grown}`)
  await Promise.all(readers.map((reader) => reader?.cancel()))
})

t.test('kill -9 after an acknowledged put loses nothing of it', async (t) => {
  const { body: head } = await call('put', { size: 150_000, first: 3 })
  const { body: written } = await call('write', { parts: [{ size: 250_000 }] })
  await host.kill('SIGKILL')
  host = await HostProcess.start(t, settings)
  t.match(await call('get', { sha256: head.sha256 }), { body: { hash: head.sha256 } })
  t.match(await call('finish', written), {
    body: { sha256: nameOf(filerBytes({ size: 250_000 })) },
  })
})
