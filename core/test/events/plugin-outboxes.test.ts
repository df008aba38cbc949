import type { NewEvent } from '@signalbox/sdk/host-calls/cloud-event'
import pg from 'pg'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { PluginDatabases } from '../../src/broker/db/plugin-databases.ts'
import { rolePassword } from '../../src/broker/db/scram-verifier.ts'
import { OutboxDrain } from '../../src/events/outbox-drain.ts'
import { PluginOutboxes } from '../../src/events/plugin-outboxes.ts'
import { eventOf } from '../support/event-store.ts'
import { testEmptyDatabase } from '../support/postgres.ts'

const { pluginUrl } = await testEmptyDatabase(t)
const clusterSecret = 'a secret of the test'
const log = { warn: () => undefined }
const databases = await PluginDatabases.start({ url: pluginUrl, clusterSecret, log })
const outboxes = await PluginOutboxes.start({ url: pluginUrl, clusterSecret })
const admin = new pg.Pool({ connectionString: pluginUrl, max: 2 })
t.teardown(async () => {
  await outboxes.stop()
  await databases.stop()
  await admin.end()
})

for (const plugin of ['one', 'two']) {
  await databases.installSchema(plugin)
  for (const tenant of ['acme', 'globex']) await databases.enableTenant(plugin, tenant)
}

interface Names {
  readonly role: string
  readonly schema: string
}

async function namesOf(plugin: string, tenant: string): Promise<Names> {
  const { rows } = await admin.query(
    `SELECT role_name AS role, schema_name AS schema FROM signalbox.roles JOIN signalbox.plugins USING (plugin)
      WHERE plugin = $1 AND tenant = $2`,
    [plugin, tenant],
  )
  return rows[0]
}

