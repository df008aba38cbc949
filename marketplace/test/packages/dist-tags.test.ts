import t from 'tap'
import { MAX_DIST_TAGS } from '../../src/packages/dist-tag.ts'
import { publishBody } from '../support/plugin-package.ts'
import { startRegistry } from '../support/registry.ts'

const registry = await startRegistry(t)
const acme = await registry.publisher('acme', ['@acme'])
const rival = await registry.publisher('rival', ['@rival'])
const name = '@acme/gate'
const tags = '/-/package/@acme%2fgate/dist-tags'

for (const version of ['1.0.0', '1.1.0']) {
  const body = publishBody({ name, version })
  await registry.call('/@acme%2fgate', { method: 'PUT', token: acme, body })
}

function set(tag: string, version: unknown, token: string | undefined = acme) {
  return registry.call(`${tags}/${tag}`, { method: 'PUT', token, body: version })
}

function remove(tag: string, token: string | undefined = acme) {
  return registry.call(`${tags}/${tag}`, { method: 'DELETE', token })
}

t.test('a tag is set, moved and removed, each with its audit entry', async (t) => {
  t.equal((await set('lts', '1.0.0')).status, 201)
  t.strictSame((await registry.call(tags)).body, { latest: '1.1.0', lts: '1.0.0' })
  t.equal((await set('lts', '1.1.0')).status, 201)
  t.strictSame((await registry.call('/-/package/@acme/gate/dist-tags')).body, {
    latest: '1.1.0',
    lts: '1.1.0',
  })
  t.equal((await remove('lts')).status, 200)
  t.strictSame((await registry.call(tags)).body, { latest: '1.1.0' })
  t.match(registry.audited.slice(-3), [
    { action: 'dist-tag.set', details: { tag: 'lts', version: '1.0.0' } },
    { action: 'dist-tag.set', details: { tag: 'lts', version: '1.1.0' } },
    { action: 'dist-tag.removed', actor: 'acme', subject: name, details: { tag: 'lts' } },
  ])
})

const refused: [what: string, code: string, call: () => ReturnType<typeof set>][] = [
  ['a tag that is a range', 'MKT_DIST_TAG_INVALID', () => set('1.x', '1.0.0')],
  ['a version that is not published', 'MKT_PACKAGE_NOT_FOUND', () => set('lts', '9.9.9')],
  ['a version that is none', 'MKT_VERSION_INVALID', () => set('lts', '^1.0.0')],
  ['a body that is no version', 'MKT_INPUT_INVALID', () => set('lts', { version: '1.0.0' })],
  ['removing latest', 'MKT_DIST_TAG_LATEST_FIXED', () => remove('latest')],
  ['removing a tag that is not there', 'MKT_DIST_TAG_NOT_FOUND', () => remove('gone')],
  ["another publisher's package", 'MKT_PUBLISH_FORBIDDEN', () => set('lts', '1.0.0', rival)],
  ["removing another publisher's tag", 'MKT_PUBLISH_FORBIDDEN', () => remove('gone', rival)],
  ['no valid token', 'MKT_TOKEN_INVALID', () => set('lts', '1.0.0', 'sbm_x')],
]

for (const [what, code, call] of refused) {
  t.test(`${what} is refused and changes nothing`, async (t) => {
    t.match((await call()).body, { code })
    t.strictSame((await registry.call(tags)).body, { latest: '1.1.0' })
  })
}

t.test('the tags of a package that is not here are 404', async (t) => {
  t.equal((await registry.call('/-/package/unknown/dist-tags')).status, 404)
})

t.test('a package has a bounded number of tags; moving one still works when full', async (t) => {
  const rows = Array.from({ length: MAX_DIST_TAGS - 1 }, (_, index) => ({
    name,
    tag: `tag${index}`,
    version: '1.0.0',
  }))
  await registry.knex('dist_tags').insert(rows)
  t.match((await set('more', '1.0.0')).body, { code: 'MKT_DIST_TAGS_FULL' })
  t.match((await set('constructor', '1.0.0')).body, { code: 'MKT_DIST_TAG_INVALID' })
  const body = publishBody({ name, version: '1.2.0' }, undefined, 'more')
  const published = await registry.call('/@acme%2fgate', { method: 'PUT', token: acme, body })
  t.match(published.body, { code: 'MKT_DIST_TAGS_FULL' })
  t.equal((await set('tag0', '1.1.0')).status, 201)
})
