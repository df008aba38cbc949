import t from 'tap'
import type { InspectPackage } from '../../src/ports.ts'
import { releaseBefore } from '../../src/publish/release-before.ts'
import { inspectHonestly } from '../support/inspect-honestly.ts'
import { pluginFiles, pluginPackageJson, publishBody } from '../support/plugin-package.ts'
import { startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

/** As the import process finds them: by the name of their service. */
const inspectPackage: InspectPackage = async (tarball, expected) => {
  const inspected = await inspectHonestly(tarball, expected)
  const file = inspected.files.find(({ path }) => path === 'contracts/orders.json')
  const contract = JSON.parse(String(file?.bytes))
  return { ...inspected, contracts: { [contract.id]: contract } }
}

const registry = await startRegistry(t, { inspectPackage })
const acme = await registry.publisher('acme', ['@acme'])

async function publish(version: string, fields: readonly string[], major = 1) {
  const spec = { name: '@acme/orders', version }
  const packageJson = pluginPackageJson(spec)
  const services = [{ id: 'orders.list', contract: 'contracts/orders.json' }]
  const signalbox = { ...(packageJson['signalbox'] as object), provides: { services } }
  const properties = Object.fromEntries(fields.map((name) => [name, { type: 'string' }]))
  const contract = {
    id: 'orders.list',
    major,
    title: { en: 'Orders' },
    operations: { list: { input: {}, output: { type: 'object', properties } } },
  }
  const tarball = tarballOf({
    ...pluginFiles(spec),
    'package.json': JSON.stringify({ ...packageJson, signalbox }),
    'contracts/orders.json': JSON.stringify(contract),
  })
  const body = publishBody(spec, tarball)
  return registry.call('/@acme%2forders', { method: 'PUT', token: acme, body })
}

t.test(
  'a release that breaks the one before within a major is refused with place and cure',
  async (t) => {
    t.equal((await publish('1.0.0', ['sku', 'at'])).status, 201)
    const refused = await publish('1.1.0', ['sku'])
    t.equal(refused.status, 422)
    t.match(refused.body, { code: 'MKT_CONTRACT_BREAKING', error: /1\.0\.0/ })
    t.match(JSON.stringify(refused.body), /contracts\/orders\.json/)
    t.match(JSON.stringify(refused.body), /\/operations\/list\/output\/properties\/at/)
    t.match(JSON.stringify(refused.body), /orders\.list of major 2/)
    t.equal((await registry.knex('package_versions')).length, 1, 'and it is not stored')
  },
)

t.test('a release that only adds is taken, and is what the next is compared with', async (t) => {
  t.equal((await publish('1.1.0', ['sku', 'at', 'by'])).status, 201)
  t.equal((await publish('1.2.0', ['sku', 'at'])).status, 422)
  t.equal((await publish('1.0.1', ['sku', 'at'])).status, 201, 'an old line goes on by itself')
})

t.test('a new major may break, and what is only tried binds nobody', async (t) => {
  t.equal((await publish('2.0.0', ['sku'], 2)).status, 201)
  t.equal((await publish('2.1.0-beta.1', ['sku', 'trial'], 2)).status, 201)
  t.equal((await publish('2.1.0', ['sku'], 2)).status, 201)
  t.equal((await publish('2.2.0-beta.1', [], 2)).status, 422, 'but is bound by what was released')
})

t.test('a version follows the highest release below it', async (t) => {
  const published = ['1.0.0', '1.10.0', '1.9.0', '2.0.0-rc.1', '2.0.0']
  t.equal(releaseBefore('1.11.0', published), '1.10.0')
  t.equal(releaseBefore('1.9.1', published), '1.9.0')
  t.equal(releaseBefore('2.0.0-rc.2', published), '1.10.0')
  t.equal(releaseBefore('1.0.0', published), undefined)
})
