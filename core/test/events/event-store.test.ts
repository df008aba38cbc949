import t from 'tap'
import { fc } from '../../../sdk/test/seeded-check.ts'
import { findDeadLetter, listDeadLetters, redeliver } from '../../src/events/dead-letter-store.ts'
import {
  deleteDeliveriesBefore,
  endTries,
  parkBlocked,
  renewLeases,
  type TakenDelivery,
  takeDeliveries,
  withdrawDeliveries,
} from '../../src/events/delivery-store.ts'
import type { DeliveryVerdict } from '../../src/events/delivery-verdict.ts'
import { appendEvents, deleteEventsBefore } from '../../src/events/event-log-store.ts'
import { listKeptInboxes, releaseKept } from '../../src/events/kept-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { eventOf, subscribe } from '../support/event-store.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await subscribe(knex, 'acme', 'reader')
await subscribe(knex, 'acme', 'second', ['orders.created', 'orders.deleted'])
await subscribe(knex, 'globex', 'reader')

t.beforeEach(async () => {
  await knex('event_deliveries').delete()
  await knex('events').delete()
})

const limits = { leaseMs: 60_000, perInbox: 100, total: 100 }
const take = (more: Partial<typeof limits> = {}) => takeDeliveries(knex, [], { ...limits, ...more })
const idsOf = (taken: readonly TakenDelivery[], plugin = 'reader') =>
  taken.filter((one) => one.plugin === plugin).map(({ event }) => JSON.parse(event).id)

const done: DeliveryVerdict = {
  state: 'done',
  isCounted: true,
  delayMs: 0,
  code: null,
  detail: null,
}
const again: DeliveryVerdict = { ...done, state: 'waiting', code: 'SBX_PLUGIN_THREW' }
const dead: DeliveryVerdict = {
  ...done,
  state: 'dead',
  code: 'NOT_WANTED',
  detail: 'Send another.',
}
const end = (taken: readonly TakenDelivery[], verdict: DeliveryVerdict) =>
  endTries(
    knex,
    taken.map(({ id, fence }) => ({ id, fence, verdict })),
  )
/** As if the leases were over and every wait too. */
const makeDue = () => knex('event_deliveries').update({ due_at: new Date(0) })

t.test(
  'an event waits once for each plugin that is enabled and was granted its type',
  async (t) => {
    const logged = await appendEvents(knex, [
      ...[eventOf('1'), eventOf('2', { type: 'orders.deleted' })],
      eventOf('3', { type: 'orders.unheard' }),
    ])
    t.same(
      logged.map(({ isHeard }) => isHeard),
      [true, true, false],
    )
    const rows = await knex('event_deliveries').orderBy('id').select('plugin', 'tenant', 'type')
    t.same(rows, [
      { plugin: 'reader', tenant: 'acme', type: 'orders.created' },
      { plugin: 'second', tenant: 'acme', type: 'orders.created' },
      { plugin: 'second', tenant: 'acme', type: 'orders.deleted' },
    ])
  },
)

t.test(
  'while a plugin is disabled or its grant taken back, nothing is queued for it',
  async (t) => {
    const bound = knex('bindings').where({ tenant: 'acme', plugin: 'reader' })
    const granted = knex('grants').where({ tenant: 'acme', plugin: 'second' })
    await bound.clone().update({ binding: 'disabled' })
    await granted.clone().update({ revoked_at: new Date() })
    await appendEvents(knex, [eventOf('1')])
    t.equal((await take()).length, 0)
    await bound.update({ binding: 'pinned' })
    await granted.update({ revoked_at: null })
    await appendEvents(knex, [eventOf('2')])
    t.same(idsOf(await take()), ['2'], 'from then on, and not what came before')
  },
)

t.test('the same (tenant, source, id) is one event, however often it is said', async (t) => {
  const first = await appendEvents(knex, [eventOf('1', { data: 'first' }), eventOf('1')])
  t.equal(first.length, 1)
  const other = await appendEvents(knex, [
    eventOf('1', { data: 'other' }),
    eventOf('1', { tenant: 'globex' }),
  ])
  t.same(other, [{ tenant: 'globex', source: '/plugins/@acme/orders', id: '1', isHeard: true }])
  const [taken] = (await take()).filter(({ tenant }) => tenant === 'acme')
  t.equal(JSON.parse(taken?.event ?? '').data, 'first')
})

