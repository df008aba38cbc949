import assert from 'node:assert/strict'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { Npm, writeFiles } from '../support/npm.ts'
import { publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'

const name = '@acme/gate'
const path = '/v1/marketplace/advisories'
const registry = await startRegistry(t)
const acme = await registry.publisher('acme', ['@acme'])
for (const version of ['1.0.0', '1.4.0', '2.0.0']) {
  const put = { method: 'PUT', token: acme, body: publishBody({ name, version }) }
  assert.equal((await registry.call('/@acme%2fgate', put)).status, 201)
}
const home = t.testdir({})
const npm = await Npm.at(join(home, 'reader'), registry.url)
const app = await writeFiles(join(home, 'app'), { 'package.json': '{"private":true}' })

const advisory = {
  package: name,
  title: 'Counts for whoever asks',
  severity: 'high',
  vulnerableVersions: '<1.4.0',
  cwe: ['CWE-862'],
  cvss: { score: 7.5, vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' },
}

const create = (change: object = {}, token: string = OPERATOR_TOKEN) =>
  registry.call(path, { method: 'POST', token, body: { ...advisory, ...change } })

t.test('npm audit finds what the operator tells of, fixes it, and is content after', async (t) => {
  t.equal((await npm.run(['install', `${name}@1.0.0`], app)).code, 0)
  t.equal((await npm.run(['audit'], app)).code, 0)
  const made = await create()
  t.match(made, { status: 201, body: { id: Number, package: name, createdAt: String } })
  const found = await npm.run(['audit', '--json'], app)
  t.equal(found.code, 1)
  const page = `${registry.url.replace('/npm/', '')}${path}/${made.body.id}`
  t.match(JSON.parse(found.stdout), {
    vulnerabilities: {
      [name]: {
        severity: 'high',
        via: [
          {
            source: made.body.id,
            title: advisory.title,
            url: page,
            cwe: ['CWE-862'],
            cvss: { score: 7.5 },
          },
        ],
      },
    },
  })
  t.match((await registry.call(`${path}/${made.body.id}`)).body, { title: advisory.title })
  t.equal((await npm.run(['audit', '--audit-level=critical'], app)).code, 0)
  t.equal((await npm.run(['audit', 'fix', '--force'], app)).code, 0)
  t.equal((await npm.run(['audit'], app)).code, 0)
  t.equal((await npm.run(['install', `${name}@1.0.0`], app)).code, 0)
  const withdraw = { method: 'DELETE', token: OPERATOR_TOKEN }
  t.equal((await registry.call(`${path}/${made.body.id}`, withdraw)).status, 204)
  t.equal((await registry.call(`${path}/${made.body.id}`, withdraw)).status, 404)
  t.equal((await npm.run(['audit'], app)).code, 0)
  t.match(registry.audited.slice(-2), [
    { action: 'advisory.created', actor: 'operator', subject: name },
    { action: 'advisory.withdrawn', details: { id: made.body.id } },
  ])
})

t.test('only the operator tells, and only of what is there', async (t) => {
  t.equal((await create({}, acme)).status, 403)
  t.match(await create({ package: '@acme/none' }), {
    status: 404,
    body: { code: 'MKT_PACKAGE_NOT_FOUND' },
  })
  const refused = [
    { vulnerableVersions: 'everything' },
    { vulnerableVersions: ' ' },
    { url: 'javascript:alert(1)' },
    { severity: 'awful' },
    { cwe: ['79'] },
    { cvss: { score: 11, vector: 'CVSS:3.1/AV:N' } },
  ]
  for (const change of refused) t.equal((await create(change)).status, 400, JSON.stringify(change))
})

t.test('a list is read within bounds: no bomb, no list without end', async (t) => {
  const bulk = async (body: Buffer, encoding?: string) => {
    const response = await fetch(`${registry.url}-/npm/v1/security/advisories/bulk`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      },
      body: new Uint8Array(body),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  await create({ vulnerableVersions: '>=2.0.0-0' })
  const list = { [name]: ['2.0.0'], constructor: ['1.0.0'], 'not-here': ['1.0.0', 'nonsense'] }
  const plain = await bulk(Buffer.from(JSON.stringify(list)))
  t.same(Object.keys(plain.body), [name])
  t.same((await bulk(gzipSync(JSON.stringify(list)), 'gzip')).body, plain.body)
  t.same((await bulk(Buffer.from('{}'))).body, {})
  const long = Object.fromEntries(
    Array.from({ length: 10_001 }, (_, index) => [`p${index}`, ['1.0.0']]),
  )
  const refused: [string, Buffer, string?][] = [
    ['a bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024)), 'gzip'],
    ['no gzip', Buffer.from('{}'), 'gzip'],
    ['no JSON', Buffer.from('{')],
    ['a list', Buffer.from('[]')],
    ['no versions', Buffer.from('{"a":1}')],
    ['too many', Buffer.from(JSON.stringify(long))],
  ]
  for (const [what, body, encoding] of refused) {
    t.match(await bulk(body, encoding), { status: 400, body: { code: 'MKT_INPUT_INVALID' } }, what)
  }
})

t.test('a list has pages', async (t) => {
  await create()
  const first = (await registry.call(`${path}?limit=1`)).body
  t.equal(first.items.length, 1)
  const second = (await registry.call(`${path}?limit=1&cursor=${first.next}`)).body
  t.ok(second.items[0].id < first.items[0].id)
})
