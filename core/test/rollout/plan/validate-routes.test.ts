import Fastify from 'fastify'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { type AuditEntry, insertAuditEntries } from '../../../src/audit/audit-store.ts'
import { addUses } from '../../../src/broker/uses/use-store.ts'
import { insertTenant } from '../../../src/identity/identity-store.ts'
import { gateNotes } from '../../../src/rollout/plan/gate-notes.ts'
import { type Validation, validateRoutes } from '../../../src/rollout/plan/validate-routes.ts'
import {
  type Binding,
  emptySnapshot,
  type InstalledVersion,
} from '../../../src/rollout/routing/snapshot.ts'
import { createKnex } from '../../../src/storage/create-knex.ts'
import { atAnotherTime } from '../../support/audit-chain.ts'
import { testDatabases } from '../../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

const plugin = '@acme/orders'
const version = { plugin, version: '1.1.0', operations: new Map() } as unknown as InstalledVersion
const snapshot = {
  ...emptySnapshot,
  stable: new Map([[plugin, '1.0.0']]),
  versions: new Map([[`${plugin}@1.1.0`, version]]),
  providers: new Map([['orders.visibility@1', plugin]]),
}
const app = Fastify()
validateRoutes(app, { knex, routing: { snapshot } })
t.teardown(() => app.close())

async function validate(body: object): Promise<{ status: number; answer: Validation }> {
  const { statusCode, payload } = await app.inject({
    method: 'POST',
    url: '/v1/rollouts:validate',
    payload: body,
  })
  return { status: statusCode, answer: JSON.parse(payload) }
}

t.test('a plan without wishes is the default one, and what it cannot find is said', async (t) => {
  const { status, answer } = await validate({ plugin, version: '1.1.0' })
  t.equal(status, 200)
  t.same(answer.faults, [])
  t.equal(answer.plan.cohortBy, 'request')
  t.equal(answer.detection?.length, answer.plan.steps.length)
  t.equal(answer.traffic?.callsPerMinute, 0)
  t.match(answer.notes[0]?.en, 'nothing can be detected now')
})

t.test(
  'where nobody says how much a plugin is called, the host counts it and says so',
  async (t) => {
    const call = (outcome: string, count: number): AuditEntry => ({
      tenant: 'acme',
      actor: 'app:web',
      action: 'service.call',
      subject: 'orders.visibility@1/get',
      outcome,
      traceId: null,
      detail: { count },
    })
    await insertAuditEntries(knex, [call('done', 900), call('SBX_GUEST_THREW', 100)])
    const young = await validate({ plugin, version: '1.1.0' })
    t.match(young.answer.planChoice, { traffic: 'unknown' }, 'of minutes, no day can be told')
    await atAnotherTime(knex, {}, new Date(Date.now() - 12 * 3_600_000))
    await insertAuditEntries(knex, [call('done', 1000), call('CORE_INPUT_INVALID', 9000)])
    const measured = await validate({ plugin, version: '1.1.0' })
    t.match(measured.answer.planChoice, { traffic: 'steady', callsPerDay: 4000, measuredHours: 12 })
    t.match(measured.answer.planChoice?.sentence, {
      en: /^about 4000 calls a day \(measured over 12 hours\): /,
      'zh-CN': /按最近 12 小时实测/,
    })
    const said = await validate({ plugin, version: '1.1.0', callsPerDay: 100 })
    t.match(said.answer.planChoice, { traffic: 'rare', measuredHours: undefined })
    await knex('tenants').insert({ id: 'acme', name: 'Acme' })
    await knex('plugins').insert({ name: '@acme/board' })
    await knex('grants').insert({
      id: 'gnt_1',
      tenant: 'acme',
      plugin: '@acme/board',
      capability: 'service:call',
      parameters: JSON.stringify({ service: 'orders.visibility@1' }),
      capability_hash: '',
      approver: 'operator',
    })
    await addUses(knex, [
      {
        tenant: 'acme',
        plugin: '@acme/board',
        version: '1.0.0',
        capability: 'service:call',
        grant: 'gnt_1',
        facet: 'get',
        count: 60_000,
        failures: 0,
        totalMs: 1,
        firstAt: Date.now() - 24 * 3_600_000,
        lastAt: Date.now(),
      },
    ])
    const both = await validate({ plugin, version: '1.1.0' })
    t.match(both.answer.planChoice, { traffic: 'busy' }, 'calls of other plugins are counted too')
  },
)

t.test(
  'who would have the new version at each step is told, and stays so with that salt',
  async (t) => {
    const steps = [
      { weightBp: 100, cohort: 'suzhou', hold: { exposures: 5 } },
      { weightBp: 5000, hold: { exposures: 5 } },
      { weightBp: 10_000, hold: {} },
    ]
    const preview = Array.from({ length: 40 }, (_, app) => ({ tenant: 'acme', app: `a${app}` }))
    const wish = { plugin, version: '1.1.0', cohortBy: 'app', steps, deny: ['app:acme/a0'] }
    const missing = await validate({ ...wish, preview })
    t.same(missing.answer.faults, [
      { pointer: '/steps/0/cohort', detail: 'there is no such cohort' },
    ])
    t.same(missing.answer.cohorts, [])
    await knex('rollout_cohorts').insert({
      name: 'suzhou',
      members: JSON.stringify(['app:acme/a1']),
    })
    const { answer } = await validate({ ...wish, preview })
    const [denied, listed, ...drawn] = answer.cohorts
    t.match(denied, { call: { app: 'a0' }, fromStep: null })
    t.match(listed, { fromStep: 0, steps: [{ has: 'new', by: 'cohort', weightBp: 100 }] })
    t.ok(
      drawn.every(({ fromStep }) => fromStep !== null),
      'at full weight all others have it',
    )
    const half = drawn.filter(({ fromStep }) => fromStep === 1).length
    t.ok(half > 8 && half < 30, `${half} of 38 at 50 %`)
    const again = await validate({ ...wish, preview, salt: answer.salt })
    t.same(again.answer.cohorts, answer.cohorts)
    const byRequest = await validate({
      ...wish,
      cohortBy: 'request',
      preview: [{ tenant: 'acme', app: 'a2' }],
    })
    t.same(
      byRequest.answer.cohorts[0]?.steps.map(({ has }) => has),
      ['drawn', 'drawn', 'new'],
    )
    t.equal((await validate({ ...wish, salt: 'mine' })).status, 400)
    t.equal((await validate({ ...wish, preview: [{ app: 'a' }] })).status, 400)
  },
)

