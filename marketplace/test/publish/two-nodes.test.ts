import { publicKeyFrom } from '@signalbox/sdk/trust/key-id'
import { isVersionSigned } from '@signalbox/sdk/trust/registry-signature'
import t from 'tap'
import { createContentStore } from '../../../core/src/storage/content-store.ts'
import { keyFile } from '../../../core/test/support/sealing.ts'
import { PackageSource } from '../../src/packages/package-source.ts'
import { pluginFiles, publishBody } from '../support/plugin-package.ts'
import { serve, startRegistry } from '../support/registry.ts'
import { registryKeys } from '../support/registry-keys.ts'
import { tarballOf } from '../support/tarball.ts'

const { knex } = await startRegistry(t)
// Each has opened the key by itself, as hosts with one key file do.
const file = await keyFile(t)
const keys = await registryKeys(t, knex, { file })
const first = await serve(t, knex, { registryKeys: keys })
const second = await serve(t, knex, { registryKeys: await registryKeys(t, knex, { file }) })
const token = await first.publisher('acme', ['@acme'])
const nodes = [first, second]
const source = new PackageSource({ knex, contents: createContentStore(knex) })

t.test('of a version that is published on two nodes at once, one stands whole', async (t) => {
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    const given = { name: '@acme/race', version }
    const bodies = nodes.flatMap((_, node) =>
      [0, 1].map((index) => {
        const code = `export default ${2 * node + index}\n`
        return publishBody(given, tarballOf({ ...pluginFiles(given), 'dist/plugin.js': code }))
      }),
    )
    const answers = await Promise.all(
      bodies.map((body, index) =>
        nodes[index >> 1]!.call('/@acme%2frace', { method: 'PUT', token, body }),
      ),
    )
    t.strictSame(answers.map(({ status }) => status).sort(), [201, 409, 409, 409], version)
    const winner = bodies[answers.findIndex(({ status }) => status === 201)]!
    const { integrity } = winner.versions[version]!.dist as { integrity: string }
    const fetched = await source.fetch(given.name, version)
    t.equal(fetched?.integrity, integrity)
    const key = publicKeyFrom((await keys.current()).publicKey, 'p256')
    t.ok(key && isVersionSigned({ ...given, integrity }, fetched?.signature ?? '', key))
  }
  const published = nodes.flatMap(({ audited }) => audited)
  t.equal(published.filter(({ action }) => action === 'package.published').length, 3)
})

t.test('a publish that is sent again, to another node, changes nothing', async (t) => {
  const given = { name: '@acme/replayed', version: '1.0.0' }
  const body = publishBody(given)
  const send = (node = first) =>
    node.call('/@acme%2freplayed', { method: 'PUT', token, body: structuredClone(body) })
  t.equal((await send()).status, 201)
  const { _rev: rev } = (await first.call('/@acme%2freplayed')).body
  for (const node of nodes) {
    t.match(await send(node), { status: 409, body: { code: 'MKT_VERSION_EXISTS' } })
  }
  t.equal((await first.call('/@acme%2freplayed')).body._rev, rev)
})

t.test('names that read as one to a person are not two packages', async (t) => {
  for (const name of ['@acme/Race', '@acme/r\u0430ce', '@acme/race\u200b', '@\uff41cme/race']) {
    const given = { name, version: '1.0.0' }
    const answer = await first.call(`/${encodeURIComponent(name)}`, {
      method: 'PUT',
      token,
      body: publishBody(given),
    })
    t.match(answer, { status: 422, body: { code: 'MKT_PACKAGE_NAME_INVALID' } }, name)
  }
})
