import '../../sandbox/test/plain-spawn.ts'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { inspectPackage } from '../../sandbox/src/index.ts'
import { Npm, writeFiles } from './support/npm.ts'
import { pluginFiles } from './support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from './support/registry.ts'

const registry = await startRegistry(t, { inspectPackage })
const token = await registry.publisher('acme', ['@acme'], 'correct horse battery')
const home = t.testdir({})
const npm = await Npm.at(join(home, 'author'), registry.url, token)
const name = '@acme/gate-counter'

async function publish(version: string, ...flags: string[]) {
  const folder = join(home, `source-${version}`)
  await writeFiles(folder, pluginFiles({ name, version }))
  return npm.run(['publish', ...flags], folder)
}

function logIn(npm: Npm, user: string, password: string) {
  return npm.run(['login', '--auth-type=legacy'], undefined, [
    ['Username:', user],
    ['Password:', password],
  ])
}

t.test('npm publishes a package and its tag', async (t) => {
  const run = await publish('1.0.0')
  t.equal(run.code, 0, run.stderr)
  t.match(run.stdout, '+ @acme/gate-counter@1.0.0')
  const next = await publish('1.1.0-beta.1', '--tag', 'next')
  t.equal(next.code, 0, next.stderr)
})

t.test('npm shows the whole package.json, the manifest included', async (t) => {
  const run = await npm.run(['view', name, '--json'])
  const view = JSON.parse(run.stdout)
  t.match(view, {
    name,
    version: '1.0.0',
    'dist-tags': { latest: '1.0.0', next: '1.1.0-beta.1' },
    versions: ['1.0.0', '1.1.0-beta.1'],
    signalbox: { manifest: 1, displayName: { 'zh-CN': '闸口计数' } },
  })
  const key = await npm.run(['view', `${name}@next`, 'signalbox.runtime.tier'])
  t.equal(key.stdout.trim(), 'sandbox')
  t.match((await npm.run(['view', name, 'readme'])).stdout, '# Gate counter')
})

t.test('npm installs, and ci repeats the install from the lock file alone', async (t) => {
  const folder = await writeFiles(join(home, 'app'), {
    'package.json': JSON.stringify({ name: 'app', version: '1.0.0', private: true }),
  })
  const reader = await Npm.at(join(home, 'reader'), registry.url)
  const install = await reader.run(['install', name], folder)
  t.equal(install.code, 0, install.stderr)
  t.notMatch(install.stderr, /WARN|ERR/)
  const installed = join(folder, 'node_modules', name, 'package.json')
  t.match(JSON.parse(await readFile(installed, 'utf8')), { name, version: '1.0.0' })
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'))
  t.match(lock.packages[`node_modules/${name}`], {
    version: '1.0.0',
    resolved: `${registry.url}${name}/-/gate-counter-1.0.0.tgz`,
    integrity: /^sha512-/,
  })
  const fresh = await Npm.at(join(home, 'fresh'), registry.url)
  const ci = await fresh.run(['ci'], folder)
  t.equal(ci.code, 0, ci.stderr)
  t.match(JSON.parse(await readFile(installed, 'utf8')), { version: '1.0.0' })
})

t.test('npm lists, adds and removes tags', async (t) => {
  const add = await npm.run(['dist-tag', 'add', `${name}@1.0.0`, 'lts'])
  t.equal(add.code, 0, add.stderr)
  const list = await npm.run(['dist-tag', 'ls', name])
  t.equal(list.stdout.trim(), 'latest: 1.0.0\nlts: 1.0.0\nnext: 1.1.0-beta.1')
  const remove = await npm.run(['dist-tag', 'rm', name, 'lts'])
  t.equal(remove.code, 0, remove.stderr)
  t.notMatch((await npm.run(['dist-tag', 'ls', name])).stdout, 'lts')
  t.not((await npm.run(['dist-tag', 'rm', name, 'latest'])).code, 0)
})

t.test('npm searches names and descriptions', async (t) => {
  const found = JSON.parse((await npm.run(['search', 'through gate', '--json'])).stdout)
  t.match(found, [{ name, version: '1.0.0', description: /Counts/ }])
  t.strictSame(JSON.parse((await npm.run(['search', 'nothing-here', '--json'])).stdout), [])
})

t.test('npm pings and says who it is', async (t) => {
  t.equal((await npm.run(['ping'])).code, 0)
  t.equal((await npm.run(['whoami'])).stdout.trim(), 'acme')
})

t.test('a stranger is told to log in', async (t) => {
  const stranger = await Npm.at(join(home, 'stranger'), registry.url, 'sbm_not-a-token')
  const folder = await writeFiles(join(home, 'own'), pluginFiles({ name: 'own', version: '1.0.0' }))
  const run = await stranger.run(['publish'], folder)
  t.not(run.code, 0)
  t.match(run.stderr, /E401/)
  t.match(run.stderr, /npm login/)
})

t.test("npm prints the registry's reason and cure", async (t) => {
  const folder = await writeFiles(
    join(home, 'other'),
    pluginFiles({ name: '@other/gate', version: '1.0.0' }),
  )
  const run = await npm.run(['publish'], folder)
  t.not(run.code, 0)
  t.match(run.stderr, /E403/)
  t.match(run.stderr, /the scope @other is not theirs\. Publish under a scope of your own/)
})

t.test('npm logs in by name and password, is known, and logs out', async (t) => {
  const laptop = await Npm.at(join(home, 'laptop'), registry.url)
  const login = await logIn(laptop, 'acme', 'correct horse battery')
  t.equal(login.code, 0, login.stderr)
  t.equal((await laptop.run(['whoami'])).stdout.trim(), 'acme')
  t.equal((await laptop.run(['logout'])).code, 0)
  t.not((await laptop.run(['whoami'])).code, 0)
})

t.test('the operator logs in with the admin token; a wrong password is refused', async (t) => {
  const laptop = await Npm.at(join(home, 'operator'), registry.url)
  const wrong = await logIn(laptop, 'acme', 'guess')
  t.not(wrong.code, 0)
  t.match(wrong.stderr, /name or the password is wrong/)
  const login = await logIn(laptop, 'operator', OPERATOR_TOKEN)
  t.equal(login.code, 0, login.stderr)
  t.equal((await laptop.run(['whoami'])).stdout.trim(), 'operator')
})
