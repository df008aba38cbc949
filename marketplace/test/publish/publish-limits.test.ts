import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import t from 'tap'
import { createContentStore } from '../../../core/src/storage/content-store.ts'
import { until } from '../../../sandbox/test/until.ts'
import { PackageSource } from '../../src/packages/package-source.ts'
import { pluginFiles, publishBody } from '../support/plugin-package.ts'
import { startRegistry } from '../support/registry.ts'
import { tarballOf } from '../support/tarball.ts'

/** What publishing costs at most, whoever sends whatever. */

const registry = await startRegistry(t)
const acme = await registry.publisher('acme', ['@acme'])
const rival = await registry.publisher('rival', ['@rival'])
const source = new PackageSource({
  knex: registry.knex,
  contents: createContentStore(registry.knex),
})

function put(name: string, body: unknown, token: string | undefined = acme) {
  return registry.call(`/${name.replace('/', '%2f')}`, { method: 'PUT', token, body })
}

function spec(name: string, version = '1.0.0') {
  return { name: `@acme/${name}`, version }
}

t.test('who has no valid token is refused before the body is read', async (t) => {
  const nobody = await registry.call('/@acme%2fx', { method: 'PUT', body: {} })
  t.match(nobody, { status: 401, body: { code: 'MKT_TOKEN_REQUIRED' } })
  t.equal(nobody.headers.get('www-authenticate'), 'Bearer')
  for (const token of ['sbm_unknown', 'anything', `sbm_${'x'.repeat(43)}`]) {
    t.match((await put('@acme/x', {}, token)).body, { code: 'MKT_TOKEN_INVALID' })
  }
})

/** One that sends, and those of its own behind it. */
const MOST_OF_ONE_PUBLISHER = 16

/** Publishes of which the first byte was sent, and no more comes. */
function begunPublishes(count: number) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const request = httpRequest(`${registry.url}@acme%2fslow`, {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${acme}`,
          'content-type': 'application/json',
          'content-length': 1000,
        },
      })
      request.on('error', () => undefined)
      await new Promise((sent) => request.write('{', sent))
      return request
    }),
  )
}

t.test('publishers who hang up while sending give their places back', async (t) => {
  const begun = await begunPublishes(4)
  const waiting = put('@acme/patient', publishBody(spec('patient')))
  for (const request of begun) request.destroy()
  t.equal((await waiting).status, 201)
})

t.test('a publisher who sends slowly keeps nobody else waiting', async (t) => {
  let turnedAway = 0
  registry.onAnswer((_, status) => {
    if (status === 503) turnedAway += 1
  })
  // That one is turned away tells that all others are at the gate, and only one of them in.
  const begun = await begunPublishes(MOST_OF_ONE_PUBLISHER + 1)
  await until(() => turnedAway > 0)
  const given = { name: '@rival/quick', version: '1.0.0' }
  t.equal((await put(given.name, publishBody(given), rival)).status, 201)
  t.equal(turnedAway, 1)
  for (const request of begun) request.destroy()
  const after = spec('patient', '1.0.1')
  await until(async () => (await put(after.name, publishBody(after))).status === 201)
})

t.test('a body over 30 MB is refused; other routes take 1 MB', async (t) => {
  const filler = 'x'.repeat(1024 * 1024)
  const huge = { filler: filler.repeat(31) }
  t.match(await put('@acme/huge', huge), { status: 413, body: { code: 'MKT_REQUEST_REFUSED' } })
  t.equal((await put('@acme/large', { filler: filler.repeat(2) })).status, 400)
  const login = await registry.call('/-/user/org.couchdb.user:acme', {
    method: 'PUT',
    body: { name: 'acme', password: filler },
  })
  t.equal(login.status, 413)
})

t.test('a tarball over 20 MiB is refused, one of 19 MiB is published', async (t) => {
  const noise = randomBytes(19 * 1024 * 1024)
  const given = spec('big')
  const tarball = tarballOf({ ...pluginFiles(given), 'data.bin': noise })
  t.equal((await put(given.name, publishBody(given, tarball))).status, 201)
  const fetched = await source.fetch(given.name, '1.0.0')
  t.equal(
    createHash('sha256').update(fetched!.tarball).digest('hex'),
    createHash('sha256').update(tarball).digest('hex'),
  )
  const more = tarballOf({ 'package.json': '{}', a: noise, b: noise.subarray(0, 2 * 1024 * 1024) })
  t.match((await put('@acme/big', publishBody(spec('big', '1.0.1'), more))).body, {
    code: 'MKT_INPUT_INVALID',
  })
})