t.test('any text that JSON can hold survives the log', async (t) => {
  const data = { text: '\u0000 \ud800 "\\', nested: [[null]] }
  await appendEvents(knex, [eventOf('1', { data })])
  t.same(JSON.parse((await take())[0]?.event ?? '').data, data)
})

t.test('numbers are drawn in the order of the writing, also by many at once', async (t) => {
  const writers = Array.from({ length: 8 }, (_, writer) =>
    appendEvents(
      knex,
      Array.from({ length: 50 }, (_, n) => eventOf(`${writer}-${n}`, { key: 'k' })),
    ),
  )
  await Promise.all(writers)
  const rows: { id: string }[] = await knex('events').orderBy('sequence').select('id')
  for (let writer = 0; writer < 8; writer++) {
    const own = rows.map(({ id }) => id).filter((id) => id.startsWith(`${writer}-`))
    t.same(
      own,
      Array.from({ length: 50 }, (_, n) => `${writer}-${n}`),
    )
  }
})

t.test('of a key only the first that is not over is handed out, of no key all', async (t) => {
  await appendEvents(knex, [
    eventOf('a1', { key: 'a' }),
    eventOf('a2', { key: 'a' }),
    eventOf('b1', { key: 'b' }),
    eventOf('x'),
    eventOf('y'),
  ])
  const first = await take()
  t.same(idsOf(first), ['a1', 'b1', 'x', 'y'])
  t.same(idsOf(await take()), [], 'what is taken is not taken twice')
  await end(first, done)
  t.same(idsOf(await take()), ['a2'])
})

t.test('a failed event holds back its own key only, for its own plugin', async (t) => {
  await appendEvents(knex, [
    eventOf('a1', { key: 'a' }),
    eventOf('b1', { key: 'b' }),
    eventOf('a2', { key: 'a' }),
    eventOf('b2', { key: 'b' }),
  ])
  const taken = await take()
  const poison = taken.filter(({ plugin, event }) => plugin === 'reader' && /"a1"/.test(event))
  await end(poison, { ...again, delayMs: 60_000 })
  await end(
    taken.filter((one) => !poison.includes(one)),
    done,
  )
  const next = await take()
  t.same(idsOf(next), ['b2'])
  t.same(idsOf(next, 'second'), ['a2', 'b2'])
})

t.test('a dead letter lets the next of its key pass', async (t) => {
  await appendEvents(knex, [eventOf('a1', { key: 'a' }), eventOf('a2', { key: 'a' })])
  await end(await take(), dead)
  t.same(idsOf(await take()), ['a2'])
})

t.test('a lost lease is another node’s, and the old holder changes nothing', async (t) => {
  await appendEvents(knex, [eventOf('a1', { key: 'a' }), eventOf('a2', { key: 'a' })])
  const zombie = await take()
  await makeDue()
  const heir = await take()
  t.same(idsOf(heir), ['a1'])
  t.equal(heir[0]?.tries, 0, 'who was killed did not use up a try')
  await end(zombie, dead)
  await renewLeases(knex, zombie, 1_000_000)
  t.same(
    await listDeadLetters(knex, 'acme', { plugin: undefined, before: undefined, limit: 9 }),
    [],
  )
  await end(heir, done)
  t.same(idsOf(await take()), ['a2'])
})

t.test('a renewed lease holds', async (t) => {
  await appendEvents(knex, [eventOf('1')])
  const taken = await take({ leaseMs: 0 })
  await renewLeases(knex, taken, 60_000)
  t.same(await take(), [])
})

