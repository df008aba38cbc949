import { createHash } from 'node:crypto'
import { type ClientRequest, request } from 'node:http'
import t, { type Test } from 'tap'
import { pluginFiles, publishBody } from '../../../marketplace/test/support/plugin-package.ts'
import { tarballOf } from '../../../marketplace/test/support/tarball.ts'
import { until } from '../../../sandbox/test/until.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { HostProcess, OPERATOR_TOKEN } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'

/** A publish that goes to review, cut at some point of its way: it is there whole or not at all, and can be done again. */

const { hostUrl } = await testDatabases(t)
const knex = createKnex(hostUrl, { pool: 4 })
t.teardown(() => knex.destroy())
let host = await HostProcess.start(t, { databaseUrl: hostUrl })
const publisher = await host.client.request<{ token: string }>(
  'POST',
  '/v1/marketplace/publishers',
  { name: 'acme', scopes: ['@acme'] },
)

interface Sent {
  readonly name: string
  readonly tarball: Buffer
  readonly body: Buffer
}

function sentOf(name: string): Sent {
  const spec = { name, version: '1.0.0' }
  const tarball = tarballOf({ ...pluginFiles(spec), 'CHANGELOG.md': `# ${name}\n` })
  return { name, tarball, body: Buffer.from(JSON.stringify(publishBody(spec, tarball))) }
}

/** A request whose body is sent by hand; whatever becomes of it is looked for in the marketplace. */
function begin({ name, body }: Sent): ClientRequest {
  const asked = request(`${host.url}/npm/${name.replace('/', '%2f')}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${publisher.token}`,
      ...{ 'content-type': 'application/json', 'content-length': body.length },
    },
  })
  asked.on('error', () => undefined)
  return asked
}

const flushed = (asked: ClientRequest, bytes: Buffer) =>
  new Promise<void>((resolve) => asked.write(bytes, () => resolve()))

async function sendHalf(sent: Sent): Promise<ClientRequest> {
  const asked = begin(sent)
  await flushed(asked, sent.body.subarray(0, sent.body.length / 2))
  return asked
}

async function sendAll(sent: Sent): Promise<ClientRequest> {
  const asked = begin(sent)
  await flushed(asked, sent.body)
  asked.end()
  return asked
}

function goAway(asked: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    asked.once('close', resolve)
    asked.destroy()
  })
}

/** The publish stands in its transaction with all but its audit entry written, until the work is done. */
async function inTransaction(sent: Sent, work: (asked: ClientRequest) => Promise<void>) {
  await knex.transaction(async (trx) => {
    await trx.raw('lock table audit_entries in share mode')
    const asked = await sendAll(sent)
    await until(isStoring)
    await work(asked)
  })
}

/**
 * Of the transaction that stores the version: whoever waits for the lock on the audit, and has written its files and
 * its review. Other changes of the host may wait there, too.
 */
async function isStoring(): Promise<boolean> {
  const { rows } = await knex.raw(
    `select from pg_stat_activity a
      where datname = current_database() and wait_event_type = 'Lock' and query like 'insert into "audit_entries"%'
        and 2 = (select count(*) from pg_locks l
                  where l.pid = a.pid and l.granted and l.mode = 'RowExclusiveLock'
                    and l.relation in ('package_files'::regclass, 'reviews'::regclass))`,
  )
  return rows.length === 1
}

async function killAndStart(): Promise<void> {
  await host.kill()
  host = await HostProcess.start(t, { databaseUrl: hostUrl, home: host.home })
}

const tables = ['packages', 'package_versions', 'package_files', 'reviews'] as const

async function isNothing(name: string): Promise<boolean> {
  const counts = await Promise.all(
    tables.map((table) => knex(table).where({ name }).count('* as count').first()),
  )
  return counts.every((row) => Number(row?.['count']) === 0)
}

/** Sends it once more. However the first went, there is one review then, of these bytes, and it can be decided on. */
async function checkWhole(t: Test, { name, tarball, body }: Sent): Promise<number> {
  const again = await fetch(`${host.url}/npm/${name.replace('/', '%2f')}`, {
    method: 'PUT',
    headers: {
      ...{ authorization: `Bearer ${publisher.token}`, 'content-type': 'application/json' },
    },
    body: new Uint8Array(body),
  })
  const text = await again.text()
  t.ok(again.status === 202 || /MKT_VERSION_(IN_REVIEW|EXISTS)/.test(text), text)
  const query = new URLSearchParams({ package: name })
  const { items } = await host.client.request<{ items: readonly { id: string }[] }>(
    'GET',
    `/v1/marketplace/reviews?${query}`,
  )
  t.match(items, [{ name, version: '1.0.0', status: 'open', grounds: ['first-version', 'tier'] }])
  t.equal(items.length, 1)
  const path = `/npm/-/stage/${items[0]?.id}/tarball`
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` }
  const bytes = Buffer.from(await (await fetch(`${host.url}${path}`, { headers })).arrayBuffer())
  t.equal(digest(bytes), digest(tarball), 'the bytes that were sent')
  const audit = await host.client.request<{ items: readonly object[] }>(
    'GET',
    `/v1/audit?${new URLSearchParams({ action: 'package.staged', limit: '100' })}`,
  )
  const told = audit.items.filter((one) => 'subject' in one && one.subject === `${name}@1.0.0`)
  t.equal(told.length, 1, 'told once')
  t.equal((await fetch(`${host.url}/npm/${name.replace('/', '%2f')}`)).status, 404)
  const approved = await host.client.request<{ status: string; findings: readonly object[] }>(
    'POST',
    `/v1/marketplace/reviews/${items[0]?.id}/approve`,
    { text: 'read' },
  )
  t.match(approved, { status: 'approved', findings: [] })
  t.equal((await fetch(`${host.url}/npm/${name.replace('/', '%2f')}`)).status, 200)
  return again.status
}

const digest = (bytes: Buffer) => createHash('sha512').update(bytes).digest('hex')

t.test('a client that goes in the middle of the body leaves nothing', async (t) => {
  const sent = sentOf('@acme/half')
  const asked = await sendHalf(sent)
  await goAway(asked)
  t.ok(await isNothing(sent.name))
  t.equal(await checkWhole(t, sent), 202)
})

t.test('a client that goes at the end of the body leaves all or nothing', async (t) => {
  const sent = sentOf('@acme/end')
  await goAway(await sendAll(sent))
  await checkWhole(t, sent)
})

t.test('a client that goes while it is being stored leaves all or nothing', async (t) => {
  const sent = sentOf('@acme/storing')
  await inTransaction(sent, async (asked) => {
    await goAway(asked)
    t.ok(await isNothing(sent.name), 'nobody sees it yet')
  })
  await checkWhole(t, sent)
})

t.test('kill -9 in the middle of the body leaves nothing', async (t) => {
  const sent = sentOf('@acme/killed-half')
  await sendHalf(sent)
  await killAndStart()
  t.ok(await isNothing(sent.name))
  t.equal(await checkWhole(t, sent), 202)
})

t.test('kill -9 at the end of the body leaves all or nothing', async (t) => {
  const sent = sentOf('@acme/killed-end')
  await sendAll(sent)
  await killAndStart()
  await checkWhole(t, sent)
})

t.test('kill -9 while it is being stored leaves nothing', async (t) => {
  const sent = sentOf('@acme/killed-storing')
  await inTransaction(sent, async () => {
    await host.kill()
  })
  host = await HostProcess.start(t, { databaseUrl: hostUrl, home: host.home })
  t.ok(await isNothing(sent.name), 'though all but one row was written')
  t.equal(await checkWhole(t, sent), 202)
})
