import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { openDataFolder } from '../../src/storage/data-folder.ts'
import { withDatabase } from '../../src/storage/databases.ts'
import { EmbeddedPostgres } from '../../src/storage/embedded-postgres.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, setUpTenant } from '../support/probe.ts'
import { releaseProbe } from '../support/probe-release.ts'

/** What happens to a rollout when something else breaks: the host, the hint, the server, the canary's process. */

interface Rollout {
  readonly id: string
  readonly state: string
  readonly step: number
  readonly weightBp: number
  readonly transitions: readonly {
    readonly command: string
    readonly actor: string
    readonly generation: number
  }[]
}

const hour = { durationMs: 3_600_000 }
const full = { weightBp: 10_000, hold: {} }
const PATIENCE_MS = 40_000

async function until(isReached: () => Promise<boolean> | boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; !(await isReached()); await delay(20)) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`)
  }
}

const read = (host: HostProcess, id: string) =>
  host.client.request<Rollout>('GET', `/v1/rollouts/${id}`)
const tell = (host: HostProcess, id: string, command: string) =>
  host.client.request<Rollout>('POST', `/v1/rollouts/${id}/${command}`, {})

async function plan(host: HostProcess, version: string, steps: object[]): Promise<string> {
  const wish = { plugin: probe, version, steps }
  return (await host.client.request<Rollout>('POST', '/v1/rollouts', wish)).id
}

async function start(host: HostProcess, version: string, steps: object[]): Promise<string> {
  const id = await plan(host, version, steps)
  await tell(host, id, 'start')
  return id
}

const echo = (host: HostProcess, key: string) => callProbe(host, key, 'echo', { text: 'hello' })
const versionOf = async (host: HostProcess, key: string) =>
  (await echo(host, key)).headers.get('signalbox-version')

/** Calls one after the other until told to stop; what is kept is what any caller saw. */
function keepCalling(host: HostProcess, key: string, callers: number) {
  const seen = new Map<string, number>()
  let isCalling = true
  const caller = async () => {
    while (isCalling) {
      const { status, headers, body } = await echo(host, key)
      const what = `${status} ${headers.get('signalbox-version') ?? body.code}`
      seen.set(what, (seen.get(what) ?? 0) + 1)
      await delay(10)
    }
  }
  const calling = Promise.all(Array.from({ length: callers }, caller))
  return {
    seen,
    errors: () => [...seen.keys()].filter((what) => !what.startsWith('200 ')),
    stop: async () => {
      isCalling = false
      await calling
    },
  }
}

t.test('on one database', async (t) => {
  const whole = t
  const { hostUrl } = await testDatabases(t)
  const home = await temporaryHome(t)
  let host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
  const publish = await releaseProbe(t, host)
  await publish('1.0.0')
  const { key } = await setUpTenant(host, 'acme')
  await publish('1.1.0')
  await publish(
    '1.2.0',
    "({ text }) => { if (text !== 'x') { const eaten = new Map(); for (let bite = 0; ; bite++) eaten.set(bite, bite) } return { text } }",
  )

  await t.test('a host killed in mid-rollout goes on at the same step and weight', async (t) => {
    const steps = [
      { weightBp: 2000, hold: { exposures: 1 } },
      { weightBp: 6000, hold: { exposures: 1_000_000 } },
      full,
    ]
    const id = await start(host, '1.1.0', steps)
    await until(async () => {
      await echo(host, key)
      return (await read(host, id)).step === 1
    }, 'the second step')
    await host.kill('SIGKILL')
    host = await HostProcess.start(whole, { databaseUrl: hostUrl, home })
    const after = await read(host, id)
    t.match(after, { state: 'running', step: 1, weightBp: 6000 })
    const versions = new Set<string | null>()
    await until(async () => versions.add(await versionOf(host, key)).size === 2, 'both versions')
    t.match(await tell(host, id, 'advance'), { step: 2, weightBp: 10_000 })
    await until(async () => {
      await echo(host, key)
      return (await read(host, id)).state === 'completed'
    }, 'the completion by itself')
    t.equal(await versionOf(host, key), '1.1.0')
    await host.client.request('POST', '/v1/plugins/@probe%2Fone:rollback', {})
    t.equal(await versionOf(host, key), '1.0.0')
  })

  await t.test(
    'a canary that kills its process at every call goes, and callers see nothing',
    async (t) => {
      const load = keepCalling(host, key, 4)
      const id = await start(host, '1.2.0', [{ weightBp: 500, hold: hour }, full])
      await until(async () => (await read(host, id)).state !== 'running', 'the abort')
      await load.stop()
      const { state, transitions } = await read(host, id)
      t.equal(state, 'aborted')
      t.equal(transitions.at(-1)?.actor, 'judge')
      t.same(load.errors(), [], 'stable answered all')
    },
  )

  await t.test(
    'abort and promote at once: one of them is done, once, and stable fits it',
    async (t) => {
      const generations: number[] = []
      for (let round = 0; round < 20; round++) {
        const id = await start(host, '1.1.0', [{ weightBp: 5000, hold: hour }, full])
        const commands = ['promote', 'abort', 'promote', 'abort']
        if (round % 2 === 1) commands.reverse()
        const told = await Promise.allSettled(commands.map((command) => tell(host, id, command)))
        t.equal(told.filter(({ status }) => status === 'fulfilled').length, 1, `round ${round}`)
        const { state, transitions } = await read(host, id)
        const done = transitions.map(({ command }) => command)
        t.same(done, ['start', state === 'completed' ? 'promote' : 'abort'], state)
        const { stableVersion } = await host.client.request<{ stableVersion: string }>(
          'GET',
          '/v1/plugins/@probe%2Fone',
        )
        t.equal(stableVersion, state === 'completed' ? '1.1.0' : '1.0.0')
        t.equal(await versionOf(host, key), stableVersion, 'and serves')
        generations.push(...transitions.map(({ generation }) => generation))
        if (state !== 'completed') continue
        await host.client.request('POST', '/v1/plugins/@probe%2Fone:rollback', {})
      }
      const ordered = [...new Set(generations)].sort((a, b) => a - b)
      t.same(generations, ordered, 'generations only rise')
    },
  )

  await t.test('a rollout planned from what is no longer stable is not started', async (t) => {
    const stale = await plan(host, '1.2.0', [{ weightBp: 100, hold: hour }, full])
    const id = await start(host, '1.1.0', [{ weightBp: 5000, hold: hour }, full])
    await tell(host, id, 'promote')
    t.equal((await refusal(tell(host, stale, 'start'))).code, 'CORE_ROLLOUT_COMMAND_REFUSED')
    const next = await start(host, '1.2.0', [{ weightBp: 1, hold: hour }, full])
    const back = () => host.client.request('POST', '/v1/plugins/@probe%2Fone:rollback', {})
    t.equal((await refusal(back())).code, 'CORE_ROLLOUT_COMMAND_REFUSED', 'a canary runs')
    await tell(host, next, 'abort')
    await back()
    t.equal(await versionOf(host, key), '1.0.0')
  })

  await t.test(
    'a node that has lost its listener takes a canary back within a second',
    async (t) => {
      const other = await HostProcess.start(t, { databaseUrl: hostUrl })
      const admin = new pg.Client({ connectionString: hostUrl })
      await admin.connect()
      t.teardown(() => admin.end())
      const id = await start(host, '1.1.0', [{ weightBp: 9999, hold: hour }, full])
      await until(async () => (await versionOf(other, key)) === '1.1.0', 'the canary on both')
      // One connection hears all channels. Which is whose cannot be told, and a poll connects again: all are cut, again and again.
      let isCutting = true
      let cuts = 0
      const cutting = (async () => {
        for (; isCutting; await delay(5)) {
          const { rowCount } = await admin.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and query like 'listen %'`,
          )
          cuts += rowCount ?? 0
        }
      })()
      await until(() => cuts >= 2, 'both listeners are cut')
      await tell(host, id, 'abort')
      const toldAt = performance.now()
      let last = 0
      await until(async () => {
        const askedAt = performance.now()
        const version = await versionOf(other, key)
        if (version === '1.1.0') last = askedAt - toldAt
        return version === '1.0.0'
      }, 'stable on the other node')
      // Two polls are one second; a busy machine reads later.
      t.comment(`the last call of the canary was sent ${Math.round(last)} ms after the abort`)
      t.ok(last < 4000, `${last} ms`)
      isCutting = false
      await cutting
    },
  )
})

