import '../../../sandbox/test/plain-spawn.ts'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { inspectPackage } from '@signalbox/sandbox'
import { reviewTerms, signApproval, verifyApproval } from '@signalbox/sdk/trust/approval-statement'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import { verifyVersion } from '@signalbox/sdk/trust/version-chain'
import t from 'tap'
import { createContentStore } from '../../../core/src/storage/content-store.ts'
import { createKnex } from '../../../core/src/storage/create-knex.ts'
import { testDatabases } from '../../../core/test/support/postgres.ts'
import { defaultPolicy } from '../../src/review/review-policy.ts'
import { writePolicy } from '../../src/review/review-store.ts'
import { signOlderVersions } from '../../src/trust/sign-older-versions.ts'
import { publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, serve } from '../support/registry.ts'
import { registryKeys } from '../support/registry-keys.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { pool: 8 })
t.teardown(() => knex.destroy())
let now = Date.now()
const sandbox = { approvals: 2, trustedPublishersPass: false }
const policy = { ...defaultPolicy, tiers: { ...defaultPolicy.tiers, sandbox } }
await knex.transaction((trx) => writePolicy(trx, policy, new Date(0)))
const keys = await registryKeys(t, knex, { now: () => now })
const registry = await serve(t, knex, { now: () => now, inspectPackage, registryKeys: keys })
const { call } = registry
const acme = await registry.publisher('acme', ['@acme'])
const reviewers: Record<string, string> = {}
for (const name of ['carol', 'dave', 'eve']) {
  reviewers[name] = await registry.publisher(name, [`@${name}`])
  const role = `/v1/marketplace/publishers/${name}/roles/reviewer`
  await call(role, { method: 'PUT', token: OPERATOR_TOKEN })
}
const own = generateKeyPairSync('ed25519')
await call('/v1/marketplace/publishers/carol/keys', {
  ...{ method: 'POST', token: reviewers['carol'] },
  body: { publicKey: publicKeyText(own.publicKey) },
})

const of = (version: string) => ({ name: '@acme/gate', version })

async function stage(version: string): Promise<string> {
  const body = publishBody(of(version))
  const { stageId } = (
    await call('/-/stage/package/@acme%2fgate', { method: 'POST', token: acme, body })
  ).body
  return stageId
}

function approve(id: string, who: string, statement?: string) {
  const body = { text: 'looks well', ...(statement === undefined ? {} : { statement }) }
  const token = reviewers[who]
  return call(`/v1/marketplace/reviews/${id}/approve`, { method: 'POST', token, body })
}

async function statementOf(id: string, changes: object = {}, key: KeyObject = own.privateKey) {
  const token = reviewers['carol']
  const { body } = await call(`/v1/marketplace/reviews/${id}`, { token })
  const { name, version, dist } = body
  const said = { name, version, integrity: dist.integrity, reviewer: 'carol' }
  const decided = { decision: 'approved', policy: reviewTerms(body), decidedAt: now } as const
  return signApproval({ ...said, ...decided, ...changes }, key)
}

/** As a host that installs it does. */
async function verdictOf(version: string, change = (release: string) => release) {
  const trusted = await keys.trustedPublicKeys()
  const { body } = await call(`/-/signalbox/v1/releases/@acme%2fgate/${version}`)
  const { integrity } = (await call('/@acme%2fgate')).body.versions[version].dist
  const word = { signature: body.signature, release: change(body.release) }
  return verifyVersion({ ...of(version), integrity }, word, (id) => trusted.get(id))
}

t.test(
  'a version carries what its reviewers signed, each by his own key or the registry for him',
  async (t) => {
    const id = await stage('1.0.0')
    const statement = await statementOf(id)
    t.match((await approve(id, 'carol', statement)).body, { status: 'open' })
    const { body } = await approve(id, 'dave')
    t.match(body, { status: 'approved', dist: { state: 'published' } })
    t.match(await verdictOf('1.0.0'), {
      ok: true,
      release: {
        review: {
          required: 2,
          approvals: [
            { reviewer: 'carol', publicKey: publicKeyText(own.publicKey), statement },
            { reviewer: 'dave', publicKey: null, statement: String },
          ],
        },
      },
    })
    t.match(await verdictOf('1.0.0', (text) => text.replace(/[A-Z]/, 'q')), { ok: false })
  },
)

t.test('a statement that is wrong in anything approves nothing', async (t) => {
  const id = await stage('1.1.0')
  const others = generateKeyPairSync('ed25519').privateKey
  const integrity = `sha512-${Buffer.alloc(64).toString('base64')}`
  const cases: readonly [string, string, RegExp][] = [
    ['of other bytes', await statementOf(id, { integrity }), /another version or other bytes/],
    ['of another version', await statementOf(id, { version: '1.0.0' }), /another version/],
    ['by another', await statementOf(id, { reviewer: 'dave' }), /has to say that carol approved/],
    ['a rejection', await statementOf(id, { decision: 'rejected' }), /has to say that carol/],
    ['by other rules', await statementOf(id, { policy: 'none' }), /has to say that carol/],
    ['a stranger’s key', await statementOf(id, {}, others), /not registered/],
    ['of the future', await statementOf(id, { decidedAt: now + 6 * 60_000 }), /a clock is wrong/],
    ['no envelope', 'approved', /not registered/],
  ]
  for (const [what, statement, reason] of cases) {
    const { status, body } = await approve(id, 'carol', statement)
    t.equal(`${status} ${body.code}`, '422 MKT_APPROVAL_REFUSED', what)
    t.match(body.title, reason, what)
  }
  t.equal((await approve(id, 'dave', await statementOf(id))).body.code, 'MKT_APPROVAL_REFUSED')
  const shown = await call(`/v1/marketplace/reviews/${id}`, { token: reviewers['carol'] })
  t.same(shown.body.entries, [], 'nothing of them is kept')
})

