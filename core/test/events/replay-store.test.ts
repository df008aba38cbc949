import t from 'tap'
import { appendEvents } from '../../src/events/event-log-store.ts'
import { replay } from '../../src/events/replay-store.ts'
import { eventOf, subscribe } from '../support/event-store.ts'
import { openRollouts } from '../support/rollouts.ts'

const { knex } = await openRollouts(t, ['reader'])
const wish = {
  ...{ tenant: 'acme', plugin: 'reader', since: new Date(0), types: undefined },
  ...{ after: '0', limit: 10 },
}
const ask = (more: Partial<typeof wish> = {}) =>
  knex.transaction((trx) => replay(trx, { ...wish, ...more }))
const append = (ids: readonly string[]) =>
  knex.transaction((trx) =>
    appendEvents(
      trx,
      ids.map((id) => eventOf(id)),
    ),
  )
const waiting = async () =>
  (await knex('event_deliveries as d')
    .join('events as e', 'e.sequence', 'd.event')
    .where({ 'd.state': 'waiting', plugin: 'reader' })
    .orderBy('d.id')
    .pluck('e.id')) as string[]

t.test(
  'what was published before a plugin subscribed is told to it, once and in order',
  async (t) => {
    await append(['a', 'b', 'c'])
    t.same(await waiting(), [], 'nobody listened')
    t.equal((await ask()).queued, 0, 'and who did not subscribe is told nothing')
    await subscribe(knex, 'acme', 'reader')
    await append(['d'])
    t.equal((await ask()).queued, 3, 'but what waits already')
    t.same(await waiting(), ['d', 'a', 'b', 'c'])
    t.equal((await ask()).queued, 0)
  },
)

t.test('a long log is told in pieces, each from where the last ended', async (t) => {
  await knex('event_deliveries').delete()
  const first = await ask({ limit: 3 })
  t.equal(first.queued, 3)
  const second = await ask({ limit: 3, after: first.last ?? '0' })
  t.equal(second.queued, 1)
  t.same(await waiting(), ['a', 'b', 'c', 'd'])
})

t.test('only from an instant on, of the types that are named, and of the own tenant', async (t) => {
  await knex('event_deliveries').delete()
  t.equal((await ask({ since: new Date('2100-01-01') })).queued, 0)
  t.equal((await ask({ types: ['orders.paid'] as never })).queued, 0)
  t.equal((await ask({ tenant: 'globex' })).queued, 0)
  await knex('bindings').where({ plugin: 'reader' }).update({ binding: 'disabled' })
  t.equal((await ask()).queued, 0, 'a disabled plugin is told nothing')
})
