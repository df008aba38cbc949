import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { insertAuditEntries } from '../../src/audit/audit-store.ts'
import { appendEvents } from '../../src/events/event-log-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { eventOf } from '../support/event-store.ts'
import { HostProcess } from '../support/host-process.ts'
import { startOwnServerHost } from '../support/own-server-host.ts'
import { callProbe, installProbe, setUpTenant } from '../support/probe.ts'
import { until } from '../support/several-hosts.ts'

/** What a host asks PostgreSQL when nothing is to be done, and that it finds all the same what nobody tells it of. */

/** Six to eight are asked; the rest is what comes once in a minute. */
const MOST_PER_S = 12
const COUNTED_MS = 5000

const { host, hostUrl, serverFolder, keyFile } = await startOwnServerHost(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())
await installProbe(host)
const { key, subscription } = await setUpTenant(host, 'acme')

/** By the text of their first words, most often first. */
async function statementsOf(log: string, from: number): Promise<ReadonlyMap<string, number>> {
  const file = await open(log)
  const seen = new Map<string, number>()
  for await (const line of file.readLines({ start: from })) {
    const text = / LOG: {2}(?:statement|execute [^:]*): (.*)/.exec(line)?.[1]
    if (text === undefined) continue
    const words = text.trim().slice(0, 60)
    seen.set(words, (seen.get(words) ?? 0) + 1)
  }
  return new Map([...seen].sort(([, a], [, b]) => b - a))
}

t.test(
  'a host at rest with one plugin asks PostgreSQL less than a dozen times a second',
  async (t) => {
    t.equal((await callProbe(host, key, 'echo', { text: 'hello' })).status, 200)
    await knex.raw("alter system set log_statement = 'all'")
    await knex.raw('select pg_reload_conf()')
    const log = join(serverFolder, 'server.log')
    let told: ReadonlyMap<string, number> = new Map()
    let countedS = 0
    const perS = () => [...told.values()].reduce((sum, n) => sum + n, 0) / countedS
    await until(async () => {
      const { size } = await stat(log)
      const begun = performance.now()
      await delay(COUNTED_MS)
      told = await statementsOf(log, size)
      // A busy machine lets it wait longer, and the host goes on.
      countedS = (performance.now() - begun) / 1000
      return perS() <= MOST_PER_S
    }, 'at rest')
    t.ok(told.size > 0, 'they were counted')
    t.comment(`${perS()} statements a second`, ...[...told.entries()].slice(0, 12))
    await knex.raw('alter system reset log_statement')
    await knex.raw('select pg_reload_conf()')
  },
)

/** As a node leaves it that was killed right after its commit: in the database, and nobody was told. */
async function untold(subject: string) {
  await insertAuditEntries(knex, [
    {
      ...{ tenant: 'acme', actor: 'host', action: 'test.left', subject, outcome: 'done' },
      ...{ traceId: null, detail: {} },
    },
  ])
  await appendEvents(knex, [eventOf(subject)])
}

const isSealed = async (subject: string) =>
  (await knex('audit_entries as e')
    .join('audit_seals as s', 's.entry', 'e.id')
    .where('e.subject', subject)
    .first('e.id')) !== undefined

const isFannedOut = async () => {
  const { rows } = await knex.raw(
    'select (select max(sequence) from events) = (select sequence from webhook_fan_out) as is_done',
  )
  return rows[0].is_done === true
}

t.test('what was left by a node that told nobody of it is found', async (t) => {
  await untold('one')
  await until(() => isSealed('one'), 'the entry is sealed')
  await until(isFannedOut, 'the event is looked at')
  t.pass()
})

t.test(
  'where no hint is heard, nothing is lost and what was taken away is refused on every node',
  async (t) => {
    const far = await HostProcess.start(t, {
      databaseUrl: hostUrl,
      environment: { SIGNALBOX_KEY_FILE: keyFile },
    })
    await until(
      async () => (await callProbe(far, key, 'echo', { text: 'hello' })).status === 200,
      'both serve',
    )
    const cutter = new pg.Client({ connectionString: hostUrl })
    await cutter.connect()
    let isCutting = true
    const cutting = (async () => {
      for (; isCutting; await delay(20)) {
        await cutter.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'",
        )
      }
    })()
    t.teardown(async () => {
      isCutting = false
      await cutting
      await cutter.end()
    })
    await untold('two')
    await host.client.request('POST', `/v1/subscriptions/${subscription}:suspend`, {
      reason: 'test',
    })
    await until(
      async () => (await callProbe(far, key, 'echo', { text: 'hello' })).status >= 400,
      'the other node refuses',
    )
    await until(() => isSealed('two'), 'the entry is sealed')
    await until(isFannedOut, 'the event is looked at')
    t.pass()
  },
)
