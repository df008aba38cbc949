import pg from 'pg'
import t, { type Test } from 'tap'
import { echoWhileRunning, startHeld, wrongAnswers } from '../support/canary-load.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'
import { until } from '../support/processes.ts'
import { readRollout } from '../support/shadow.ts'

/** What PostgreSQL keeps of a package is lost, while its version serves and beyond a restart. */

const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
let host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
const database = new pg.Pool({ connectionString: hostUrl, max: 1 })
t.teardown(() => database.end())

/** Bundles of their own: bytes that are the same are stored once. */
const echoing = (version: string) => `({ text }) => ({ text: text || '${version}' })`
const release = async (version: string) => (await releaseProbe(t, host))(version, echoing(version))
await release('1.0.0')
const acme = await setUpTenant(host, 'acme')
const load = (most: number) => ({ keys: [acme.key], atOnce: 8, most })

/** Rows of its tarball and its bundle; of the bundle all, or only its bytes. */
async function lose(t: Test, version: string, what: 'all' | 'bytes'): Promise<void> {
  const { rows } = await database.query(
    `select tarball_sha256, bundle_sha256 from installations
     join package_versions on name = plugin and package_versions.version = installations.version
     where plugin = $1 and installations.version = $2`,
    [probe, version],
  )
  const { tarball_sha256: tarball, bundle_sha256: bundle } = rows[0]
  const drop = async (table: string, sha256: string) => {
    const { rowCount } = await database.query(`delete from ${table} where sha256 = $1`, [sha256])
    t.equal(rowCount, 1)
  }
  await drop('contents', tarball)
  await drop(what === 'all' ? 'contents' : 'content_chunks', bundle)
}

async function restart(): Promise<void> {
  await host.kill('SIGKILL')
  host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
}

t.test(
  'a canary whose files are lost serves from what the host has, and is taken back once that is gone',
  async (t) => {
    await release('1.1.0')
    const id = await startHeld(host, '1.1.0', 5000)
    const whole = await echoWhileRunning(host, id, load(40))
    t.same([...whole.answers.keys()].sort(), ['200 1.0.0', '200 1.1.0'])
    await lose(t, '1.1.0', 'all')
    const held = await echoWhileRunning(host, id, load(40))
    t.same([...held.answers.keys()].sort(), ['200 1.0.0', '200 1.1.0'])
    await restart()
    const { rollout, answers } = await echoWhileRunning(host, id, load(4000))
    t.equal(rollout.state, 'aborted')
    t.same([...answers.keys()], ['200 1.0.0'], 'stable answered all')
    const last = rollout.transitions.at(-1)
    t.equal(last?.actor, 'judge')
    t.equal(last?.reason.en, 'stopped: 1.1.0 could not be loaded, and stable could')
    t.match(last?.reason['zh-CN'], '无法加载')
  },
)

t.test(
  'a stable version whose files are lost is told of by every call that it fails, and its canary is not blamed',
  async (t) => {
    await release('1.2.0')
    const id = await startHeld(host, '1.2.0', 5000)
    await echoWhileRunning(host, id, load(40))
    await lose(t, '1.0.0', 'bytes')
    const held = await echoWhileRunning(host, id, load(40))
    t.same(wrongAnswers(held.answers), [], 'it serves from what the host has')
    await restart()
    const { rollout, answers } = await echoWhileRunning(host, id, load(200))
    t.equal(rollout.state, 'running')
    t.same([...answers.keys()].sort(), ['200 1.2.0', '502 SBX_LOAD_FAILED'])
    await until(() => /SBX_LOAD_FAILED/.test(host.log()))
    const { body } = await firstRefused()
    t.match(body, { code: 'SBX_LOAD_FAILED', title: /1\.0\.0 cannot be loaded/ })
    await host.client.request('POST', `/v1/rollouts/${id}/promote`, {})
    t.match(await readRollout(host, id), { state: 'completed' })
    t.match(await callProbe(host, acme.key, 'echo', { text: 'x' }), { status: 200 })
  },
)

async function firstRefused() {
  for (;;) {
    const reply = await callProbe(host, acme.key, 'echo', { text: 'x' })
    if (reply.status !== 200) return reply
  }
}
