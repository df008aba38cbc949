import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { analysisFaults, emptyAnalysis } from '../../src/rollout/analysis-plan.ts'

const confirmed = {
  name: 'orders_confirmed',
  event: 'orders.confirmed',
  direction: 'decrease',
  role: 'guardrail',
} as const

t.test('an analysis without metrics is whole', async (t) => {
  t.same(analysisFaults(emptyAnalysis), [])
  t.same(analysisFaults({ metrics: [confirmed] }), [])
})

t.test('each fault is told with its place', async (t) => {
  const pointers = (plan: unknown) => analysisFaults(plan).map(({ pointer }) => pointer)
  t.same(pointers(null), [''])
  t.same(pointers({}), ['/metrics'])
  t.same(pointers({ metrics: [], alpha: 0.5 }), ['/alpha'])
  t.same(pointers({ metrics: [{ ...confirmed, direction: 'down' }] }), ['/metrics/0/direction'])
  t.same(pointers({ metrics: [{ ...confirmed, role: 'watch' }] }), ['/metrics/0/role'])
  t.same(pointers({ metrics: [{ ...confirmed, event: 'Orders' }] }), ['/metrics/0/event'])
  t.same(pointers({ metrics: [{ ...confirmed, weight: 1 }] }), ['/metrics/0/weight'])
  t.same(pointers({ metrics: [7] }), ['/metrics/0'])
  t.same(pointers({ metrics: new Array(11).fill(confirmed) }), ['/metrics'])
})

t.test('two metrics of one name would be counted as one', async (t) => {
  t.same(analysisFaults({ metrics: [confirmed, confirmed] }), [
    { pointer: '/metrics/1/name', detail: 'is the name of a metric before' },
  ])
})

t.test('whatever is sent, the answer is a list of faults', async () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => Array.isArray(analysisFaults(value))),
    { numRuns: 300 },
  )
  const metric = fc.record(
    {
      name: fc.anything(),
      event: fc.anything(),
      direction: fc.constantFrom('increase', 'decrease', 'both', 1),
      role: fc.constantFrom('guardrail', 'signal', null),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(metric, { maxLength: 12 }), (metrics) =>
      Array.isArray(analysisFaults({ metrics })),
    ),
  )
})
