import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { CallAuditJob } from '../../src/audit/call-audit-job.ts'
import { CallJournal } from '../../src/audit/call-journal.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl)
t.teardown(() => knex.destroy())

const log = { warn: () => undefined }
const record = (tenant: string, more: object = {}) => ({
  tenant,
  actor: 'app:acme/web',
  subject: 'orders.status@1/close',
  outcome: 'done',
  traceId: 'a',
  safe: false,
  ...more,
})

async function folderOf(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-audit-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const entriesOf = (tenant: string) => knex('audit_entries').where({ tenant }).orderBy('id')

t.test('what was in the journal of a host that was killed is written by the next', async (t) => {
  const folder = await folderOf(t)
  const ports = { knex, log, node: 'n1', folder }
  const killed = await CallAuditJob.open(ports)
  killed.add(record('one', { traceId: 'w1' }))
  killed.add(record('one', { outcome: 'CORE_RATE_LIMITED', address: '192.0.2.1' }))
  killed.add(record('one', { safe: true }))
  // Nothing is stopped, nothing flushed.
  const next = await CallAuditJob.open(ports)
  next.add(record('one', { traceId: 'w2' }))
  await next.flush()
  const entries = await entriesOf('one')
  t.same(
    entries.map((entry) => [entry.trace_id, entry.outcome, entry.detail]),
    [
      ['w1', 'done', { count: 1, write: true }],
      ['a', 'CORE_RATE_LIMITED', { count: 1, address: '192.0.2.1' }],
      ['w2', 'done', { count: 1, write: true }],
    ],
    'all but the read',
  )
  t.same(await readdir(folder), [])
})

t.test('a batch that was written and not yet forgotten is not written again', async (t) => {
  const folder = await folderOf(t)
  const ports = { knex, log, node: 'n2', folder }
  const job = await CallAuditJob.open(ports)
  job.add(record('two'))
  // As if it had been killed between the commit and the deletion of the file.
  const { journal } = await CallJournal.open({ folder: join(folder, 'copy'), log }, 0)
  journal.write(record('two'))
  await job.flush()
  const { rename } = await import('node:fs/promises')
  await rename(join(folder, 'copy', '1.ndjson'), join(folder, '1.ndjson'))
  await (await CallAuditJob.open(ports)).flush()
  t.equal((await entriesOf('two')).length, 1)
  t.same(await readdir(folder), ['copy'])
})

t.test('while PostgreSQL is away nothing but reads is lost, however long it takes', async (t) => {
  const folder = await folderOf(t)
  let isAway = true
  const flaky = new Proxy(knex, {
    get: (target, key, receiver) =>
      key === 'transaction' && isAway
        ? () => Promise.reject(new Error('away'))
        : Reflect.get(target, key, receiver),
  })
  const warnings: object[] = []
  const warn = (fields: object) => warnings.push(fields)
  const job = await CallAuditJob.open({
    knex: flaky,
    log: { warn },
    node: 'n3',
    folder,
    maxWaiting: 5,
  })
  for (let interval = 0; interval < 4; interval++) {
    for (let call = 0; call < 3; call++)
      job.add(record('three', { traceId: `${interval}-${call}` }))
    job.add(record('three', { safe: true }))
    await job.flush()
  }
  isAway = false
  await job.flush()
  const entries = await entriesOf('three')
  t.equal(entries.filter(({ detail }) => detail.write).length, 12)
  t.ok(entries.length < 16, 'of the oldest intervals the reads are gone')
  t.match(warnings.at(-1), { lost: 16 - entries.length })
})

t.test('a journal that is full says so once, and calls go on', async (t) => {
  const folder = await folderOf(t)
  const warnings: string[] = []
  const warn = (_: object, message: string) => warnings.push(message)
  const { journal } = await CallJournal.open({ folder, log: { warn }, maxBytes: 300 }, 0)
  for (let call = 0; call < 5; call++) journal.write(record('four'))
  t.equal((await journal.read(1)).length, 2)
  t.same(warnings, ['the journal of the audit is full'])
  const number = journal.turn()
  await journal.forget(number)
  journal.write(record('four'))
  t.equal((await journal.read(2)).length, 1, 'there is room again')
})
