import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import {
  nextPlanState,
  type PlanState,
  planCommands,
  planStates,
} from '../../src/catalog/plan-states.ts'
import type { Plan } from '../../src/catalog/plan-store.ts'
import type { SubscriptionRow } from '../../src/catalog/subscription.ts'
import {
  decideSubscription,
  type SubscriptionAsk,
  type SubscriptionFacts,
} from '../../src/catalog/subscription-rules.ts'
import {
  endStates,
  type SubscriptionSide,
  type SubscriptionState,
  subscriptionCommands,
  subscriptionMove,
  subscriptionStates,
} from '../../src/catalog/subscription-states.ts'

const states = Object.keys(subscriptionStates) as SubscriptionState[]
const NOW = Date.parse('2026-06-01T00:00:00Z')

const row: SubscriptionRow = {
  id: 'sub_0',
  tenant: 'acme',
  app: 'planner',
  service: 's',
  major: 1,
  plan: 'standard',
  planVersion: 1,
  wantedPlan: null,
  scopes: null,
  state: 'active',
  revision: 1,
  expiresAt: null,
  noticedDays: null,
  purpose: null,
  reason: null,
  decidedBy: null,
  suspendedBy: null,
  suspendedAs: null,
}
const gold: Plan = { name: 'gold', version: 3, status: 'published', ratePerS: 1, burst: 1 }
const facts: SubscriptionFacts = { now: NOW, isDecided: false, plan: undefined }
const subscriber: readonly SubscriptionSide[] = ['subscriber']
const owner: readonly SubscriptionSide[] = ['owner']

const ask = (
  command: SubscriptionAsk['command'],
  sides: readonly SubscriptionSide[],
  more: Partial<SubscriptionAsk> = {},
): SubscriptionAsk => ({ command, sides, actor: 'someone', ...more })

t.test('every move leads to a state of the table', async (t) => {
  for (const state of states) {
    for (const command of subscriptionCommands) {
      const to = subscriptionMove(state, command)?.to
      t.ok(to === undefined || states.includes(to), `${state} ${command}`)
    }
  }
})

t.test('nothing leads out of an end, and everything else can be cancelled', async (t) => {
  t.strictSame(endStates, ['rejected', 'cancelled'])
  for (const state of states) {
    t.equal(
      subscriptionMove(state, 'cancel')?.to,
      endStates.includes(state) ? undefined : 'cancelled',
    )
  }
})

t.test('a plan leads from staging to closed, and nothing leads out of that', async (t) => {
  const found = Object.keys(planStates) as PlanState[]
  for (const state of found) {
    for (const command of planCommands) {
      const next = nextPlanState(state, command)
      t.ok(next === undefined || found.includes(next), `${state} ${command}`)
    }
    t.equal(nextPlanState(state, 'close'), state === 'closed' ? undefined : 'closed')
  }
  t.equal(nextPlanState('deprecated', 'publish'), 'published')
})

const anything = fc.record({
  state: fc.constantFrom(...states),
  wantedPlan: fc.constantFrom(null, 'gold'),
  expiresAt: fc.constantFrom(null, '2026-05-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'),
  suspendedAs: fc.constantFrom(null, 'owner', 'subscriber'),
})
const anyAsk = fc.record({
  command: fc.constantFrom(...subscriptionCommands),
  sides: fc.subarray<SubscriptionSide>(['subscriber', 'owner', 'host']),
  actor: fc.constant('someone'),
  reason: fc.constantFrom(undefined, 'because'),
  expiresAt: fc.constantFrom(undefined, null, NOW - 1, NOW + 86_400_000),
})
const anyFacts = fc.record({
  now: fc.constant(NOW),
  isDecided: fc.boolean(),
  plan: fc.constantFrom(
    undefined,
    gold,
    { ...gold, approval: 'manual' as const },
    { ...gold, status: 'closed' as const },
  ),
})

t.test('whatever is asked of whatever subscription, the table holds', async () => {
  fc.assert(
    fc.property(anything, anyAsk, anyFacts, (is, asked, known) => {
      const before = { ...row, ...is } as SubscriptionRow
      const change = decideSubscription(
        before,
        asked as SubscriptionAsk,
        known as SubscriptionFacts,
      )
      if (typeof change === 'string') return true
      const move = subscriptionMove(before.state, asked.command)
      // Only by the table, only by whose word it is, and never out of an end.
      return (
        move !== undefined &&
        change.state === move.to &&
        move.by.some((side) => asked.sides.includes(side)) &&
        !endStates.includes(before.state)
      )
    }),
  )
})

t.test(
  'nobody but the owner makes anything serve that the owner decides on or stopped',
  async () => {
    fc.assert(
      fc.property(anything, anyAsk, anyFacts, (is, asked, known) => {
        const before = { ...row, ...is } as SubscriptionRow
        if (asked.sides.includes('owner')) return true
        const change = decideSubscription(
          before,
          asked as SubscriptionAsk,
          known as SubscriptionFacts,
        )
        if (typeof change === 'string') return true
        const isServing = change.state === 'active' && before.state !== 'active'
        const isStopped = before.suspendedAs === 'owner' && isServing
        const isUndecided = before.state === 'requested' && isServing
        const hasTaken = change.plan !== undefined && known.plan?.approval === 'manual'
        const hasRenewed = asked.command === 'renew' && known.isDecided
        return !isStopped && !isUndecided && !hasTaken && !hasRenewed
      }),
    )
  },
)

t.test('an end is never set into the past, and a new end is told of anew', async () => {
  fc.assert(
    fc.property(anything, anyAsk, anyFacts, (is, asked, known) => {
      const before = { ...row, ...is } as SubscriptionRow
      const change = decideSubscription(
        before,
        asked as SubscriptionAsk,
        known as SubscriptionFacts,
      )
      if (typeof change === 'string' || typeof change.expiresAt !== 'string') return true
      return Date.parse(change.expiresAt) > NOW && change.noticedDays !== undefined
    }),
  )
})

t.test(
  'another plan is taken at once, or waits for the owner while the present one serves',
  async (t) => {
    t.match(decideSubscription(row, ask('change-plan', subscriber), { ...facts, plan: gold }), {
      state: 'active',
      plan: 'gold',
      planVersion: 3,
    })
    const manual = { ...facts, plan: { ...gold, approval: 'manual' as const } }
    const waiting = decideSubscription(row, ask('change-plan', subscriber), manual)
    t.match(waiting, { state: 'active', wantedPlan: 'gold' })
    t.notOk(typeof waiting !== 'string' && 'plan' in waiting, 'the present plan stays')
    const wanted = { ...row, wantedPlan: 'gold' }
    t.match(decideSubscription(wanted, ask('approve', owner), manual), {
      plan: 'gold',
      wantedPlan: null,
      decidedBy: 'someone',
    })
    t.equal(decideSubscription(wanted, ask('approve', subscriber), manual), 'NOT_YOURS')
    t.match(decideSubscription(wanted, ask('reject', owner, { reason: 'no' }), manual), {
      state: 'active',
      wantedPlan: null,
    })
    t.equal(decideSubscription(wanted, ask('reject', owner), manual), 'REASON_MISSING')
  },
)
