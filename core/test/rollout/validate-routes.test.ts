import Fastify from 'fastify'
import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { emptySnapshot, type InstalledVersion } from '../../src/rollout/snapshot.ts'
import { type Validation, validateRoutes } from '../../src/rollout/validate-routes.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

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
