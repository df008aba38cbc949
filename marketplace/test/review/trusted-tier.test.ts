import '../../../sandbox/test/plain-spawn.ts'
import { generateKeyPairSync } from 'node:crypto'
import { inspectPackage } from '@signalbox/sandbox'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import t from 'tap'
import { createKnex } from '../../../core/src/storage/create-knex.ts'
import { testDatabases } from '../../../core/test/support/postgres.ts'
import { defaultPolicy } from '../../src/review/review-policy.ts'
import { pluginFiles, pluginPackageJson, publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, serve } from '../support/registry.ts'
import { registryKeys } from '../support/registry-keys.ts'
import { signedPackage } from '../support/signed-package.ts'
import { tarballOf } from '../support/tarball.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { pool: 8 })
t.teardown(() => knex.destroy())
const { call, audited, ...registry } = await serve(t, knex, {
  inspectPackage,
  registryKeys: await registryKeys(t, knex, { now: Date.now }),
})
const author = generateKeyPairSync('ed25519')
await call('/v1/marketplace/publishers/operator/keys', {
  ...{
    method: 'POST',
    token: OPERATOR_TOKEN,
    body: { publicKey: publicKeyText(author.publicKey) },
  },
})
const reviewers = await Promise.all(
  ['carol', 'dave'].map(async (name) => {
    const token = await registry.publisher(name, [`@${name}`])
    const path = `/v1/marketplace/publishers/${name}/roles/reviewer`
    await call(path, { method: 'PUT', token: OPERATOR_TOKEN })
    return token
  }),
)

/** As the operator publishes it: by the token that may do everything else here. */
function publish(version: string) {
  const spec = { name: '@signalbox/console', version }
  const { signalbox, ...rest } = pluginPackageJson(spec) as { signalbox: object }
  const runtime = { tier: 'trusted', entry: 'dist/plugin.js' }
  const json = JSON.stringify({ ...rest, signalbox: { ...signalbox, runtime } })
  const files = { ...pluginFiles(spec), 'package.json': json }
  const body = publishBody(
    spec,
    tarballOf(signedPackage(spec, files, author.privateKey, Date.now())),
  )
  return call('/@signalbox%2fconsole', { method: 'PUT', token: OPERATOR_TOKEN, body })
}

const setPolicy = (change: object) =>
  call('/v1/marketplace/review-policy', {
    ...{ method: 'PUT', token: OPERATOR_TOKEN, body: { ...defaultPolicy, ...change } },
  })
const approve = (id: string, token: string) =>
  call(`/v1/marketplace/reviews/${id}/approve`, { method: 'POST', token, body: { text: 'read' } })
const isShown = async (version: string) =>
  (await call('/@signalbox%2fconsole')).body.versions?.[version] !== undefined

t.test('what the operator publishes of the tier trusted waits for two others', async (t) => {
  const { status, body } = await publish('1.0.0')
  t.equal(status, 202)
  t.equal((await approve(body.stageId, OPERATOR_TOKEN)).body.code, 'MKT_REVIEW_FORBIDDEN')
  t.notOk(await isShown('1.0.0'))
  t.match((await approve(body.stageId, reviewers[0] ?? '')).body, { status: 'open' })
  t.equal((await approve(body.stageId, reviewers[0] ?? '')).body.code, 'MKT_REVIEW_TWICE')
  t.notOk(await isShown('1.0.0'))
  t.match((await approve(body.stageId, reviewers[1] ?? '')).body, { status: 'approved' })
  t.ok(await isShown('1.0.0'))
})

t.test('to end reviews lets no process through', async (t) => {
  t.equal((await setPolicy({ mode: 'off' })).status, 200)
  t.equal((await publish('1.1.0')).status, 202)
  t.notOk(await isShown('1.1.0'))
})

t.test(
  'the operator who says so in the policy publishes alone, and the audit has it',
  async (t) => {
    const { trusted } = defaultPolicy.tiers
    const tiers = { ...defaultPolicy.tiers, trusted: { ...trusted, operatorPasses: true } }
    t.equal((await setPolicy({ tiers })).status, 200)
    t.equal((await publish('1.2.0')).status, 201)
    t.ok(await isShown('1.2.0'))
    t.match(
      audited.findLast(({ action }) => action === 'review-policy.changed'),
      { details: { after: { tiers: { trusted: { operatorPasses: true } } } } },
    )
  },
)
