import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { endTries, type TakenDelivery, takeDeliveries } from '../../src/events/delivery-store.ts'
import type { DeliveryVerdict } from '../../src/events/delivery-verdict.ts'
import { appendEvents } from '../../src/events/event-log-store.ts'
import { redeliverEnded } from '../../src/events/redelivery-store.ts'
import type { RolloutState } from '../../src/rollout/rollout-states.ts'
import { eventOf, subscribe } from '../support/event-store.ts'
import { full, openRollouts, operator } from '../support/rollouts.ts'

const { knex, rollouts } = await openRollouts(t, ['reader'])
await subscribe(knex, 'acme', 'reader')
const { id } = await rollouts.create(operator, {
  plugin: 'reader',
  version: '1.1.0',
  steps: [full],
})
const become = (state: RolloutState) => knex('rollouts').where({ id }).update({ state })

t.beforeEach(async () => {
  await become('running')
  await knex('event_deliveries').delete()
  await knex('events').delete()
})

const hour = 3_600_000
const waits: DeliveryVerdict = {
  state: 'waiting',
  isCounted: true,
  delayMs: hour,
  code: 'SBX_PLUGIN_THREW',
  detail: null,
}
const died: DeliveryVerdict = { ...waits, state: 'dead', delayMs: 0, code: 'NOT_WANTED' }
const limits = { leaseMs: 60_000, perInbox: 100, total: 100 }
const take = () => takeDeliveries(knex, [], limits)
const idsOf = (taken: readonly TakenDelivery[]) => taken.map(({ event }) => JSON.parse(event).id)

/** One event for each verdict, tried once. */
async function tried(verdicts: readonly DeliveryVerdict[]): Promise<void> {
  const names = verdicts.map((_, index) => `e${index}`)
  await appendEvents(
    knex,
    names.map((name) => eventOf(name)),
  )
  const taken = await take()
  await endTries(
    knex,
    taken.map((one, index) => ({
      id: one.id,
      fence: one.fence,
      verdict: verdicts[index] as DeliveryVerdict,
    })),
  )
}

t.test(
  'what a canary could not do is due at once when it is taken back, with all tries',
  async (t) => {
    for (const state of ['aborted', 'superseded', 'rolled_back'] as const) {
      await become('running')
      await tried([{ ...waits, triedIn: id }])
      t.equal(await redeliverEnded(knex), 0, 'not while it runs')
      await become(state)
      t.equal(await redeliverEnded(knex), 1, state)
      const again = await take()
      t.match(again, [{ tries: 0 }])
      t.equal(await redeliverEnded(knex), 0, 'what is being tried is left alone')
      await knex('event_deliveries').delete()
      await knex('events').delete()
    }
  },
)

t.test('what died of it comes again as a new delivery, and once', async (t) => {
  await tried([{ ...died, triedIn: id }, died])
  await become('aborted')
  t.equal(await redeliverEnded(knex), 1)
  t.equal(await redeliverEnded(knex), 0)
  t.same(idsOf(await take()), ['e0'])
  const states = await knex('event_deliveries').orderBy('id').pluck('state')
  t.same(states, ['redelivered', 'dead', 'waiting'])
})

t.test("what stable tried last, and what was done, is not the canary's", async (t) => {
  await tried([waits, died, { ...waits, state: 'done', triedIn: id }])
  await become('aborted')
  t.equal(await redeliverEnded(knex), 0)
  t.same(await take(), [])
})

t.test('a rollout that was completed keeps what its canary could not do', async (t) => {
  await tried([
    { ...waits, triedIn: id },
    { ...died, triedIn: id },
  ])
  await become('completed')
  t.equal(await redeliverEnded(knex), 0)
})

t.test('whichever nodes look at once, each event comes again once', async () => {
  const verdict = fc.constantFrom<DeliveryVerdict>(
    { ...waits, triedIn: id },
    { ...died, triedIn: id },
    waits,
    died,
  )
  await fc.assert(
    fc.asyncProperty(fc.array(verdict, { minLength: 1, maxLength: 12 }), async (verdicts) => {
      await become('running')
      await knex('event_deliveries').delete()
      await knex('events').delete()
      await tried(verdicts)
      await become('aborted')
      const found = await Promise.all([1, 2, 3].map(() => redeliverEnded(knex)))
      const expected = verdicts.flatMap(({ triedIn }, at) => (triedIn === id ? [`e${at}`] : []))
      const again = idsOf(await take())
      const sum = found.reduce((one, other) => one + other, 0)
      return sum === expected.length && again.toSorted().join() === expected.toSorted().join()
    }),
    { numRuns: 20 },
  )
})
