import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { pluginFiles, publishBody } from '../support/plugin-package.ts'
import { startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

const registry = await startRegistry(t)
const token = await registry.publisher('acme', ['@acme'])
const name = '@acme/gate'
const tarball = tarballOf(pluginFiles({ name, version: '1.0.0' }))
const abbreviated = { accept: 'application/vnd.npm.install-v1+json; q=1.0, */*' }

function publish(version: string, bytes?: Buffer) {
  const body = publishBody({ name, version }, bytes)
  return registry.call('/@acme%2fgate', { method: 'PUT', token, body })
}

t.equal((await publish('1.0.0', tarball)).status, 201)

t.test('a package is found by both spellings of its address', async (t) => {
  for (const path of ['/@acme%2fgate', '/@acme%2Fgate', '/@acme/gate']) {
    t.match(await registry.call(path), { status: 200, body: { name } }, path)
  }
})

t.test('the installer gets the short form, with tarballs at the address it asked', async (t) => {
  const answer = await registry.call('/@acme%2fgate', { headers: abbreviated })
  t.notOk('readme' in answer.body || 'signalbox' in answer.body.versions['1.0.0'])
  t.equal(answer.body.versions['1.0.0'].dist.tarball, `${registry.url}@acme/gate/-/gate-1.0.0.tgz`)
  t.equal(answer.headers.get('vary'), 'accept, accept-encoding')
})

t.test('an unchanged packument is 304 until anything of it changes', async (t) => {
  const first = await registry.call('/@acme%2fgate', { headers: abbreviated })
  const etag = first.headers.get('etag') ?? ''
  const again = () =>
    registry.call('/@acme%2fgate', { headers: { ...abbreviated, 'if-none-match': etag } })
  const unchanged = await again()
  t.equal(unchanged.status, 304)
  t.equal(unchanged.headers.get('etag'), etag)
  t.equal(unchanged.body.length, 0)
  const full = await registry.call('/@acme%2fgate', { headers: { 'if-none-match': etag } })
  t.equal(full.status, 200, 'the other form is another representation')
  await publish('1.0.1')
  t.match(await again(), { status: 200, body: { 'dist-tags': { latest: '1.0.1' } } })
  const tagged = await registry.call('/@acme%2fgate', { headers: abbreviated })
  await registry.call('/-/package/@acme%2fgate/dist-tags/lts', {
    method: 'PUT',
    token,
    body: '1.0.0',
  })
  const headers = { ...abbreviated, 'if-none-match': tagged.headers.get('etag') ?? '' }
  t.match(await registry.call('/@acme%2fgate', { headers }), {
    status: 200,
    body: { 'dist-tags': { lts: '1.0.0' } },
  })
})

t.test('each form of a packument has a tag of its own, and all hold the same', async (t) => {
  const plain = await registry.call('/@acme%2fgate', { headers: { 'accept-encoding': 'identity' } })
  const tags = new Set([plain.headers.get('etag')])
  for (const coding of ['gzip', 'br']) {
    const headers = { 'accept-encoding': coding }
    const answer = await registry.call('/@acme%2fgate', { headers })
    t.equal(answer.headers.get('content-encoding'), coding)
    t.strictSame(answer.body, plain.body)
    const tag = answer.headers.get('etag') ?? ''
    tags.add(tag)
    const again = { ...headers, 'if-none-match': tag }
    t.equal((await registry.call('/@acme%2fgate', { headers: again })).status, 304)
  }
  t.equal(tags.size, 3)
})

t.test('a tarball is the bytes that were published, for ever', async (t) => {
  for (const path of ['/@acme/gate/-/gate-1.0.0.tgz', '/@acme%2fgate/-/gate-1.0.0.tgz']) {
    const answer = await registry.call(path)
    t.ok(answer.body.equals(tarball))
    t.match(answer.headers.get('cache-control'), 'immutable')
    const hash = createHash('sha512').update(tarball).digest('base64')
    t.equal(answer.headers.get('etag'), `"sha512-${hash}"`)
  }
})

t.test('what is not here is 404 in a form that npm prints', async (t) => {
  const paths = [
    '/@acme%2funknown',
    '/unknown',
    '/@acme/gate/-/gate-9.9.9.tgz',
    '/@acme/gate/-/other-1.0.0.tgz',
    '/@acme/gate/-/..%2fgate-1.0.0.tgz',
  ]
  for (const path of paths) {
    t.match(
      await registry.call(path),
      { status: 404, body: { code: 'MKT_PACKAGE_NOT_FOUND', error: /not in this marketplace/ } },
      path,
    )
  }
  t.match((await registry.call('/-/all/of/it')).body, { code: 'MKT_NOT_FOUND' })
})

t.test('a name that is none is refused, not searched for', async (t) => {
  for (const path of ['/..%2f..%2fetc', '/Gate', '/%E8%B4%A8', '/a/b', '/@acme%2f..', '/-/x']) {
    t.match(
      await registry.call(path),
      { status: 422, body: { code: 'MKT_PACKAGE_NAME_INVALID' } },
      path,
    )
  }
  t.equal((await registry.call('/%ff')).status, 400)
})

t.test('advisories are none, whatever is sent, gzipped as npm does', async (t) => {
  const response = await fetch(`${registry.url}-/npm/v1/security/advisories/bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: gzipSync(JSON.stringify({ [name]: ['1.0.0'] })),
  })
  t.equal(response.status, 200)
  t.strictSame(await response.json(), {})
})

t.test('search takes words literally and lists within bounds', async (t) => {
  const search = async (query: string) => registry.call(`/-/v1/search?${query}`)
  t.match((await search('text=gate&size=5')).body, {
    total: 1,
    objects: [{ package: { name, version: '1.0.1', publisher: { username: 'acme' } } }],
  })
  t.match((await search('text=')).body, { total: 1 })
  t.match((await search('text=gate+nowhere')).body, { total: 0, objects: [] })
  for (const text of ['%25', '_', '%5C', "'", '%00%25']) {
    t.match((await search(`text=${text}`)).body, { total: 0 }, text)
  }
  t.match((await search('from=1')).body, { total: 1, objects: [] })
  t.match(await search('size=100000'), { status: 400, body: { code: 'MKT_INPUT_INVALID' } })
})
