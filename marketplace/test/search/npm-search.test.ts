import assert from 'node:assert/strict'
import { join } from 'node:path'
import t from 'tap'
import { refreshListings } from '../../src/search/listing-index.ts'
import { Npm } from '../support/npm.ts'
import { pluginPackageJson, publishBody } from '../support/plugin-package.ts'
import { startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

const registry = await startRegistry(t)
const tokens = {
  acme: await registry.publisher('acme', ['@acme']),
  bob: await registry.publisher('bob', ['@bob']),
}
const npm = await Npm.at(join(t.testdir({}), 'reader'), registry.url)

async function publish(
  token: string,
  spec: { name: string; version: string },
  fields: Record<string, unknown>,
) {
  const packageJson = { ...pluginPackageJson(spec), ...fields }
  const tarball = tarballOf({
    'package.json': JSON.stringify(packageJson),
    'dist/plugin.js': 'export default { services: {} }\n',
  })
  const put = { method: 'PUT', token, body: publishBody(spec, tarball) }
  const answer = await registry.call(`/${spec.name.replace('/', '%2f')}`, put)
  assert.equal(answer.status, 201)
}

const scale = { name: '@acme/scale', version: '1.0.0' }
await publish(tokens.acme, scale, {
  description: '称重数据采集 for lorries',
  keywords: ['weight', 'gate'],
  author: 'Ben Li <ben@acme.example>',
})
await publish(tokens.acme, { name: '@acme/beta', version: '2.0.0-beta.1' }, { keywords: ['gate'] })
await publish(
  tokens.bob,
  { name: '@bob/gate', version: '0.9.0' },
  {
    keywords: ['gate', 'camera'],
    author: { name: 'Ben Li' },
  },
)
await publish(
  tokens.bob,
  { name: 'pure', version: '1.0.0' },
  {
    description: '100%_pure',
    keywords: 'gate',
  },
)

async function find(...text: string[]): Promise<string[]> {
  const run = await npm.run(['search', '--json', ...text])
  assert.equal(run.code, 0, run.stderr)
  return JSON.parse(run.stdout).map(({ name }: { name: string }) => name)
}

t.test('words of both languages are found wherever they stand', async (t) => {
  t.same(await find('称重'), ['@acme/scale'])
  t.same(await find('LORRIES', '数据'), ['@acme/scale'])
  t.equal((await find('闸口')).length, 4, 'in the display name')
  t.same(await find('camera'), ['@bob/gate'], 'in a keyword')
  t.same(await find('100%_p'), ['pure'], 'as it is written, not as a pattern')
})

t.test('qualifiers narrow, alone and with words', async (t) => {
  t.same(await find('scope:acme'), ['@acme/beta', '@acme/scale'])
  t.same(await find('maintainer:bob'), ['@bob/gate', 'pure'])
  t.same(await find('author:bob'), ['@bob/gate', 'pure'])
  t.same(await find('author:Ben', 'scope:@bob'), [])
  t.same(await find('keywords:weight,camera'), ['@acme/scale', '@bob/gate'])
  t.same(await find('keywords:gate+camera'), ['@bob/gate'])
  t.same(await find('keywords:gate,-camera'), ['@acme/beta', '@acme/scale', 'pure'])
  t.same(await find('keywords:gate', 'not:unstable'), ['@acme/scale', 'pure'])
  t.same(await find('is:unstable'), ['@acme/beta', '@bob/gate'])
  t.same(await find('scope:acme', '称重'), ['@acme/scale'])
})

t.test('a page has its part, and the total is of all', async (t) => {
  const { body } = await registry.call('/-/v1/search?text=gate&size=1&from=1')
  t.equal(body.objects.length, 1)
  t.equal(body.total, 4)
})

t.test('who is run well by many tenants is found first, whatever it is called', async (t) => {
  t.same((await find('keywords:gate'))[0], '@acme/beta', 'of those that nobody runs, by name')
  await refreshListings(
    registry.knex,
    new Map([['@acme/scale', { tenants: 9, failedShare: 0, setbacks: 0 }]]),
  )
  t.same((await find('keywords:gate'))[0], '@acme/scale')
  t.same((await find('pure'))[0], 'pure', 'but for the very name')
  await refreshListings(registry.knex, new Map())
})

t.test('what is withdrawn is not found, what is deprecated is', async (t) => {
  const name = '@acme/going'
  await publish(tokens.acme, { name, version: '1.0.0' }, { description: 'departing' })
  t.same(await find('departing'), [name])
  const author = await Npm.at(join(t.testdir({}), 'author'), registry.url, tokens.acme)
  t.equal((await author.run(['deprecate', name, 'use another'])).code, 0)
  t.same(await find('departing'), [name])
  t.same(await find('departing', 'not:deprecated'), [])
  t.equal((await author.run(['unpublish', name, '--force'])).code, 0)
  t.same(await find('departing'), [])
})
