import { createHash, randomBytes } from 'node:crypto'
import t from 'tap'
import { pluginFiles, publishBody } from '../support/plugin-package.ts'
import { startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

const registry = await startRegistry(t)
const token = await registry.publisher('acme', ['@acme'])
const given = { name: '@acme/large', version: '1.0.0' }
const tarball = tarballOf({ ...pluginFiles(given), 'data.bin': randomBytes(3 * 1024 * 1024) })
const published = await registry.call('/@acme%2flarge', {
  method: 'PUT',
  token,
  body: publishBody(given, tarball),
})
const path = '/@acme/large/-/large-1.0.0.tgz'

t.test('what is too large to be kept is sent in parts, and whole', async (t) => {
  t.equal(published.status, 201)
  for (const _ of [1, 2]) {
    const { status, headers, body } = await registry.call(path)
    t.equal(status, 200)
    t.equal(headers.get('content-length'), String(tarball.length))
    t.ok(body.equals(tarball))
  }
  const head = await registry.call(path, { method: 'HEAD' })
  t.equal(head.status, 200)
})

t.test('bytes that are not what was published never arrive whole', async (t) => {
  const sha256 = createHash('sha256').update(tarball).digest('hex')
  const changed = await registry
    .knex('content_chunks')
    .where({ sha256, ordinal: 1 })
    .update({ bytes: registry.knex.raw('set_byte(bytes, 0, (get_byte(bytes, 0) + 1) % 256)') })
  t.equal(changed, 1)
  await t.rejects(registry.call(path))
})
