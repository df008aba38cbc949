import t from 'tap'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import {
  abortRollout,
  drawnCalls,
  echoUntilDecided,
  readRollout,
  startShadow,
  untilRollout,
} from '../support/shadow.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: hostUrl,
  environment: { PLUGIN_DATABASE_URL: pluginUrl },
})
const release = await releaseProbe(t, host)
// A field that no two runs agree in: noise, in every test below.
const noisy = 'at: Math.random()'
await release('1.0.0', `({ text }) => ({ text, ${noisy} })`)
const acme = await setUpTenant(host, 'acme')
const admin = host.as(acme.adminToken)

t.test('a version that answers alike goes on, whatever noise stable has', async (t) => {
  await release('1.1.0', `({ text }) => ({ text, ${noisy} })`)
  const id = await startShadow(host, '1.1.0', { minRequests: 30 })
  const { wrong } = await echoUntilDecided(host, acme.key, id, 300)
  t.same(wrong, [])
  const decided = await untilRollout(host, id, ({ step }) => step === 1)
  const { state, shadow, calls, transitions } = decided
  t.equal(state, 'running')
  t.ok((shadow?.compared ?? 0) >= 30)
  t.match(transitions.at(-1)?.reason.en, /calls compared.*1\.1\.0 answers as stable does/)
  t.equal(calls.canary, 0, 'no call was given to it')
  await abortRollout(host, id)
})

t.test(
  'a field that is wrong for one payload in a hundred stops it within 500 calls',
  async (t) => {
    const wrongFor = "text.endsWith('50') && text.length > 5"
    await release('1.2.0', `({ text }) => ({ text: ${wrongFor} ? text + '!' : text, ${noisy} })`)
    const id = await startShadow(host, '1.2.0', {})
    const wrong: string[] = []
    let calls = 0
    // On a full machine some calls are not compared, and are none of the five hundred.
    for (let round = 0; round < 30; round++) {
      const made = await echoUntilDecided(host, acme.key, id, 100)
      wrong.push(...made.wrong)
      calls += made.calls
      const { state, shadow } = await readRollout(host, id)
      if (state !== 'running' || (shadow?.compared ?? 0) >= 500) break
    }
    t.same(wrong, [], 'no caller ever sees it')
    const rollout = await untilRollout(host, id, ({ state }) => state !== 'running')
    t.equal(rollout.state, 'aborted', `${calls} calls`)
    t.match(rollout.shadow?.paths[0], { path: '/text', stable: 0 })
    const last = rollout.transitions.at(-1)
    t.match(last, { command: 'abort', actor: 'judge', evidence: { shadow: { compared: Number } } })
    t.match(last?.reason.en, /^stopped: 1\.2\.0 answered \/text differently in \d+ of \d+/)
    t.match(last?.reason['zh-CN'], '/text')
    t.comment(`${calls} calls; ${last?.reason.en}`)
  },
)

t.test('a field the plan leaves out may differ', async (t) => {
  const id = await startShadow(host, '1.2.0', { minRequests: 20, ignore: ['/text'] })
  await echoUntilDecided(host, acme.key, id, 300)
  t.match(await untilRollout(host, id, ({ step }) => step === 1), { state: 'running' })
  await abortRollout(host, id)
})

t.test(
  'a version that writes in a call that only reads is refused, and that is told',
  async (t) => {
    const write = `ctx.db.query("insert into notes (text) values ('shadow')").catch(() => null)`
    await release(
      '1.3.0',
      `({ text }, ctx) => text === 'x' ? { text } : ${write}.then(() => ({ text, ${noisy} }))`,
    )
    const id = await startShadow(host, '1.3.0', {})
    const { wrong } = await echoUntilDecided(host, acme.key, id, 100)
    t.same(wrong, [])
    const rollout = await untilRollout(host, id, ({ state }) => state !== 'running')
    t.match(rollout, { state: 'aborted', shadow: { refused: { 'db.query': Number } } })
    t.match(rollout.transitions.at(-1)?.reason.en, /asked to change something \(db\.query\)/)
    const sql = 'select count(*)::int as count from notes'
    const { body } = await callProbe(host, acme.key, 'query', { sql })
    t.same(body.rows, [{ count: 0 }])
  },
)

t.test('shadow calls are in no usage, and the app pays for none', async (t) => {
  const usage = async () => {
    const path = `/v1/tenants/acme/plugins/${encodeURIComponent(probe)}/usage`
    const { items } = await admin.request<{ items: { version: string; calls: number }[] }>(
      'GET',
      path,
    )
    return Object.fromEntries(items.map(({ version, calls }) => [version, calls]))
  }
  const before = await usage()
  const id = await startShadow(host, '1.1.0', {})
  for (let call = 0; call < 10; call++) await callProbe(host, acme.key, 'echo', { text: 'x' })
  // On a full machine some are left out.
  const { shadow } = await untilRollout(host, id, (rollout) => drawnCalls(rollout) >= 10)
  t.ok((shadow?.compared ?? 0) > 0)
  const after = await usage()
  t.equal(after['1.0.0'], (before['1.0.0'] ?? 0) + 10)
  t.equal(after['1.1.0'], before['1.1.0'])
  await abortRollout(host, id)
})
