import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import {
  assign,
  type Cohort,
  type CohortCall,
  judgedBy,
} from '../../../src/rollout/cohorts/cohort.ts'
import { keyFaults, memberFaults } from '../../../src/rollout/cohorts/cohort-lists.ts'
import { inputKey } from '../../../src/rollout/cohorts/input-key.ts'
import { cohortOf } from '../../../src/rollout/rollout-weight.ts'

const none = { deny: new Set<string>(), allow: new Set<string>(), named: new Map<string, string>() }
const cohort: Cohort = { salt: 'rol_1', weightBp: 5000, cohortBy: 'request' }
const call: CohortCall = { requestId: 'r', tenant: 'acme', app: 'erp' }

t.test('who is denied stays on stable, whatever else is said of it', async (t) => {
  const lists = {
    deny: new Set(['app:acme/erp']),
    allow: new Set(['tenant:acme']),
    named: new Map([['app:acme/erp', 'first']]),
  }
  for (const weightBp of [0, 5000, 10_000]) {
    t.match(assign({ ...cohort, weightBp, lists }, call), {
      arm: 'stable',
      by: 'deny',
      member: 'app:acme/erp',
    })
  }
})

t.test(
  'who is allowed, or in a cohort whose step has come, gets the canary at any weight',
  async (t) => {
    const allow = { ...none, allow: new Set(['tenant:acme']) }
    const named = { ...none, named: new Map([['tenant:acme', 'suzhou']]) }
    t.match(assign({ ...cohort, weightBp: 0, lists: allow }, call), { arm: 'canary', by: 'allow' })
    t.match(assign({ ...cohort, weightBp: 0, lists: named }, call), {
      arm: 'canary',
      by: 'cohort',
      cohort: 'suzhou',
    })
    t.match(assign({ ...cohort, weightBp: 0, lists: named }, { ...call, tenant: 'globex' }), {
      arm: 'stable',
      by: 'none',
    })
  },
)

t.test('a name of one tenant is none of another, however they are cut', async (t) => {
  const lists = { ...none, allow: new Set(['app:acme/erp']) }
  const other = { ...call, tenant: 'acme2', app: 'erp' }
  t.equal(assign({ ...cohort, weightBp: 0, lists }, other).arm, 'stable')
})

t.test('unit and entity are taken from where the plan says they stand in the input', async (t) => {
  const keys = { entity: '/order/id', unit: '/site' }
  const byEntity: Cohort = { ...cohort, cohortBy: 'entity', keys }
  const input = { order: { id: 'O-1' }, site: 'suzhou' }
  t.equal(assign(byEntity, { ...call, input }).key, 'acme/O-1')
  t.match(assign(byEntity, call), { arm: 'stable', by: 'keyless', key: undefined })
  const lists = { ...none, named: new Map([['unit:acme/suzhou', 'first']]) }
  t.match(assign({ ...cohort, weightBp: 0, keys, lists }, { ...call, input }), {
    arm: 'canary',
    by: 'cohort',
  })
})

t.test('at 100 % a call without the key is the canary’s too', async (t) => {
  const byUnit: Cohort = { ...cohort, cohortBy: 'unit', weightBp: 10_000 }
  t.match(assign(byUnit, call), { arm: 'canary', by: 'all' })
})

t.test('only own properties are keys, and only texts and whole numbers', async (t) => {
  const of = (input: unknown, at = '/a') => inputKey(input, at)
  t.equal(of({ a: 'x' }), 'x')
  t.equal(of({ a: 7 }), '7')
  t.equal(of({ 'a/b~': 'x' }, '/a~1b~0'), 'x')
  t.equal(of(['x'], '/0'), 'x')
  for (const input of [{}, { a: '' }, { a: null }, { a: {} }, { a: 1.5 }, { a: true }, null, 'a']) {
    t.equal(of(input), undefined, JSON.stringify(input))
  }
  t.equal(of({}, '/constructor/name'), undefined)
  t.equal(of({ a: 'x'.repeat(201) }), undefined)
})

t.test('whatever the input is, looking for a key never throws', async () => {
  const pointers = fc.constantFrom('/a', '/a/b', '/0', '/__proto__/a', '/length')
  fc.assert(
    fc.property(fc.jsonValue(), pointers, (input, at) => {
      const key = inputKey(input, at)
      return key === undefined || typeof key === 'string'
    }),
  )
})

t.test('a growing weight never takes the canary from anybody, listed or not', async () => {
  const weights = fc.tuple(fc.nat(10_000), fc.nat(10_000))
  fc.assert(
    fc.property(weights, fc.string(), fc.boolean(), ([one, other], requestId, isListed) => {
      const lists = isListed ? { ...none, allow: new Set(['tenant:acme']) } : undefined
      const at = (weightBp: number) =>
        assign({ ...cohort, weightBp, lists }, { ...call, requestId })
      const [low, high] = [at(Math.min(one, other)), at(Math.max(one, other))]
      return low.arm === 'stable' || high.arm === 'canary'
    }),
  )
})

t.test('members that bring their own payloads make the draw no fair comparison', async (t) => {
  const lists = { deny: ['tenant:globex'], allow: [], cohorts: { suzhou: ['tenant:acme'] } }
  const planned = { salt: 's', cohortBy: 'request', keys: {}, lists } as const
  const steps = [
    { weightBp: 100, hold: {} },
    { weightBp: 500, cohort: 'suzhou', hold: {} },
  ]
  const of = (plan: object, stand: object = {}) =>
    judgedBy(cohortOf({ ...planned, state: 'running', step: 0, steps, ...plan, ...stand }))
  t.equal(of({ steps: steps.slice(0, 1) }), 'request', 'who is denied is not among those judged')
  t.equal(of({ steps: steps.slice(0, 1), lists: { ...lists, allow: ['tenant:acme'] } }), 'tenant')
  for (const stand of [{}, { step: 1 }, { state: 'completed', step: 1 }, { state: 'ready' }]) {
    t.equal(of({}, stand), 'tenant', 'from the whole plan: before that step, in it, and at the end')
  }
})

t.test('what is no member and no pointer is refused at its place', async (t) => {
  const members = ['tenant:acme', 'app:acme/erp', 'unit:acme/苏州', 'app:acme', 'acme', 7]
  t.same(
    memberFaults(members, '/allow').map(({ pointer }) => pointer),
    ['/allow/3', '/allow/4', '/allow/5'],
  )
  t.same(
    keyFaults({ unit: 'site', entity: '/a/~2', other: '/x' }, '/keys').map(
      ({ pointer }) => pointer,
    ),
    ['/keys/other', '/keys/unit', '/keys/entity'],
  )
  t.same(keyFaults({ unit: '/a/b~1c' }, '/keys'), [])
})
