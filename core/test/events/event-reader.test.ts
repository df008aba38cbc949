import t from 'tap'
import { typesOfApp } from '../../src/events/entitled-types.ts'
import { appendEvents } from '../../src/events/event-log-store.ts'
import { EventNews } from '../../src/events/event-news.ts'
import { endOfLog, readEvents } from '../../src/events/event-reader.ts'
import { eventStream } from '../../src/events/event-stream.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { eventOf } from '../support/event-store.ts'
import { testDatabases } from '../support/postgres.ts'
import { offering } from '../support/webhooks-out.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
t.beforeEach(async () => {
  await knex('events').delete()
})

const wanted = { tenant: 'acme', types: ['orders.created'] }
const idsOf = (events: readonly { readonly event: string }[]) =>
  events.map(({ event }) => JSON.parse(event).id)

t.test('the log is read on in its order, by tenant, type and key', async (t) => {
  const start = await endOfLog(knex)
  await appendEvents(knex, [
    eventOf('1', { key: 'a' }),
    eventOf('x', { type: 'orders.deleted' }),
    eventOf('y', { tenant: 'globex' }),
    eventOf('2', { key: 'b' }),
    eventOf('3'),
  ])
  const first = await readEvents(knex, wanted, { after: start, limit: 2 })
  t.same(idsOf(first.events), ['1', '2'])
  const rest = await readEvents(knex, wanted, { after: first.reached, limit: 2 })
  t.same(idsOf(rest.events), ['3'])
  t.equal(rest.reached, await endOfLog(knex))
  t.same(await readEvents(knex, wanted, { after: rest.reached, limit: 2 }), {
    events: [],
    reached: rest.reached,
  })
  const ofKey = await readEvents(knex, { ...wanted, key: 'b' }, { after: start, limit: 9 })
  t.same(idsOf(ofKey.events), ['2'])
  const none = await readEvents(knex, { ...wanted, types: [] }, { after: start, limit: 9 })
  t.same(none, { events: [], reached: none.reached })
})

t.test(
  'what is rare among others is found by reading on behind what was looked over',
  async (t) => {
    const many = Array.from({ length: 2100 }, (_, n) =>
      eventOf(`n${n}`, { type: 'orders.deleted' }),
    )
    await appendEvents(knex, [...many, eventOf('rare')])
    const first = await readEvents(knex, wanted, { after: '0', limit: 9 })
    t.same(first.events, [])
    const second = await readEvents(knex, wanted, { after: first.reached, limit: 9 })
    t.same(idsOf(second.events), ['rare'])
  },
)

t.test('a stream tells each once, waits for more, and ends with the right to hear', async (t) => {
  await appendEvents(knex, [eventOf('1')])
  const news = new EventNews()
  let mayHear = true
  const closing = new AbortController()
  const stream = eventStream(
    {
      knex,
      wanted: () => (mayHear ? wanted : undefined),
      news: (ms, signal) => news.wait(ms, signal),
      follow: true,
      signal: closing.signal,
    },
    '0',
  )
  t.match((await stream.next()).value, /^retry: 1000\nid: 0\n\n$/)
  t.match((await stream.next()).value, /^id: \d+\ndata: \{.*"id":"1"/)
  const next = stream.next()
  await appendEvents(knex, [eventOf('2')])
  news.tell()
  t.match((await next).value, /"id":"2"/)
  mayHear = false
  const end = stream.next()
  const telling = setInterval(() => news.tell(), 20)
  t.match((await end).value, /^event: end/)
  clearInterval(telling)
  t.ok((await stream.next()).done)
  const once = eventStream(
    {
      ...{
        knex,
        wanted: () => wanted,
        news: (ms: number, signal: AbortSignal) => news.wait(ms, signal),
      },
      ...{ follow: false, signal: closing.signal },
    },
    '0',
  )
  const told: string[] = []
  for await (const text of once) told.push(text)
  t.equal(told.length, 3, 'and what is not followed ends by itself')
})

t.test('what is told of while a stream rests between two reads wakes it', async (t) => {
  const news = new EventNews()
  const closing = new AbortController()
  t.teardown(() => closing.abort())
  const HOUR_MS = 3_600_000
  const stream = eventStream(
    {
      ...{ knex, wanted: () => wanted, follow: true, signal: closing.signal },
      news: (_, signal) => news.wait(HOUR_MS, signal),
    },
    await endOfLog(knex),
  )
  await stream.next()
  for (const id of ['rest-1', 'rest-2', 'rest-3']) {
    const next = stream.next()
    await appendEvents(knex, [eventOf(id)])
    news.tell()
    t.match((await next).value, new RegExp(`"id":"${id}"`))
  }
})

t.test(
  'an app may hear what its active subscriptions offer, each by its own delivery',
  async (t) => {
    const snapshot = offering('acme', 'app')
    const types = (tenant: string, app: string, delivery: 'stream' | 'webhook') =>
      [...typesOfApp(snapshot, tenant, app, delivery)].sort()
    t.same(types('acme', 'app', 'webhook'), ['orders.created', 'orders.deleted'])
    t.same(types('acme', 'app', 'stream'), ['orders.created'])
    t.same(types('acme', 'other', 'webhook'), [])
    t.same(types('globex', 'app', 'webhook'), [])
    const disabled = { ...snapshot, bindings: new Map() }
    t.same([...typesOfApp(disabled, 'acme', 'app', 'webhook')], [], 'a plugin that is not enabled')
  },
)