t.test(
  'PostgreSQL restarted in mid-rollout: callers see nothing, and the rollout goes on',
  async (t) => {
    const folder = await openDataFolder(await temporaryHome(t))
    const password = await folder.readOrCreateSecret('postgres-password')
    const log = { info: () => undefined, warn: () => undefined }
    const startServer = () => EmbeddedPostgres.start({ dataFolder: folder.path, password, log })
    let server = await startServer()
    t.teardown(async () => {
      await server.stop()
      await folder.release()
    })
    const host = await HostProcess.start(t, { databaseUrl: withDatabase(server.url, 'signalbox') })
    const publish = await releaseProbe(t, host)
    await publish('1.0.0')
    const { key } = await setUpTenant(host, 'acme')
    await publish('1.1.0')
    const id = await start(host, '1.1.0', [{ weightBp: 5000, hold: { exposures: 200 } }, full])
    const load = keepCalling(host, key, 2)
    const calls = (version: string) => load.seen.get(`200 ${version}`) ?? 0
    await until(() => calls('1.0.0') > 5 && calls('1.1.0') > 5, 'calls of both')
    t.match(await read(host, id), { state: 'running', step: 0 })
    const before = calls('1.1.0')
    await server.stop()
    await until(() => calls('1.1.0') > before + 10, 'the canary keeps its share for some seconds')
    // Nobody can tell this node of an abort: from now on stable takes all, see decision 20.
    const isUnheard = async () => {
      const seen = calls('1.1.0')
      const from = calls('1.0.0')
      await until(() => calls('1.0.0') > from + 100, 'calls go on without PostgreSQL')
      return calls('1.1.0') === seen
    }
    await until(isUnheard, 'stable takes all calls')
    server = await startServer()
    const back = calls('1.1.0')
    await until(() => calls('1.1.0') > back, 'the canary has its share again')
    await until(async () => {
      const rollout = await read(host, id).catch(() => undefined)
      return rollout?.state === 'completed'
    }, 'the completion')
    await load.stop()
    t.same(load.errors(), [], `of ${calls('1.0.0') + calls('1.1.0')} calls`)
    t.same(
      (await read(host, id)).transitions.map(({ command }) => command),
      ['start', 'advance', 'promote'],
    )
  },
)