/** The plugin's own role in a client of its own: no gate stands in front. */
async function asRole<Result>(
  { role, schema }: Names,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const url = new URL(pluginUrl)
  url.username = role
  url.password = rolePassword(clusterSecret, role)
  const client = new pg.Client({ connectionString: url.href, options: `-c search_path=${schema}` })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** What a drain moves. */
async function drained(plugin: string): Promise<readonly NewEvent[]> {
  const moved: NewEvent[] = []
  await outboxes.drain(plugin, async (events) => moved.push(...events))
  return moved
}

const idsOf = (events: readonly NewEvent[]) => events.map(({ tenant, id }) => `${tenant} ${id}`)

t.test('events leave an outbox in the order they came, each once', async (t) => {
  await Promise.all(
    ['1', '2', '3'].map((id) => outboxes.write('one', eventOf(id, { key: 'k', data: { id } }))),
  )
  await outboxes.write('one', eventOf('4', { tenant: 'globex' }))
  t.same(await outboxes.pending(), ['one'])
  const moved = await drained('one')
  t.same(idsOf(moved), ['acme 1', 'acme 2', 'acme 3', 'globex 4'])
  t.same(moved[0], eventOf('1', { key: 'k', data: { id: '1' } }), 'nothing of it is lost')
  t.same(await drained('one'), [])
  t.same(await outboxes.pending(), [])
})

t.test('a node that ends between the two databases moves the same again', async (t) => {
  await outboxes.write('one', eventOf('1'))
  const seen: string[] = []
  const killed = outboxes.drain('one', async (events) => {
    seen.push(...idsOf(events))
    throw new Error('killed before the delete')
  })
  await t.rejects(killed, { message: 'killed before the delete' })
  seen.push(...idsOf(await drained('one')))
  t.same(seen, ['acme 1', 'acme 1'])
})

t.test('only one node drains an outbox at a time', async (t) => {
  await outboxes.write('one', eventOf('1'))
  const other = await PluginOutboxes.start({ url: pluginUrl, clusterSecret })
  t.teardown(() => other.stop())
  const first = Promise.withResolvers<void>()
  const order: string[] = []
  const slow = outboxes.drain('one', async () => {
    order.push('first')
    await first.promise
  })
  await until(() => order.length === 1)
  const second = other.drain('one', async (events) => order.push(`second ${events.length}`))
  first.resolve()
  await Promise.all([slow, second])
  t.same(order, ['first'], 'the second found nothing left')
})

t.test('what was left behind is found without a hint', async (t) => {
  await outboxes.write('one', eventOf('left'))
  const moved: NewEvent[] = []
  const drain = new OutboxDrain({ outboxes, append: async (all) => moved.push(...all), log })
  drain.start()
  await until(() => moved.length > 0)
  await outboxes.write('two', eventOf('hinted'))
  drain.look('two')
  await until(() => moved.length > 1)
  await drain.stop()
  t.same(idsOf(moved), ['acme left', 'acme hinted'])
})

t.test('in a transaction of the plugin events are there exactly if it commits', async (t) => {
  const acme = await namesOf('one', 'acme')
  const [put] = outboxes.statements([eventOf('1'), eventOf('2')])
  const sql = put?.sql ?? ''
  const values = [...(put?.parameters ?? [])]
  for (const end of ['ROLLBACK', 'COMMIT']) {
    await asRole(acme, async (client) => {
      await client.query('BEGIN')
      await client.query(sql, values)
      await client.query(end)
    })
    t.same(idsOf(await drained('one')), end === 'COMMIT' ? ['acme 1', 'acme 2'] : [])
  }
  t.same(outboxes.statements([]), [])
})

t.test(
  'of those who wait for one row at once events leave in the order of their turns',
  async (t) => {
    const expandSql = `CREATE TABLE turns (tenant text NOT NULL, id text NOT NULL, turn int NOT NULL, PRIMARY KEY (tenant, id))`
    await databases.migrate('three', '1.0.0', [
      { name: '0001-turns', expandSql, downSql: 'DROP TABLE turns' },
    ])
    await databases.enableTenant('three', 'acme')
    const work = { plugin: 'three', tenant: 'acme', deadlineMs: 30_000 }
    const first = `INSERT INTO turns (id, turn) VALUES ('row', 0)`
    await databases.query({ ...work, sql: first, parameters: [] })
    const sql = `UPDATE turns SET turn = turn + 1 WHERE id = 'row' RETURNING turn`
    const moved: NewEvent[] = []
    const drain = () => outboxes.drain('three', async (events) => moved.push(...events))
    const turns = new Map<number, string>()
    const writers = Array.from({ length: 40 }, async (_, n) => {
      const [answer] = await databases.transaction({
        ...work,
        statements: [{ sql, parameters: [] }],
        hostStatements: outboxes.statements([eventOf(`${n}`, { key: 'row' })]),
      })
      turns.set(Number(answer?.rows[0]?.['turn']), `acme ${n}`)
      await drain()
    })
    await Promise.all(writers)
    await drain()
    t.same(
      idsOf(moved),
      [...turns].sort(([one], [other]) => one - other).map(([, id]) => id),
    )
    t.equal(moved.length, 40)
  },
)

t.test('whose events they are follows from who logged in, not from what they say', async (t) => {
  const forged = outboxes.statements([eventOf('1', { tenant: 'acme' })])[0]
  await asRole(await namesOf('two', 'globex'), (client) =>
    client.query(forged?.sql ?? '', [...(forged?.parameters ?? [])]),
  )
  t.same(idsOf(await drained('one')), [])
  t.same(idsOf(await drained('two')), ['globex 1'])
})

t.test('a plugin reaches no outbox, its own neither', async (t) => {
  const acme = await namesOf('one', 'acme')
  const neighbour = await namesOf('two', 'acme')
  const attacks = [
    `SELECT * FROM signalbox_outbox.${acme.schema}`,
    `INSERT INTO signalbox_outbox.${acme.schema} (tenant, event) VALUES ('acme', '{}')`,
    `INSERT INTO signalbox_outbox.${neighbour.schema} (tenant, event) VALUES ('acme', '{}')`,
    `DELETE FROM signalbox_outbox.${neighbour.schema}`,
    'SELECT * FROM signalbox_outbox.outboxes',
    'SELECT * FROM signalbox_outbox.outboxes FOR UPDATE',
    'SELECT secret_sha256 FROM signalbox_outbox.door',
    `UPDATE signalbox_outbox.door SET secret_sha256 = ''`,
    `SELECT signalbox_outbox.put('guessed', ARRAY['{}'])`,
    `SELECT signalbox_outbox.put(NULL, ARRAY['{}'])`,
    `SELECT signalbox_outbox.make('signalbox_outbox')`,
    `CREATE TABLE signalbox_outbox.mine ()`,
    `CREATE FUNCTION signalbox_outbox.put(text, text[]) RETURNS void LANGUAGE sql AS ''`,
    `DROP TABLE signalbox_outbox.${acme.schema}`,
  ]
  for (const sql of attacks) {
    const past = asRole(acme, (client) => client.query(sql))
    await t.rejects(past, { code: /^(42501|42P01|3F000)$/ }, `past the gate: ${sql}`)
    const query = { plugin: 'one', tenant: 'acme', parameters: [], deadlineMs: 5000, sql }
    await t.rejects(databases.query(query), { code: 'CORE_SQL_REFUSED' }, `through it: ${sql}`)
  }
  t.same(await outboxes.pending(), [])
})

t.test(
  'without an outbox a plugin is told so, and a dropped plugin takes its own along',
  async (t) => {
    await t.rejects(outboxes.write('none', eventOf('1')), { code: 'CORE_PLUGIN_SCHEMA_MISSING' })
    await outboxes.write('two', eventOf('1'))
    await databases.dropPlugin('two')
    t.same(await outboxes.pending(), [])
    await t.rejects(outboxes.write('two', eventOf('1')))
    await t.rejects(outboxes.write('two', eventOf('1')), { code: 'CORE_PLUGIN_SCHEMA_MISSING' })
  },
)
