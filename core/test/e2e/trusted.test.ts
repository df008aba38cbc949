import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { installFixture } from '../support/fixture-plugin.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, setUpTenant } from '../support/probe.ts'
import { isAlive, until } from '../support/processes.ts'

const plugin = '@trusted/one'
const service = 'trusted.one'

const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const settings = { home, databaseUrl: hostUrl }
const start = (trusted: string) =>
  HostProcess.start(t, {
    ...settings,
    environment: {
      PLUGIN_DATABASE_URL: pluginUrl,
      SIGNALBOX_TRUSTED: trusted,
      SECRET_OF_THE_HOST: 'nobody else should read this',
    },
  })

const strict = await start('@other/one, @trusted/one=somebody-else')
const refused = await refusal(installFixture(strict, 'trusted-plugin', plugin))
await strict.kill('SIGTERM')

const host = await start(`${plugin}=operator`)
await host.client.request('POST', '/v1/plugins', { name: plugin })
const setUp = { plugin, service, capabilities: [] }
const acme = await setUpTenant(host, 'acme', setUp)
const globex = await setUpTenant(host, 'globex', {
  ...setUp,
  capabilities: ['identity:read'],
})
const call = (operation: string, input = {}, { key } = acme) =>
  callProbe(host, key, operation, input, service)
const look = async (tenant = acme) => (await call('look', {}, tenant)).body

t.test('a package that is not on the list, or is of somebody else, is refused', async (t) => {
  t.match(refused, { status: 403, code: 'CORE_TIER_NOT_ALLOWED' })
})

t.test('one process serves all tenants, each call as its own', async (t) => {
  const began = Date.now()
  const one = await look(acme)
  const ended = Date.now()
  const other = await look(globex)
  t.equal(one.pid, other.pid)
  t.strictSame([one.tenant, other.tenant], ['acme', 'globex'])
  t.strictSame(one.principal, { kind: 'app', id: 'app' })
  t.equal(one.hash, 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb')
  t.ok(one.now > began - 10_000 && one.now < ended + 10_000)
  t.strictSame(one.words, { greeting: 'from a file of the package' })
})

t.test('nothing of the host is handed to the process', async (t) => {
  const { env, argv, descriptors, niceness, cwd } = await look()
  t.strictSame(Object.keys(env), ['TZ'])
  t.equal(argv.length, 1)
  t.match(argv[0], /^\d+$/)
  t.equal(niceness, '0')
  // One is the socket, one carries the last words of a crash; all else Node opened for itself.
  const ownOnes = /^(|\/dev\/null|anon_inode:.*|pipe:.*|\/proc\/.*)$/
  const handed = descriptors.filter((path: string) => !ownOnes.test(path))
  t.match(handed, [/^socket:/, /^socket:/])
  t.equal(handed.length, 2)
  t.match(cwd, /\/trusted\/@trusted\+one@1\.0\.0-[0-9a-f]{32}$/)
  t.equal((await stat(join(home, 'trusted'))).mode & 0o777, 0o700)
  t.equal((await stat(join(cwd, 'dist/plugin.js'))).mode & 0o777, 0o400)
})

t.test('what was not granted is not there, in the tenant where it was not', async (t) => {
  t.match((await call('units')).body, { code: 'CORE_GRANT_MISSING' })
  t.strictSame((await call('units', {}, globex)).body, { items: [] })
})

t.test('a call that is over can ask for nothing more', async (t) => {
  // Of globex, which has the grant; the first call that was looked at is over.
  const { body } = await call('askLater', {}, globex)
  t.match(body, { code: 'SBX_PLUGIN_THREW', title: /This call is over/ })
})

t.test("a plugin's own no and its failures have the codes of the sandbox", async (t) => {
  t.match(await call('refuse'), { status: 422, body: { code: 'NOT_TODAY' } })
  t.match(await call('throw'), { status: 502, body: { code: 'SBX_PLUGIN_THREW' } })
})

t.test('a deadline is answered at once, and the handler is told', async (t) => {
  const [, aborted] = [await call('wait'), await call('aborted')]
  t.match((await call('wait')).body, { code: 'SBX_DEADLINE_EXCEEDED' })
  t.ok(aborted.body >= 1)
})

t.test('a process that ends is started again', async (t) => {
  const before = (await look()).pid
  t.match((await call('exit')).body, { code: 'SBX_LANE_LOST' })
  const after = (await look()).pid
  t.not(after, before)
  await until(() => !isAlive(before))
})

t.test('a read that lost its process is answered by the next one', async (t) => {
  const { status } = await call('exitOnce', { file: join(home, 'exited') })
  t.equal(status, 200)
  // That were two strikes: one more, and the version would rest.
})

t.test('what is left of a version that nobody enables any more: nothing', async (t) => {
  const { pid, cwd } = await look()
  for (const [tenant, { adminToken }] of Object.entries({ acme, globex })) {
    const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}`
    await host.as(adminToken).request('PUT', path, { binding: 'disabled' })
  }
  await until(() => !isAlive(pid) && !existsSync(cwd))
  t.strictSame(readdirSync(join(home, 'trusted')), [])
  for (const [tenant, { adminToken }] of Object.entries({ acme, globex })) {
    const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}`
    await host.as(adminToken).request('PUT', path, { binding: 'enabled' })
  }
  const again = await look()
  t.equal(again.cwd, cwd)
  t.not(again.pid, pid)
})

t.test('kill -9 of the host leaves no process behind', async (t) => {
  const { pid } = await look()
  t.match(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'), /^700/)
  await host.kill('SIGKILL')
  await until(() => !isAlive(pid))
})

t.test('a package that was taken off the list does not run, and the host boots', async (t) => {
  const next = await start('')
  const { status, body } = await callProbe(next, acme.key, 'look', {}, service)
  t.match({ status, body }, { status: 403, body: { code: 'CORE_TIER_NOT_ALLOWED' } })
})
