import t from 'tap'
import {
  nextSubscriptionState,
  type SubscriptionState,
  subscriptionCommands,
  subscriptionStates,
} from '../../src/catalog/subscription-states.ts'

const states = Object.keys(subscriptionStates) as SubscriptionState[]

t.test('every move leads to a state of the table', async (t) => {
  for (const state of states) {
    for (const command of subscriptionCommands) {
      const next = nextSubscriptionState(state, command)
      t.ok(next === undefined || states.includes(next), `${state} ${command}`)
    }
  }
})

t.test('nothing leads out of the end', async (t) => {
  for (const command of subscriptionCommands) {
    t.equal(nextSubscriptionState('cancelled', command), undefined)
    t.equal(nextSubscriptionState('rejected', command), undefined)
  }
})

t.test('only an active subscription is suspended, and it comes back by resume', async (t) => {
  const suspended = states.filter((state) => nextSubscriptionState(state, 'suspend') !== undefined)
  t.same(suspended, ['active'])
  t.equal(nextSubscriptionState('suspended', 'resume'), 'active')
})

t.test('every state that is not an end can be cancelled', async (t) => {
  for (const state of ['requested', 'active', 'suspended'] as const) {
    t.equal(nextSubscriptionState(state, 'cancel'), 'cancelled')
  }
})