t.test('a rejection is signed with its reason, by the reviewer or the registry', async (t) => {
  const reject = (id: string, who: string, text: string, statement?: string) =>
    call(`/v1/marketplace/reviews/${id}/reject`, {
      ...{ method: 'POST', token: reviewers[who] },
      body: { text, ...(statement === undefined ? {} : { statement }) },
    })
  const id = await stage('1.1.1')
  const reason = 'it counts every gate twice: 重复计数'
  const said = await statementOf(id, { decision: 'rejected', reason })
  for (const [text, statement] of [
    ['because', said],
    [reason, await statementOf(id, { decision: 'rejected' })],
    [reason, await statementOf(id)],
  ] as const) {
    const { status, body } = await reject(id, 'carol', text, statement)
    t.match({ status, body }, { status: 422, body: { code: 'MKT_APPROVAL_REFUSED' } })
    t.match(body.title, /has to say that carol rejected/)
  }
  const { body } = await reject(id, 'carol', reason, said)
  t.match(body, { status: 'rejected', entries: [{ kind: 'rejection', statement: said }] })
  const other = await stage('1.1.2')
  const { name, version, dist, entries } = (await reject(other, 'dave', 'no')).body
  const trusted = await keys.trustedPublicKeys()
  const choice = { kind: 'p256', find: (keyid: string) => trusted.get(keyid) } as const
  const of = { name, version, integrity: dist.integrity }
  t.match(verifyApproval(entries[0].statement, of, choice), {
    ok: true,
    approval: { reviewer: 'dave', decision: 'rejected', reason: 'no' },
  })
  const held = { method: 'PUT', token: OPERATOR_TOKEN, body: { required: true } }
  await call('/v1/marketplace/publishers/carol/signing', held)
  const third = await stage('1.1.3')
  t.equal((await reject(third, 'carol', 'no')).body.code, 'MKT_APPROVAL_UNSIGNED')
  await call('/v1/marketplace/publishers/carol/signing', { ...held, body: { required: false } })
})

t.test('an approval that somebody writes into the database counts for nothing', async (t) => {
  const id = await stage('1.2.0')
  const forged = { review: id, kind: 'approval', actor: 'eve', text: 'x', at: new Date(now) }
  await knex('review_entries').insert(forged)
  t.match((await approve(id, 'carol')).body, { status: 'open' })
  t.match((await approve(id, 'dave')).body, { status: 'approved' })
  const verdict = await verdictOf('1.2.0')
  t.same(verdict.ok && verdict.release.review?.approvals.map(({ reviewer }) => reviewer), [
    'carol',
    'dave',
  ])
})

t.test('who is held to signing approves by no token alone', async (t) => {
  const id = await stage('1.3.0')
  const held = { method: 'PUT', token: OPERATOR_TOKEN, body: { required: true } }
  await call('/v1/marketplace/publishers/carol/signing', held)
  t.equal((await approve(id, 'carol')).body.code, 'MKT_APPROVAL_UNSIGNED')
  t.equal((await approve(id, 'carol', await statementOf(id))).status, 200)
  await call('/v1/marketplace/publishers/carol/signing', { ...held, body: { required: false } })
})

t.test(
  'a key that was lost before it approved does not count, and another reviewer is asked',
  async (t) => {
    const id = await stage('1.4.0')
    now += 60_000
    t.equal((await approve(id, 'carol', await statementOf(id))).status, 200)
    const [{ keyid }] = (
      await call('/v1/marketplace/publishers/carol/keys', { token: OPERATOR_TOKEN })
    ).body.items
    const since = new Date(now - 30_000).toISOString()
    const path = `/v1/marketplace/publishers/carol/keys/${encodeURIComponent(keyid)}/revocation`
    await call(path, { method: 'POST', token: OPERATOR_TOKEN, body: { since } })
    t.match((await approve(id, 'dave')).body, { status: 'open' })
    t.match((await approve(id, 'eve')).body, { status: 'approved' })
    t.match(await verdictOf('1.4.0'), { ok: true })
  },
)

t.test('after the registry’s key was lost, who approved is signed for again', async (t) => {
  const { signature } = (await call('/-/signalbox/v1/releases/@acme%2fgate/1.4.0')).body
  now += 1000
  const lost = { method: 'POST', token: OPERATOR_TOKEN, body: { compromised: true } }
  await call('/v1/marketplace/signing-keys:rotate', lost)
  const ports = {
    ...{ knex, keys, contents: createContentStore(knex), now: () => now },
    randomBytes: (count: number) => Buffer.alloc(count, 7),
    log: { warn: () => undefined },
  }
  await signOlderVersions(ports, new AbortController().signal)
  const verdict = await verdictOf('1.4.0')
  t.same(verdict.ok && verdict.release.review?.approvals.map(({ reviewer }) => reviewer), [
    'dave',
    'eve',
  ])
  const forged = await verdictOf('1.2.0')
  t.same(forged.ok && forged.release.review?.approvals.map(({ reviewer }) => reviewer), [
    'carol',
    'dave',
  ])
  const again = (await call('/-/signalbox/v1/releases/@acme%2fgate/1.4.0')).body
  t.not(again.signature.keyid, signature.keyid)
})
