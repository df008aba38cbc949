import t from 'tap'
import { defaultPolicy } from '../../src/review/review-policy.ts'
import { writePolicy } from '../../src/review/review-store.ts'
import { publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'

const registry = await startRegistry(t)
const { knex, call } = registry
await knex.transaction((trx) => writePolicy(trx, defaultPolicy, new Date(0)))
const acme = await registry.publisher('acme', ['@acme'])
const carol = await registry.publisher('carol', ['@carol'])
const eve = await registry.publisher('eve', ['@eve'])
const role = '/v1/marketplace/publishers/carol/roles/reviewer'
await call(role, { method: 'PUT', token: OPERATOR_TOKEN })
const name = '@acme/gate'

async function stage(version: string): Promise<string> {
  const path = '/-/stage/package/@acme%2fgate'
  const body = publishBody({ name, version })
  return (await call(path, { method: 'POST', token: acme, body })).body.stageId
}

const say = (id: string, command: string, token: string, text = 'because') =>
  call(`/v1/marketplace/reviews/${id}/${command}`, { method: 'POST', token, body: { text } })

t.test('a rejection is appealed, answered and taken back; all that was said is kept', async (t) => {
  const id = await stage('1.0.0')
  t.equal((await say(id, 'reopen', carol)).status, 409)
  t.match((await say(id, 'reject', carol, 'asks for too much')).body, { status: 'rejected' })
  t.equal((await say(id, 'approve', carol)).body.code, 'MKT_REVIEW_CLOSED')
  t.equal((await say(id, 'reopen', carol)).body.code, 'MKT_APPEAL_MISSING')
  t.equal((await say(id, 'appeal', carol)).body.code, 'MKT_REVIEW_FORBIDDEN')
  t.equal((await say(id, 'appeal', acme, 'it needs it')).status, 200)
  t.match((await say(id, 'reopen', carol, 'agreed')).body, { status: 'open' })
  const { body } = await say(id, 'approve', carol)
  t.match(body, { status: 'approved', dist: { state: 'published' } })
  t.same(
    body.entries.map(({ actor, kind }: { actor: string; kind: string }) => `${actor} ${kind}`),
    ['carol rejection', 'acme appeal', 'carol answer', 'carol approval'],
  )
  t.equal((await call('/@acme%2fgate')).status, 200)
})

t.test('nobody else sees a review, or can tell that there is one', async (t) => {
  const id = await stage('1.1.0')
  const none = '00000000-0000-4000-8000-000000000000'
  for (const path of ['', '/approve', '/appeal', '/answer']) {
    const asked = (of: string) =>
      path === ''
        ? call(`/v1/marketplace/reviews/${of}`, { token: eve })
        : say(of, path.slice(1), eve)
    const [real, missing] = [await asked(id), await asked(none)]
    t.equal(real.status, 404, path)
    t.equal(real.body.code, missing.body.code, path)
  }
  t.same((await call('/v1/marketplace/reviews', { token: eve })).body, { items: [] })
  t.equal((await call('/v1/marketplace/reviews')).status, 401)
})

t.test('a role that was taken back decides nothing any more', async (t) => {
  const id = await stage('1.2.0')
  await call(role, { method: 'DELETE', token: OPERATOR_TOKEN })
  t.equal((await say(id, 'approve', carol)).status, 404)
  await call(role, { method: 'PUT', token: OPERATOR_TOKEN })
  t.equal((await say(id, 'approve', carol)).status, 200)
})

t.test('of two who decide at once one does, and the version ends in one state', async (t) => {
  const id = await stage('1.3.0')
  const both = await Promise.all([say(id, 'approve', carol), say(id, 'reject', OPERATOR_TOKEN)])
  t.same(both.map(({ status }) => status).sort(), [200, 409])
})

t.test('the queue is paged, the longest waiting first', async (t) => {
  const ids = [await stage('2.0.0'), await stage('2.1.0')]
  const page = '/v1/marketplace/reviews?status=open&limit=2'
  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const { body } = await call(`${page}${cursor}`, { token: carol })
    seen.push(...body.items.map((item: { id: string }) => item.id))
    if (body.next === undefined) break
    cursor = `&cursor=${body.next}`
  }
  t.same(seen.slice(-2), ids)
  t.equal(new Set(seen).size, seen.length)
})

t.test(
  'only the operator appoints, sets the policy and blocks; a publisher yanks its own',
  async (t) => {
    const at = `/v1/marketplace/packages/@acme%2fgate/versions/1.0.0`
    const body = { reason: 'wrong' }
    const post = (command: string, token: string) =>
      call(`${at}/${command}`, { method: 'POST', token, body })
    t.equal((await call(role, { method: 'PUT', token: acme })).status, 403)
    const policy = { method: 'PUT', token: acme, body: defaultPolicy }
    t.equal((await call('/v1/marketplace/review-policy', policy)).status, 403)
    const { trusted } = defaultPolicy.tiers
    for (const less of [{ approvals: 0 }, { trustedPublishersPass: true }]) {
      const tiers = { ...defaultPolicy.tiers, trusted: { ...trusted, ...less } }
      const unread = { method: 'PUT', token: OPERATOR_TOKEN, body: { ...defaultPolicy, tiers } }
      t.equal((await call('/v1/marketplace/review-policy', unread)).status, 400)
    }
    t.equal((await post('block', acme)).status, 403)
    t.equal((await post('yank', eve)).status, 403)
    t.match((await post('yank', acme)).body, { state: 'yanked', by: 'acme' })
    t.equal((await post('yank', acme)).body.code, 'MKT_VERSION_STATE')
    t.equal((await post('unyank', acme)).status, 200)
    t.equal((await post('yank', OPERATOR_TOKEN)).status, 200)
    t.equal((await post('unyank', acme)).body.code, 'MKT_WITHDRAWN_BY_OPERATOR')
  },
)
