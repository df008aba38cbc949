import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import t from 'tap'
import { failedStart, HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, installProbe, setUpTenant } from '../support/probe.ts'

const run = promisify(execFile)
const PATIENCE_MS = 30_000
const command = join(import.meta.dirname, '../../bin/signalbox.mjs')

t.test('a port that is taken is told by its number, and nothing is left behind', async (t) => {
  const blocker = createServer().listen(0, '127.0.0.1')
  t.teardown(() => blocker.close())
  await new Promise((resolve) => blocker.once('listening', resolve))
  const { port } = blocker.address() as { port: number }
  const home = join(await temporaryHome(t), 'none')
  const { code, errors } = await failedStart({ home, environment: { PORT: String(port) } })
  t.equal(code, 1)
  t.match(errors, `[CORE_PORT_TAKEN]`)
  t.match(errors, String(port))
  t.notOk(existsSync(home))
})

t.test('a host and its data folder', async (t) => {
  const { hostUrl } = await testDatabases(t)
  const environment = { SIGNALBOX_ADMIN_TOKEN: '' }
  const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })

  await t.test('the token that is made at the first start is its owner’s alone', async (t) => {
    const { mode } = await stat(join(host.home, 'admin-token'))
    t.equal(mode & 0o777, 0o600)
    const answer = await fetch(`${host.url}/v1/tenants`, {
      headers: { authorization: 'Bearer operator-token-of-the-tests' },
    })
    t.equal(answer.status, 401)
  })

  await t.test('a second host on it is refused while the first runs', async (t) => {
    const { code, errors } = await failedStart({ home: host.home, databaseUrl: hostUrl })
    t.equal(code, 1)
    t.match(errors, '[CORE_DATA_FOLDER_IN_USE]')
  })

  await t.test('told to stop, it ends with 0', async (t) => {
    t.equal(await host.kill('SIGTERM'), 0)
  })
})

t.test('two hosts share one database, and see each other’s changes', async (t) => {
  const { hostUrl } = await testDatabases(t)
  const one = await HostProcess.start(t, { databaseUrl: hostUrl })
  const two = await HostProcess.start(t, { databaseUrl: hostUrl })
  await installProbe(one)
  const { key, adminToken, subscription } = await setUpTenant(one, 'acme')
  t.equal(await answerSoon(two, key, 200), 200, 'a key issued by one opens a service on two')

  const path = `/v1/subscriptions/${subscription}`
  await two.as(adminToken).request('POST', `${path}:suspend`)
  t.equal(await answerSoon(one, key, 403), 403, 'suspended by two, refused by one')
  await one.as(adminToken).request('POST', `${path}:resume`)
  t.equal(await answerSoon(two, key, 200), 200, 'resumed by one, served by two')

  const { credentials } = await two
    .as(adminToken)
    .request<{ credentials: { id: string }[] }>('GET', path)
  await two.as(adminToken).request('DELETE', `${path}/credentials/${credentials[0]?.id}`)
  t.equal(await answerSoon(one, key, 401), 401, 'revoked by two, unknown to one')
})

/**
 * Calls until the answer is the awaited one. What counts is when a call was sent: one that was sent so long
 * after the change was acknowledged has to see it, however long this machine takes to answer. Nodes are told within
 * milliseconds, and look by themselves twice a second; a machine that is full gives them that half second late.
 */
async function answerSoon(host: HostProcess, key: string, awaited: number): Promise<number> {
  const acknowledgedAt = performance.now()
  for (;;) {
    const isLast = performance.now() - acknowledgedAt >= PATIENCE_MS
    const { status } = await callProbe(host, key, 'echo', { text: 'x' })
    if (status === awaited || isLast) return status
    await delay(20)
  }
}

t.test('settings that cannot be used stop the start with their name', async (t) => {
  const home = join(await temporaryHome(t), 'none')
  const wrong: Record<string, string>[] = [
    { PORT: 'http' },
    { DATABASE_URL: 'mysql://x' },
    { SIGNALBOX_ADMIN_TOKEN: 'short' },
  ]
  for (const environment of wrong) {
    const { code, errors } = await failedStart({ home, environment })
    t.equal(code, 1)
    t.match(errors, '[CORE_SETTING_INVALID]')
    t.match(errors, Object.keys(environment)[0])
  }
})

t.test('a database that does not answer is told, with the cure', async (t) => {
  const home = await temporaryHome(t)
  const { code, errors } = await failedStart({ home, databaseUrl: 'postgres://x:y@127.0.0.1:1/z' })
  t.equal(code, 1)
  t.match(errors, '[CORE_DATABASE_UNAVAILABLE]')
  t.notMatch(errors, 'x:y')
})

t.test(
  'an old Node hands over to the one that the project brings, and is told what is missing where there is none',
  async (t) => {
    const old = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path))
    const version = old === undefined ? '' : (await run(old, ['--version'])).stdout
    if (old === undefined || Number(/v(\d+)/.exec(version)?.[1]) >= 24) {
      t.comment('no Node older than 24 on this machine: not tried')
      return
    }
    const said = (program: string, words: string[], language: string) =>
      run(old, [program, ...words], { env: { PATH: '', SIGNALBOX_LANG: language } }).then(
        ({ stdout }) => `0 ${stdout}`,
        (error: { code: number; stderr: string }) => `${error.code} ${error.stderr}`,
      )
    t.match(await said(command, ['plugin', '--help'], 'en'), /^0 [\s\S]*install/)
    t.match(await said(command, ['no-such-command'], 'en'), /^[1-9]/, 'with its exit code')

    const alone = join(await temporaryHome(t), 'signalbox.mjs')
    await copyFile(command, alone)
    t.match(await said(alone, ['serve'], 'en'), /^1 signalbox needs Node 24[\s\S]*npm ci/)
    t.match(await said(alone, ['serve'], 'zh'), /^1 signalbox 需要 Node 24[\s\S]*npm ci/)
  },
)
