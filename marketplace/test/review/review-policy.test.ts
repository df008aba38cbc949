import t from 'tap'
import { noLimits } from '../../src/publishers/token-limits.ts'
import {
  defaultPolicy,
  type ReviewPolicy,
  refusalToDecide,
  reviewNeed,
  type Submission,
} from '../../src/review/review-policy.ts'

const submitted: Submission = {
  publisher: 'acme',
  roles: [],
  tier: 'sandbox',
  isFirst: false,
  isAsked: false,
  isCutShort: false,
}

const needed = (change: Partial<Submission>, policy: ReviewPolicy = defaultPolicy) =>
  reviewNeed(policy, { ...submitted, ...change })?.needed

t.test('a tier needs what the policy says of it', async (t) => {
  t.equal(needed({ tier: 'declarative' }), undefined)
  t.equal(needed({ tier: 'sandbox' }), 1)
  t.equal(needed({ tier: 'trusted' }), 2)
})

t.test(
  'the first version of a name is always reviewed, also of whom the operator trusts',
  async (t) => {
    t.equal(needed({ tier: 'declarative', isFirst: true }), 1)
    t.equal(needed({ isFirst: true, roles: ['trusted'] }), 1)
    t.equal(needed({ tier: 'trusted', isFirst: true }), 2)
  },
)

t.test('whom the operator trusts needs nobody for a sandbox, and two for a process', async (t) => {
  t.equal(needed({ roles: ['trusted'] }), undefined)
  t.equal(needed({ roles: ['trusted'], tier: 'trusted' }), 2)
  t.equal(needed({ roles: ['reviewer'] }), 1)
})

t.test('what was not tried to its end needs a person, whoever publishes it', async (t) => {
  const cut = { tier: 'declarative', isCutShort: true } as const
  t.equal(needed(cut), 1)
  t.equal(needed({ ...cut, roles: ['trusted'] }), 1)
  t.equal(needed({ tier: 'trusted', isCutShort: true }), 2)
  t.equal(needed(cut, { ...defaultPolicy, mode: 'off' }), undefined)
})

t.test('the operator passes, unless the policy says otherwise; off, everybody does', async (t) => {
  t.equal(needed({ publisher: 'operator', isFirst: true }), undefined)
  const strict = { ...defaultPolicy, operator: 'review' } as const
  t.equal(needed({ publisher: 'operator', tier: 'trusted' }, strict), 2)
  t.equal(needed({ isFirst: true }, { ...defaultPolicy, mode: 'off' }), undefined)
})

t.test(
  'no process goes live by one publish, unless the policy says so of the operator',
  async (t) => {
    const off = { ...defaultPolicy, mode: 'off' } as const
    const trusted = { ...defaultPolicy.tiers.trusted, operatorPasses: true }
    const said = { ...defaultPolicy, tiers: { ...defaultPolicy.tiers, trusted } } as const
    const bothOff = { ...said, mode: 'off' } as const
    const by = (publisher: string, policy: ReviewPolicy) =>
      needed({ publisher, tier: 'trusted', isFirst: true }, policy)
    for (const policy of [defaultPolicy, off]) t.equal(by('operator', policy), 2)
    for (const policy of [said, bothOff]) t.equal(by('operator', policy), undefined)
    t.equal(by('operator', { ...said, operator: 'review' }), 2, 'under the table, as everybody')
    for (const policy of [defaultPolicy, off, said, bothOff]) t.equal(by('acme', policy), 2)
  },
)

t.test('what was asked to be staged waits, and needs no more than it would have', async (t) => {
  t.equal(needed({ tier: 'declarative', isAsked: true }), 0)
  t.equal(needed({ isAsked: true }), 1)
  t.equal(needed({ publisher: 'operator', isAsked: true }), 0)
})

t.test(
  'who decides is neither who published nor whose the package is, and was appointed',
  async (t) => {
    const of = { scopeHolder: 'acme', packageOwner: 'acme', isMaintainer: false }
    const review = { publisher: 'acme', needed: 1 }
    const may = (kind: 'operator' | 'publisher', name: string, roles: readonly 'reviewer'[] = []) =>
      refusalToDecide({ kind, name, limits: noLimits }, review, of, roles) === undefined
    t.notOk(may('publisher', 'acme', ['reviewer']))
    t.notOk(may('publisher', 'carol'))
    t.ok(may('publisher', 'carol', ['reviewer']))
    t.ok(may('operator', 'operator'))
    const byOperator = { publisher: 'operator', needed: 1 }
    const holder = { kind: 'publisher', name: 'acme', limits: noLimits } as const
    const operator = { kind: 'operator', name: 'operator', limits: noLimits } as const
    const letIn = { ...of, isMaintainer: true }
    const carol = { ...holder, name: 'carol' }
    t.ok(refusalToDecide(carol, review, letIn, ['reviewer']), 'it is theirs as well')
    t.ok(refusalToDecide(operator, byOperator, of, []))
    t.ok(refusalToDecide(holder, byOperator, of, ['reviewer']), 'it is their own package')
    t.notOk(refusalToDecide(holder, { ...review, needed: 0 }, of, []), 'nobody else is needed')
  },
)
