import pg from 'pg'
import t, { type Test } from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { type Lease, RolePools } from '../../src/broker/db/role-pools.ts'
import { testEmptyDatabase } from '../support/postgres.ts'

const { pluginUrl } = await testEmptyDatabase(t)
const admin = new pg.Pool({ connectionString: pluginUrl, max: 1 })
t.teardown(() => admin.end())
const silence = new AbortController().signal

function pools(t: Test, total: number, perRole: number): RolePools {
  const made = new RolePools({
    // The pool is what is tested here: whom it logs in as is the caller's.
    connect: ({ roleName }) => ({ connectionString: pluginUrl, application_name: roleName }),
    total,
    perRole,
    idleMs: 60_000,
  })
  t.teardown(() => made.stop())
  return made
}
const login = (roleName: string) => ({ roleName, schema: 'none' })
const backends = async () => {
  const { rows } = await admin.query<{ name: string; query: string }>(
    `SELECT application_name AS name, query FROM pg_stat_activity
      WHERE application_name LIKE 'role %' ORDER BY 1`,
  )
  return rows
}
/** What a role was asked last; of a test before, one that ends may still be there. */
const lastOf = async (role: string) => (await backends()).find(({ name }) => name === role)?.query

t.test('no role has more than its share, and all together no more than the budget', async (t) => {
  const made = pools(t, 3, 2)
  const held = new Map<string, number>()
  let most = 0
  const use = async (role: string) => {
    const lease = await made.acquire(login(role), silence)
    held.set(role, (held.get(role) ?? 0) + 1)
    const counts = [...held.values()]
    most = Math.max(
      most,
      counts.reduce((sum, count) => sum + count, 0),
    )
    t.ok(counts.every((count) => count <= 2))
    await lease.client.query('SELECT 1')
    held.set(role, (held.get(role) ?? 0) - 1)
    lease.release('dirty')
  }
  const roles = ['role a', 'role b', 'role c']
  await Promise.all(Array.from({ length: 60 }, (_, n) => use(roles[n % 3] as string)))
  t.ok(most <= 3)
  // Those that made room end behind the answer to whoever ended them.
  await until(async () => (await backends()).length === 3)
})

t.test('a busy role keeps no other from its connection', async (t) => {
  const made = pools(t, 3, 2)
  const busy = [1, 2, 3, 4].map(() => made.acquire(login('role busy'), silence))
  const first = await Promise.all(busy.slice(0, 2))
  const other = await made.acquire(login('role other'), silence)
  t.ok(other, 'while two of the busy one still wait')
  for (const lease of first) lease.release('dirty')
  for (const lease of await Promise.all(busy.slice(2))) lease.release('dirty')
  other.release('dirty')
})

t.test('the connection that was idle longest makes room', async (t) => {
  const made = pools(t, 2, 2)
  for (const role of ['role old', 'role new']) {
    const lease = await made.acquire(login(role), silence)
    await lease.client.query('SELECT 1')
    lease.release('dirty')
  }
  const lease = await made.acquire(login('role third'), silence)
  await until(async () => (await backends()).length === 2)
  t.same(
    (await backends()).map(({ name }) => name),
    ['role new', 'role third'],
  )
  lease.release('dirty')
})

t.test('who waits is served in the order of coming, and may leave', async (t) => {
  const made = pools(t, 1, 1)
  const first = await made.acquire(login('role a'), silence)
  const caller = new AbortController()
  const left = made.acquire(login('role b'), caller.signal)
  const order: string[] = []
  const wait = async (role: string) => {
    const lease: Lease = await made.acquire(login(role), silence)
    order.push(role)
    lease.release('dirty')
  }
  const waiting = [wait('role c'), wait('role a'), wait('role b')]
  caller.abort()
  await t.rejects(left, { message: /the wait for a connection was ended/ })
  first.release('dirty')
  await Promise.all(waiting)
  t.same(order, ['role c', 'role a', 'role b'])
})

t.test('a connection that nobody takes is wiped by itself', async (t) => {
  const made = pools(t, 1, 1)
  const lease = await made.acquire(login('role wiped'), silence)
  t.equal(lease.isDirty, false)
  await lease.client.query(`SET search_path = 'somewhere'`)
  lease.release('dirty')
  await until(async () => (await lastOf('role wiped')) === 'DISCARD ALL')
  const again = await made.acquire(login('role wiped'), silence)
  const { rows } = await again.client.query('SHOW search_path')
  t.match(rows, [{ search_path: /public/ }])
  again.release('dirty')
  const next = await made.acquire(login('role wiped'), silence)
  t.equal(next.isDirty, true, 'who comes at once wipes it with the statement')
  next.destroy()
})

t.test('after a read the next of the role goes straight on, until it rests', async (t) => {
  const made = pools(t, 1, 1)
  const lease = await made.acquire(login('role read'), silence)
  await lease.client.query('SELECT 1')
  lease.release('read')
  const next = await made.acquire(login('role read'), silence)
  t.equal(next.isDirty, false)
  next.release('read')
  await until(async () => (await lastOf('role read')) === 'DISCARD ALL')
})

t.test('a connection forgets what it has prepared before that grows', async (t) => {
  const made = pools(t, 1, 1)
  for (let n = 0; n < 200; n++) {
    const lease = await made.acquire(login('role a'), silence)
    if (lease.isDirty) await lease.client.query('DISCARD ALL')
    const name = lease.prepared.newName()
    await lease.client.query(`PREPARE ${name} AS SELECT ${n}`)
    lease.prepared.add(`SELECT ${n}`, { name, columns: [] })
    if (n % 20 === 0) {
      const { rows } = await lease.client.query(
        'SELECT count(*)::int AS n FROM pg_prepared_statements',
      )
      t.ok(rows[0].n <= 64, `${rows[0].n}`)
    }
    lease.release('read')
  }
})
