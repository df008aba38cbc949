import t from 'tap'
import { type Change, commitChange } from '../../src/audit/change.ts'
import { HostNews } from '../../src/host-events/host-news.ts'
import type { RolloutCommand } from '../../src/rollout/rollout-states.ts'
import { emptySnapshot } from '../../src/rollout/routing/snapshot.ts'
import { loadSnapshot } from '../../src/rollout/routing/snapshot-store.ts'
import { documentNode, grantDocuments, ownerOf } from '../support/document-node.ts'
import { subscribe } from '../support/event-store.ts'
import { because, full, openRollouts, operator, weight } from '../support/rollouts.ts'

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
const node = () => {
  let snapshot = emptySnapshot
  return new HostNews({
    knex,
    snapshot: () => snapshot,
    reach: async () => {
      snapshot = await loadSnapshot(knex, new Map(), () => undefined)
    },
    onTold: () => {
      told++
    },
    log: { warn: (fields) => t.fail('warned', fields) },
  })
}

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
    'create trigger dies before delete on host_news for each row execute function dies()',
  )
  const dying = node()
  t.equal(await dying.tell(), true, 'it reads what it must know first')
  await t.rejects(dying.tell())
  t.same(await inbox('acme', 'board'), [])
  await knex.raw('drop trigger dies on host_news')
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

const requests = 'signalbox.subscription.requested'
const row = {
  id: 'sub_1',
  tenant: 'globex',
  app: 'planner',
  service: 'orders',
  major: 1,
  plan: 'gold',
  state: 'requested',
  scopes: null,
  purpose: 'weekly orders',
  noticedDays: null,
  decidedBy: null,
}
const asked = (tenant: string | null, more: Partial<Change> = {}): Change => ({
  actor: 'admin:globex/tok_1',
  action: 'subscription.requested',
  subject: 'sub_1',
  tenant,
  traceId: 'f'.repeat(32),
  detail: row,
  ...more,
})
const happened = (change: Change) => commitChange(knex, change, async () => undefined)

t.test('a request is told in the tenant it is told to, and says what the list says', async (t) => {
  await subscribe(knex, 'acme', 'approver', [requests])
  await subscribe(knex, 'globex', 'nosy', ['signalbox.subscription.*'])
  await happened(asked('acme'))
  await tellAll()
  t.match(await inbox('acme', 'approver'), [
    {
      asked: requests,
      key: 'sub_1',
      event: {
        source: '/signalbox',
        type: requests,
        subject: 'sub_1',
        traceparent: new RegExp(`^00-${'f'.repeat(32)}-`),
      },
    },
  ])
  const told = (await inbox('acme', 'approver'))[0]?.event.data
  const { app, service, major, plan, purpose, scopes, state, tenant } = row
  t.strictSame(told, { app, service, major, plan, purpose, scopes, state, tenant }, 'and no actor')
  t.same(await inbox('globex', 'nosy'), [], "another tenant's is not told, in whatever words")
  await happened(asked('globex'))
  await tellAll()
  t.match(await inbox('globex', 'nosy'), [{ asked: 'signalbox.subscription.*' }])
})

t.test(
  'what no plugin may hear is queued for none, and what cannot be told stops nothing',
  async (t) => {
    await subscribe(knex, 'acme', 'thief', [
      'signalbox.user.*',
      'signalbox.secret.stored',
      'signalbox.*',
    ])
    await happened(asked('acme', { action: 'user.created' }))
    await happened(asked('acme', { action: 'secret.stored' }))
    t.same(await knex('host_news'), [])
    await happened(asked(null, { action: 'subscription.approve' }))
    await happened(asked('acme', { detail: { ...row, purpose: 'x'.repeat(70_000) } }))
    await tellAll()
    t.same(await inbox('acme', 'thief'), [])
    t.match(await inbox('acme', 'approver'), [{ event: { data: { isTooLarge: true } } }])
  },
)

t.test('of one subject plugins hear in the order of its changes, whoever tells', async (t) => {
  const subjects = ['sub_a', 'sub_b', 'sub_c']
  await Promise.all(
    subjects.map(async (subject) => {
      for (let n = 0; n < 20; n++) {
        await happened(asked('acme', { subject, detail: { ...row, major: n + 1 } }))
        if (n % 7 === 0) await tellAll()
      }
    }),
  )
  await Promise.all([tellAll(), tellAll(), tellAll()])
  const heard = await inbox('acme', 'approver')
  for (const subject of subjects) {
    t.same(
      heard.filter(({ key }) => key === subject).map(({ event }) => event.data.major),
      Array.from({ length: 20 }, (_, n) => n + 1),
    )
  }
})

t.test('what a host of another version told already holds nothing up', async (t) => {
  await happened(asked('acme'))
  const { sequence } = await knex('host_news').first()
  await tellAll()
  await knex('host_news').insert({ sequence })
  await happened(asked('acme'))
  await tellAll()
  t.equal((await inbox('acme', 'approver')).length, 2)
})
