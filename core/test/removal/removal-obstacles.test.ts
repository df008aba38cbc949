import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  MOST_NAMED,
  type RemovalFacts,
  removalRefusal,
} from '../../src/removal/removal-obstacles.ts'

const nothing: RemovalFacts = {
  installing: [],
  tenants: [],
  rollouts: [],
  dependents: [],
  apps: [],
}
const refusal = (facts: Partial<RemovalFacts>) => removalRefusal('@a/b', { ...nothing, ...facts })

t.test('what nobody uses may go', async (t) => {
  t.equal(refusal({}), undefined)
})

t.test('each obstacle has a code, a status, names and a cure', async (t) => {
  const codes = {
    installing: 'CORE_REMOVAL_INSTALLING',
    rollouts: 'CORE_REMOVAL_ROLLING_OUT',
    tenants: 'CORE_REMOVAL_ENABLED',
    dependents: 'CORE_REMOVAL_REQUIRED',
    apps: 'CORE_REMOVAL_SUBSCRIBED',
  }
  for (const [fact, code] of Object.entries(codes)) {
    const refused = refusal({ [fact]: ['one', 'two'] })
    t.match(refused, { code, status: 409 })
    for (const language of ['en', 'zh-CN'] as const) {
      t.match(refused?.localizedMessage(language), '@a/b')
      t.match(refused?.localizedMessage(language), 'one, two')
      t.notMatch(refused?.localizedMessage(language), /\{\w+\}/)
    }
  }
})

t.test('several obstacles are told at once', async (t) => {
  const refused = refusal({ tenants: ['acme'], apps: ['acme/app'] })
  t.equal(refused?.code, 'CORE_REMOVAL_ENABLED')
  t.strictSame(
    refused?.faults.map(({ pointer }) => pointer),
    ['/tenants', '/apps'],
  )
})

t.test(
  'a plugin goes exactly when every list is empty, and no refusal grows without end',
  async (t) => {
    const names = fc.array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 60 })
    const facts = fc.record({
      installing: names,
      tenants: names,
      rollouts: names,
      dependents: names,
      apps: names,
    })
    fc.assert(
      fc.property(facts, (given) => {
        const refused = removalRefusal('@a/b', given)
        t.equal(
          refused === undefined,
          Object.values(given).every(({ length }) => length === 0),
        )
        t.ok((refused?.message.length ?? 0) < 200 + MOST_NAMED * 10)
      }),
    )
  },
)