t.test('one inbox takes no more than its share, and leaves the rest to others', async (t) => {
  const many = Array.from({ length: 10 }, (_, n) => eventOf(`${n}`))
  await appendEvents(knex, [...many, eventOf('g', { tenant: 'globex' })])
  const taken = await take({ perInbox: 3 })
  t.same(taken.filter(({ tenant, plugin }) => tenant === 'acme' && plugin === 'reader').length, 3)
  t.same(taken.filter(({ tenant }) => tenant === 'globex').length, 1)
  const loads = [{ tenant: 'acme', plugin: 'reader', running: 2 }]
  const more = await takeDeliveries(knex, loads, { ...limits, perInbox: 3 })
  t.same(idsOf(more).length, 1, 'what this node runs counts')
})

t.test('two nodes that take at once take different deliveries', async (t) => {
  await appendEvents(
    knex,
    Array.from({ length: 60 }, (_, n) => eventOf(`${n}`)),
  )
  const taken = (await Promise.all([take(), take(), take()])).flat()
  t.equal(new Set(taken.map(({ id }) => id)).size, taken.length)
})

t.test('what many wait behind one is put away, and comes back one by one', async (t) => {
  await appendEvents(
    knex,
    Array.from({ length: 300 }, (_, n) => eventOf(`${n}`, { key: 'hot' })),
  )
  const heads = await take()
  t.equal(await parkBlocked(knex), 598, 'of both plugins, all but the first')
  t.equal(await parkBlocked(knex), 0)
  await end(heads, done)
  t.same(idsOf(await take()), ['1'])
})

t.test('what waits for a plugin that was disabled meanwhile becomes a dead letter', async (t) => {
  await appendEvents(knex, [eventOf('1')])
  const bound = knex('bindings').where({ tenant: 'acme', plugin: 'reader' })
  await bound.clone().update({ binding: 'disabled' })
  t.equal(await withdrawDeliveries(knex), 1)
  await bound.update({ binding: 'enabled' })
  t.same(idsOf(await take()), [])
  const letters = await listDeadLetters(knex, 'acme', {
    plugin: 'reader',
    before: undefined,
    limit: 9,
  })
  t.match(letters, [{ event: '1', code: 'CORE_EVENT_SUBSCRIPTION_ENDED' }])
})

t.test('a dead letter is delivered again once, behind what waits by now', async (t) => {
  await appendEvents(knex, [eventOf('a1', { key: 'a' }), eventOf('a2', { key: 'a' })])
  await end(await take(), dead)
  const filter = { plugin: 'reader', before: undefined, limit: 9 }
  const [letter] = await listDeadLetters(knex, 'acme', filter)
  const id = letter?.id ?? ''
  t.match(letter, { event: 'a1', code: 'NOT_WANTED', detail: 'Send another.', tries: 1 })
  t.match(await findDeadLetter(knex, 'acme', id), { cloudEvent: { id: 'a1' } })
  const ask = (tenant: string) => knex.transaction((trx) => redeliver(trx, tenant, id))
  t.equal(await ask('globex'), undefined, 'another tenant has no such letter')
  t.equal(await findDeadLetter(knex, 'globex', id), undefined)
  t.match(await ask('acme'), { plugin: 'reader', type: 'orders.created' })
  t.equal(await ask('acme'), undefined)
  const second = await take()
  t.same(idsOf(second), ['a2'])
  await end(second, done)
  t.same(idsOf(await take()), ['a1'])
})

t.test('what is over is deleted with its time, and an event that is needed stays', async (t) => {
  await appendEvents(knex, [eventOf('1'), eventOf('2')])
  const taken = await take()
  const soon = new Date(Date.now() + 60_000)
  await end(taken.slice(0, 2), done)
  t.equal(await deleteEventsBefore(knex, soon, 10), 0, 'deliveries need them')
  t.equal(await deleteDeliveriesBefore(knex, ['done'], soon, 1), 1)
  t.equal(await deleteDeliveriesBefore(knex, ['done', 'waiting'], soon, 10), 1, 'never what waits')
  t.equal(await deleteEventsBefore(knex, soon, 10), 0, 'webhooks have not looked at it yet')
  await knex('webhook_fan_out').update({ sequence: '9000000000000000000' })
  t.equal(await deleteEventsBefore(knex, soon, 10), 1)
  t.same((await knex('events').select('id')).length, 1)
})

