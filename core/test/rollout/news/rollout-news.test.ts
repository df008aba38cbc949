import t from 'tap'
import { RolloutNews } from '../../../src/rollout/news/rollout-news.ts'
import type { RolloutCommand } from '../../../src/rollout/rollout-states.ts'
import { documentNode, grantDocuments, ownerOf } from '../../support/document-node.ts'
import { subscribe } from '../../support/event-store.ts'
import { because, full, openRollouts, operator, weight } from '../../support/rollouts.ts'

const { knex, clock, rollouts } = await openRollouts(t, ['one', 'two'])
const documents = await documentNode(knex, clock, 'node-1')
t.teardown(() => documents.controller.stop())
const all = 'signalbox.rollout.*'
await subscribe(knex, 'acme', 'board', [all])
await subscribe(knex, 'acme', 'alarm', ['signalbox.rollout.abort', all])
await subscribe(knex, 'globex', 'board', [all])
await subscribe(knex, 'initech', 'board', [all])
await subscribe(knex, 'acme', 'orders', ['orders.created'])
await grantDocuments(knex, 'acme', 'one', ['mail'])
await grantDocuments(knex, 'globex', 'one', ['mail'])
await knex('bindings').insert({ tenant: 'initech', plugin: 'one', binding: 'disabled' })

let told = 0
const node = () =>
  new RolloutNews({
    knex,
    onTold: () => {
      told++
    },
    log: { warn: (fields) => t.fail('warned', fields) },
  })

/** All that is left to tell. */
async function tellAll(news = node()): Promise<void> {
  while (await news.tell());
}

async function moved(...commands: RolloutCommand[]): Promise<string> {
  const steps = [weight(100), weight(500), full] as never
  const { id } = await rollouts.create(operator, { plugin: 'one', version: '1.1.0', steps })
  for (const command of commands) await rollouts.command(operator, id, command, because)
  return id
}

async function inbox(tenant: string, plugin: string) {
  const rows = await knex('event_deliveries as d')
    .join('events as e', 'e.sequence', 'd.event')
    .where({ 'd.tenant': tenant, 'd.plugin': plugin })
    .orderBy('d.id')
    .select('d.type', 'd.key', 'e.event')
  return rows.map(({ type, key, event }) => ({ asked: type, key, event: JSON.parse(event) }))
}
const commandsOf = (inbox: readonly { event: { type: string } }[]) =>
  inbox.map(({ event }) => event.type.replace('signalbox.rollout.', ''))

t.beforeEach(async () => {
  await tellAll()
  for (const table of ['event_deliveries', 'events']) await knex(table).delete()
})

t.test('each move is told once and in order, whichever nodes look', async (t) => {
  const id = await moved('start', 'advance', 'abort')
  await Promise.all(Array.from({ length: 4 }, () => tellAll()))
  const board = await inbox('acme', 'board')
  t.same(commandsOf(board), ['start', 'advance', 'abort'])
  t.match(board[1], {
    asked: all,
    key: id,
    event: {
      specversion: '1.0',
      source: '/signalbox',
      type: 'signalbox.rollout.advance',
      subject: id,
      data: { rollout: id, plugin: 'one', weightBp: 500, reason: because.reason, by: 'operator' },
    },
  })
  const feed = await knex('outbox_events').where({ subject: id }).orderBy('sequence').pluck('id')
  t.same(
    board.map(({ event }) => event.id),
    feed.slice(1),
    'known by the same id as in the feed of the operator',
  )
  t.ok(told > 0)
  t.equal(await node().tell(), false, 'nor after a start')
})

t.test('who asked for a type and for all has each once, of the type it named', async (t) => {
  await moved('start', 'abort')
  await tellAll()
  t.same(
    (await inbox('acme', 'alarm')).map(({ asked }) => asked),
    [all, 'signalbox.rollout.abort'],
  )
  t.same(await inbox('acme', 'orders'), [])
})

t.test('a tenant hears of plugins that it enabled, and of nothing else', async (t) => {
  await moved('abort')
  await tellAll()
  t.same(commandsOf(await inbox('globex', 'board')), ['abort'])
  t.same(await inbox('initech', 'board'), [])
})

t.test('of a document its own tenant hears, and no other', async (t) => {
  const owner = ownerOf('one')
  const wish = { kind: 'mail', id: 'welcome', from: '1', to: '2' }
  const { id } = await documents.documents.plan(owner, wish)
  for (const command of ['start', 'abort'] as const) {
    const reason = 'as it was'
    await documents.documents.command(owner, { kind: 'mail', rollout: id, command, reason })
  }
  await tellAll()
  const heard = await inbox('acme', 'board')
  t.same(commandsOf(heard), ['start', 'abort'])
  t.match(heard[1]?.event.data, {
    kind: 'mail',
    plugin: 'one',
    document: 'welcome',
    by: 'plugin:one',
    reason: { en: 'as it was' },
  })
  t.same(await inbox('globex', 'board'), [])
})

t.test('a teller that dies before its end told nothing, and the next one tells all', async (t) => {
  await moved('start', 'abort')
  await knex.raw(`create function dies() returns trigger language plpgsql as $$
    begin raise exception 'the node is gone'; end $$`)
  await knex.raw(
    'create trigger dies before update on told_rollouts for each row execute function dies()',
  )
  await t.rejects(node().tell())
  t.same(await inbox('acme', 'board'), [])
  await knex.raw('drop trigger dies on told_rollouts')
  await tellAll()
  t.same(commandsOf(await inbox('acme', 'board')), ['start', 'abort'])
})

t.test('who asks after it happened is not told of it', async (t) => {
  await moved('start', 'abort')
  await tellAll()
  await subscribe(knex, 'acme', 'late', [all])
  await tellAll()
  t.same(await inbox('acme', 'late'), [])
})