t.test('faults are told with their places, and nothing is promised then', async (t) => {
  const { answer } = await validate({
    plugin,
    version: '9.9.9',
    steps: [{ weightBp: 100, hold: {} }],
    analysis: { metrics: [{ name: 'x' }] },
  })
  const pointers = answer.faults.map(({ pointer }) => pointer)
  for (const pointer of ['/version', '/steps/0/weightBp', '/analysis/metrics/0/event']) {
    t.ok(pointers.includes(pointer), pointer)
  }
  t.equal(answer.detection, null)
  const unknown = await validate({ plugin: '@acme/none', version: '1.0.0' })
  t.same(unknown.answer.faults, [{ pointer: '/plugin', detail: 'has no stable version' }])
  const stable = await validate({ plugin, version: '1.0.0' })
  t.same(stable.answer.faults, [{ pointer: '/version', detail: 'is stable already' }])
})

t.test('only steps that draw calls are looked at for what they could find', async (t) => {
  const full = { weightBp: 10_000, hold: {} }
  const steps = [
    { shadow: { sample: 1, minRequests: 1, maxDiff: 0 } },
    { weightBp: 0, cohort: 'suzhou', hold: { exposures: 5 } },
    { weightBp: 500, hold: { exposures: 5 } },
    { approve: { tenant: 'acme' } },
    full,
  ]
  const wish = { plugin, version: '1.1.0', steps }
  await knex('tenants').insert({ id: 'acme', name: 'Acme' }).onConflict('id').ignore()
  const { answer } = await validate(wish)
  t.same(answer.faults, [])
  t.same(
    answer.detection?.map(({ weightBp }) => weightBp),
    [500, 10_000],
  )
  const keys = { entity: '/order/id' }
  const byEntity = await validate({ ...wish, cohortBy: 'entity', keys })
  t.match(byEntity.answer, { faults: [], traffic: { units: null } })
  const lists = await validate({
    ...wish,
    deny: ['nobody'],
    together: [{ plugin, version: '9.9.9' }],
  })
  t.same(
    lists.answer.faults.map(({ pointer }) => pointer),
    ['/together/0/version', '/deny/0'],
  )
})

t.test('whatever is sent, the answer is a validation or a refusal', async (t) => {
  const body = fc.record(
    {
      plugin: fc.constantFrom<unknown>(plugin, '@acme/none', '', 7),
      version: fc.constantFrom<unknown>('1.1.0', '1.0.0', ' ', null),
      steps: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 3 })),
      cohortBy: fc.constantFrom<unknown>('request', 'app', 'entity', 'moon'),
      keys: fc.oneof(fc.jsonValue(), fc.record({ entity: fc.jsonValue() })),
      deny: fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 3 })),
      preview: fc.oneof(
        fc.jsonValue(),
        fc.array(fc.record({ tenant: fc.string(), app: fc.string() })),
      ),
      salt: fc.oneof(fc.jsonValue(), fc.constant('rol_0123456789abcdef')),
      callsPerDay: fc.oneof(fc.jsonValue(), fc.nat()),
      analysis: fc.oneof(fc.jsonValue(), fc.record({ metrics: fc.jsonValue() })),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(body, async (sent) => [200, 400].includes((await validate(sent)).status)),
    { numRuns: 100 },
  )
  t.pass('no crash')
})

t.test('a gate that asks what nobody provides is said before it is planned', async (t) => {
  await insertTenant(knex, { id: 'board', name: 'Board' })
  const gate = { tenant: 'board', service: 'governance.board', major: 1, operation: 'mayRelease' }
  const steps = [
    { gate },
    { weightBp: 500, hold: { exposures: 10 } },
    { weightBp: 10_000, hold: {} },
  ]
  const { answer } = await validate({ plugin, version: '1.1.0', steps })
  t.same(answer.faults, [])
  t.match(answer.notes[0]?.en, 'no plugin that is enabled in board provides governance.board@1')
  const providers = new Map([['governance.board@1', '@acme/board']])
  const bound = (binding: Binding['binding']) => {
    const bindings = new Map([['board @acme/board', { binding, pinnedVersion: null }]])
    return gateNotes([{ gate }], { providers, bindings })
  }
  t.same(bound('enabled'), [])
  t.equal(bound('disabled').length, 1)
})

t.test('what was seen of the traffic stands apart from what is reckoned with', async (t) => {
  const { answer } = await validate({ plugin, version: '1.1.0' })
  const { seen, failureRate } = answer.traffic ?? {}
  t.equal(seen?.minutes, 15)
  t.ok((seen?.calls ?? 0) > 0)
  t.ok((failureRate ?? 0) > (seen?.failed ?? 0) / (seen?.calls ?? 1), 'a little more')
})
