import pg from 'pg'
import t from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { Hints } from '../../src/storage/hints.ts'
import { testEmptyDatabase } from '../support/postgres.ts'

const { pluginUrl: url, adminUrl } = await testEmptyDatabase(t)
const speaker = new pg.Client({ connectionString: url })
await speaker.connect()
t.teardown(() => speaker.end())
const hints = new Hints(url)
t.teardown(() => hints.stop())
const heard: string[] = []

t.test('a channel is heard whether it was asked for before the connection or after', async (t) => {
  hints.hear('before_it', (payload) => heard.push(`before ${payload}`))
  await hints.connect()
  hints.hear('after_it', (payload) => heard.push(`after ${payload}`))
  await hints.connect()
  // A backend listens from the commit of its own LISTEN on, which was sent before this is seen.
  await until(async () => {
    await speaker.query("select pg_notify('after_it', 'x'), pg_notify('nobody_it', 'x')")
    return heard.includes('after x')
  })
  await speaker.query("select pg_notify('before_it', '')")
  await until(() => heard.includes('before '))
  t.notOk(heard.some((one) => one.includes('nobody')))
})

t.test('after a lost connection all channels are heard again', async () => {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  const own = await speaker.query('select pg_backend_pid() as pid')
  const database = new URL(url).pathname.slice(1)
  await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> $2',
    [database, own.rows[0].pid],
  )
  await admin.end()
  heard.length = 0
  await until(async () => {
    await hints.connect()
    await speaker.query("select pg_notify('before_it', 'again'), pg_notify('after_it', 'again')")
    return heard.includes('before again') && heard.includes('after again')
  })
})
