import '../../../sandbox/test/plain-spawn.ts'
import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import t from 'tap'
import { blocksBelow, Terminal } from '../support/command-blocks.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { until } from '../support/processes.ts'
import { keyFile } from '../support/sealing.ts'

const root = join(import.meta.dirname, '../../..')
const page = 'sdk/docs/first-plugin.md'
const databases = await testDatabases(t)
const host = await HostProcess.start(t, {
  databaseUrl: databases.hostUrl,
  environment: {
    PLUGIN_DATABASE_URL: databases.pluginUrl,
    SIGNALBOX_KEY_FILE: await keyFile(t),
  },
})

t.test('the ten-minute guide works as it is pasted, in a fresh folder', async (t) => {
  const demo = { id: 'demo', name: 'Demo' }
  await host.client.request('POST', '/v1/tenants', demo)
  const folder = await temporaryHome(t)
  await writeFile(join(folder, 'token'), OPERATOR_TOKEN)
  const { url } = host
  // Where this machine takes packages from, as whoever reads the guide has it set.
  const reaching = Object.entries(process.env).filter(([name]) =>
    /^(npm_config_(registry|userconfig|globalconfig)|https?_proxy|node_extra_ca_certs)$/i.test(
      name,
    ),
  )
  const own = { PATH: process.env.PATH, HOME: folder, SIGNALBOX_URL: url, CI: 'true' }
  const environment = { ...Object.fromEntries(reaching), ...own }
  const terminal = new Terminal(folder, environment)
  t.teardown(() => terminal.close())
  /** The clone, the host and its token are where this test has them. */
  const here = (block: string) =>
    block
      .replaceAll('/clone/.signalbox/admin-token', join(folder, 'token'))
      .replaceAll('/clone', root)
      .replaceAll('http://127.0.0.1:4400', url)
      .replaceAll('127.0.0.1:4400', new URL(url).host)
  const block = async (heading: string) => here((await blocksBelow(page, heading))[0] ?? '')

  const guide = await readFile(join(root, page), 'utf8')
  const began = performance.now()
  t.match(
    await terminal.paste(await block('2. Begin')),
    /@acme\/warehouse@0\.1\.0 passes\.\nexit 0/,
  )

  const [, installed = ''] = await blocksBelow(page, '2. Begin')
  t.match(await terminal.paste(here(installed)), /added \d+ packages[\s\S]*exit 0\n$/)
  const installedFile = await readFile(
    join(folder, 'warehouse/node_modules/@signalbox/sdk/package.json'),
    'utf8',
  )
  t.match(JSON.parse(installedFile), {
    version: '1.0.0',
    exports: { '.': { default: './lib/index.js' } },
  })

  // On PostgreSQL of the tests, and ended by its own process: all else as it is written.
  const dev = (await block('3. See it run')).trim()
  t.equal(dev, 'signalbox dev --grant')
  const { hostUrl } = await testDatabases(t)
  const running = `${dev} --database ${hostUrl} > ../dev.log 2>&1 & echo started\n`
  await terminal.begin(running, /started/)
  const log = join(folder, 'dev.log')
  const shows = (wanted: RegExp) =>
    until(async () => wanted.test(await readFile(log, 'utf8').catch(() => '')), 90_000)
  await shows(/saves are followed/)
  const line = /^curl .*\/read .*$/m.exec(await readFile(log, 'utf8'))?.[0] ?? ''
  // The first call has a second, of which a busy machine takes more to make an isolate: it is pasted again.
  let read = ''
  const served = async () => {
    read = await terminal.paste(line)
    return !read.includes('SBX_DEADLINE_EXCEEDED')
  }
  await until(served)
  t.match(read, /"item":"A-1","pieces":40,"isLow":true/)
  const source = join(folder, 'warehouse/src/index.ts')
  const written = await readFile(source, 'utf8')
  const [, from = '', to = ''] =
    /change\s+`([^`]*)` in `src\/index.ts` to `([^`]*)`/.exec(guide) ?? []
  t.ok(written.includes(from), 'what the guide changes is there')
  await writeFile(source, written.replace(from, to))
  await shows(/reloaded in \d+ ms/)
  await until(served)
  t.match(read, /"pieces":80,"isLow":false/)
  await writeFile(source, written)
  t.match(await terminal.paste('kill -TERM $!; wait $!'), /exit 0/)

  t.match(
    await terminal.paste(await block('4. Check')),
    /: 0 errors, 0 warnings, \d+ notes\nexit 0/,
  )
  const called = await terminal.paste(await block('5. Publish, install, call'))
  const answer = called.slice(called.lastIndexOf('{'), called.lastIndexOf('}') + 1)
  t.same(JSON.parse(answer), { item: 'A-1', pieces: 40, isLow: false })
  t.match(called, /exit 0\n$/)
  t.comment(`the commands of the guide took ${((performance.now() - began) / 1000).toFixed(0)} s`)
})

t.test('login by a browser keeps the token of the publisher who confirmed', async (t) => {
  const { client, url } = host
  const password = 'correct horse battery'
  const account = { name: 'initrode', password, scopes: ['@initrode'] }
  await client.request('POST', '/v1/marketplace/publishers', account)
  const home = await temporaryHome(t)
  const command = join(root, 'core/bin/signalbox.mjs')
  const child = spawn(process.execPath, [command, 'login', '--web', '--url', url, '--json'], {
    env: { PATH: process.env.PATH, HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  let shown = ''
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    shown += chunk
  })
  await until(async () => /#[\w-]{43}/.test(shown), 60_000)
  const code = /\/npm\/-\/login#([\w-]{43})/.exec(shown)?.[1]
  await client.request('POST', '/npm/-/v1/login/confirm', { code, name: 'initrode', password })
  const told = JSON.parse(await readAll(child.stdout))
  t.match(told, { url })
  const kept = JSON.parse(await readFile(told.file, 'utf8'))
  const { token } = kept[new URL(url).origin]
  t.match(await host.as(token).request('GET', '/npm/-/whoami'), { username: 'initrode' })
})