/** One inbox, with the little that its node knows of it. */
class Inbox {
  #published = 0
  #held: TakenDelivery[] = []
  readonly #finished: string[] = []

  async publish(n: number): Promise<void> {
    await appendEvents(knex, [eventOf(`${n % 3}-${this.#published++}`, { key: `${n % 3}` })])
  }

  async take(n: number): Promise<void> {
    const taken = await take({ total: (n % 4) + 1 })
    await end(
      taken.filter(({ plugin }) => plugin !== 'reader'),
      done,
    )
    this.#held.push(...taken.filter(({ plugin }) => plugin === 'reader'))
    const keys = this.#held.map(({ event }) => JSON.parse(event).partitionkey)
    if (new Set(keys).size !== keys.length) throw new Error('two of a key are under way')
  }

  async done(n: number): Promise<void> {
    const ended = this.#held.splice(n % Math.max(1, this.#held.length), 1)
    await end(ended, done)
    this.#finished.push(...idsOf(ended))
  }

  async fail(n: number): Promise<void> {
    await end(this.#held.splice(n % Math.max(1, this.#held.length), 1), again)
  }

  async kill(): Promise<void> {
    await makeDue()
    this.#held = []
  }

  async park(): Promise<void> {
    await parkBlocked(knex, 1)
  }

  /** @throws where an event was lost, doubled or overtaken within its key */
  async check(): Promise<void> {
    await this.kill()
    for (let taken = await take(); taken.length > 0; taken = await take()) {
      await end(taken, done)
      this.#finished.push(...idsOf(taken))
    }
    const numbersOf = (key: string) =>
      this.#finished.filter((id) => id.startsWith(key)).map((id) => Number(id.slice(2)))
    for (const numbers of ['0-', '1-', '2-'].map(numbersOf)) {
      const isOrdered = numbers.every((n, at) => at === 0 || n > (numbers[at - 1] as number))
      if (!isOrdered) throw new Error(`a key was done as ${numbers.join()}`)
    }
    if (this.#finished.length !== this.#published) throw new Error('not every event was done')
  }
}

const whatever = fc.constantFrom(
  ...([
    'publish',
    'publish',
    'publish',
    'take',
    'take',
    'done',
    'done',
    'fail',
    'kill',
    'park',
  ] as const),
)

t.test(
  'whatever fails or is killed, events of a key are done in the order of their publishing',
  async (t) => {
    const trial = async (steps: readonly (readonly [keyof Inbox, number])[]) => {
      await knex('event_deliveries').delete()
      await knex('events').delete()
      const inbox = new Inbox()
      for (const [step, n] of steps) await inbox[step](n)
      await inbox.check()
    }
    const steps = fc.array(fc.tuple(whatever, fc.nat(11)), { maxLength: 30 })
    await fc.assert(fc.asyncProperty(steps, trial), { numRuns: 40, seed: 17 })
    t.pass()
  },
)

t.test(
  'what is kept holds up nothing of its key, and waits again when the tenant is served otherwise',
  async (t) => {
    await appendEvents(knex, [
      eventOf('new-type', { tenant: 'globex', key: 'k' }),
      eventOf('old-type', { tenant: 'globex', key: 'k' }),
    ])
    const inbox = { tenant: 'globex', plugin: 'reader' }
    const first = await take()
    t.same(idsOf(first), ['new-type'])
    await end(first, { ...done, state: 'kept', isCounted: false, detail: 'served so' })
    const second = await take()
    t.same(idsOf(second), ['old-type'], 'the next of its key goes on')
    await end(second, done)
    t.same(await listKeptInboxes(knex), [inbox])
    t.equal(await releaseKept(knex, inbox, 'served so'), 0)
    await makeDue()
    t.same(await take(), [], 'until then it is nobody’s')
    t.equal(await releaseKept(knex, inbox, 'served otherwise'), 1)
    const third = await take()
    t.same(idsOf(third), ['new-type'])
    t.equal(third[0]?.tries, 0)
    t.same(await listKeptInboxes(knex), [])
  },
)
