import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { publicKeyFrom } from '@signalbox/sdk/trust/key-id'
import { isVersionSigned } from '@signalbox/sdk/trust/registry-signature'
import t from 'tap'
import { createKnex } from '../../../core/src/storage/create-knex.ts'
import { testDatabases } from '../../../core/test/support/postgres.ts'
import { keyFile } from '../../../core/test/support/sealing.ts'
import { publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, serve, withoutReviews } from '../support/registry.ts'
import { openRegistryKeys } from '../support/registry-keys.ts'

const hanging = fileURLToPath(new URL('../support/publish-and-hang.ts', import.meta.url))
const spec = { name: '@acme/gate', version: '1.0.0' }

t.test(
  'kill -9 before the commit of a signed publish leaves nothing, and repeated it is signed once',
  async (t) => {
    const { hostUrl } = await testDatabases(t)
    const knex = createKnex(hostUrl, { pool: 4 })
    t.teardown(() => knex.destroy())
    await withoutReviews(knex)
    const file = await keyFile(t)
    const host = fork(hanging, [hostUrl, OPERATOR_TOKEN, file], { stdio: 'ignore' })
    t.teardown(() => host.kill('SIGKILL'))
    const [{ url }] = (await once(host, 'message')) as [{ url: string }]
    const request = fetch(`${url}/npm/@acme%2fgate`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(publishBody(spec)),
    }).then(
      ({ status }) => `answered ${status}`,
      () => 'connection lost',
    )
    t.strictSame(await once(host, 'message').then(([message]) => message), 'before-commit')
    host.kill('SIGKILL')
    t.equal(await request, 'connection lost', 'nothing was acknowledged')
    const tables = ['packages', 'package_versions', 'package_files', 'dist_tags', 'contents']
    for (const table of [...tables, 'content_chunks', 'reviews', 'marketplace_identity']) {
      t.equal((await knex(table)).length, 0, `${table} is as before`)
    }
    const keys = await openRegistryKeys(knex, file)
    const registry = await serve(t, knex, { registryKeys: keys })
    const put = () =>
      registry.call('/@acme%2fgate', {
        ...{ method: 'PUT', token: OPERATOR_TOKEN },
        body: publishBody(spec),
      })
    t.equal((await put()).status, 201)
    t.match(await put(), { status: 409, body: { code: 'MKT_VERSION_EXISTS' } })
    const { body } = await registry.call('/@acme%2fgate')
    const { integrity, signatures } = body.versions['1.0.0'].dist
    t.equal(signatures.length, 1)
    const { publicKey } = await keys.current()
    const key = publicKeyFrom(publicKey, 'p256')
    t.ok(key && isVersionSigned({ ...spec, integrity }, signatures[0].sig, key))
    t.equal(registry.audited.filter(({ action }) => action === 'package.published').length, 1)
  },
)

t.test(
  'while PostgreSQL does not answer, every route says 503 and when to come back',
  async (t) => {
    const knex = createKnex('postgres://nobody:x@127.0.0.1:1/none', { pool: 1 })
    t.teardown(() => knex.destroy())
    const registry = await serve(t, knex, {})
    const body = publishBody(spec)
    const token = OPERATOR_TOKEN
    const answers = [
      await registry.call('/@acme%2fgate'),
      await registry.call('/-/v1/search?text=x'),
      await registry.call('/@acme%2fgate', { method: 'PUT', token, body }),
      await registry.call('/-/whoami', { token: 'sbm_x' }),
    ]
    for (const answer of answers) {
      t.match(answer, { status: 503, body: { code: 'MKT_DATABASE_UNAVAILABLE' } })
      t.equal(answer.headers.get('retry-after'), '2')
    }
  },
)
