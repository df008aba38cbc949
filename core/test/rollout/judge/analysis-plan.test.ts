import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { analysisFaults, emptyAnalysis } from '../../../src/rollout/judge/analysis-plan.ts'

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

t.test('what is forgiven is bounded, each way by itself', async (t) => {
  const pointers = (plan: unknown) => analysisFaults(plan).map(({ pointer }) => pointer)
  const metric = (tolerance: unknown, direction = 'decrease') =>
    pointers({ metrics: [{ ...confirmed, direction, tolerance }] })
  t.same(metric(0.5), [])
  t.same(metric(2, 'increase'), [])
  t.same(metric(1.25), ['/metrics/0/tolerance'])
  t.same(metric(0.5, 'increase'), ['/metrics/0/tolerance'])
  t.same(metric('much'), ['/metrics/0/tolerance'])
  t.same(pointers({ metrics: [], failures: { tolerance: 1.5 }, warmUpCalls: 20 }), [])
  t.same(pointers({ metrics: [], failures: { tolerance: 0.9 } }), ['/failures/tolerance'])
  t.same(pointers({ metrics: [], failures: {} }), ['/failures/tolerance'])
  t.same(pointers({ metrics: [], failures: 2 }), ['/failures'])
  t.same(pointers({ metrics: [], warmUpCalls: 1.5 }), ['/warmUpCalls'])
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
