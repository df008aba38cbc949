import '../../../sandbox/test/plain-spawn.ts'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Npm, writeFiles } from '../support/npm.ts'
import { publishBody } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'

const registry = await startRegistry(t)
const { call } = registry
const home = t.testdir({})
const npm = await Npm.at(join(home, 'reader'), registry.url)
const name = '@acme/gate-counter'

for (const version of ['1.0.0', '1.1.0']) {
  const body = publishBody({ name, version })
  await call('/@acme%2fgate-counter', { method: 'PUT', token: OPERATOR_TOKEN, body })
}

const withdraw = (version: string, command: string) =>
  call(`/v1/marketplace/packages/@acme%2fgate-counter/versions/${version}/${command}`, {
    method: 'POST',
    token: OPERATOR_TOKEN,
    body: { reason: 'it counts twice' },
  })

async function app(folder: string): Promise<string> {
  const packageJson = JSON.stringify({ name: 'app', version: '1.0.0', private: true })
  return writeFiles(join(home, folder), { 'package.json': packageJson })
}

async function installed(folder: string): Promise<string> {
  const path = join(folder, 'node_modules', name, 'package.json')
  return JSON.parse(await readFile(path, 'utf8')).version
}

const locked = await app('locked')
const before = await npm.run(['install', name], locked)
// No assertion here: the root test would end by it, and the registry with it.
if (before.code !== 0) throw new Error(before.stderr)
await withdraw('1.1.0', 'yank')
/** With nothing in its cache. */
const fresh = await Npm.at(join(home, 'fresh'), registry.url)

t.test('npm chooses a yanked version by no tag and no range', async (t) => {
  const folder = await app('new')
  t.equal((await fresh.run(['install', name], folder)).code, 0)
  t.equal(await installed(folder), '1.0.0')
  const ranged = await app('ranged')
  t.equal((await fresh.run(['install', `${name}@^1.0.0`], ranged)).code, 0)
  t.equal(await installed(ranged), '1.0.0')
})

t.test('npm says why where it is named, or nothing else is in the range', async (t) => {
  for (const wish of ['1.1.0', '~1.1.0']) {
    const run = await fresh.run(['install', `${name}@${wish}`], await app(`named-${wish}`))
    t.not(run.code, 0, wish)
    t.match(run.stderr, /1\.1\.0 was yanked: it counts twice/, wish)
  }
})

t.test('who has it in a lockfile gets it, byte for byte', async (t) => {
  await rm(join(locked, 'node_modules'), { recursive: true })
  const run = await fresh.run(['ci'], locked)
  t.equal(run.code, 0, run.stderr)
  t.equal(await installed(locked), '1.1.0')
})

t.test('npm view shows it as deprecated, with the reason', async (t) => {
  const run = await fresh.run(['view', `${name}@1.1.0`, 'deprecated'])
  t.equal(run.stdout.trim(), 'yanked: it counts twice')
})

t.test('what was deprecated before it was yanked is deprecated again after', async (t) => {
  const author = await Npm.at(join(home, 'author'), registry.url, OPERATOR_TOKEN)
  const deprecate = await author.run(['deprecate', `${name}@1.0.0`, 'counts in the old way'])
  t.equal(deprecate.code, 0, deprecate.stderr)
  const told = registry.audited.findLast(({ action }) => action === 'package.deprecated')
  t.same(told?.details['versions'], ['1.0.0'])
  t.match((await withdraw('1.0.0', 'yank')).body, { state: 'yanked' })
  t.match((await withdraw('1.0.0', 'unyank')).body, { state: 'deprecated' })
  const view = await Npm.at(join(home, 'viewer'), registry.url)
  const run = await view.run(['view', `${name}@1.0.0`, 'deprecated'])
  t.equal(run.stdout.trim(), 'counts in the old way')
  t.equal((await author.run(['undeprecate', `${name}@1.0.0`])).code, 0)
})

t.test('what is blocked is given to nobody; unblocked, it is yanked still', async (t) => {
  await withdraw('1.1.0', 'block')
  t.equal((await call(`/${name}/-/gate-counter-1.1.0.tgz`)).status, 404)
  t.notOk((await call('/@acme%2fgate-counter')).body.versions['1.1.0'])
  await withdraw('1.1.0', 'unblock')
  t.equal((await call(`/${name}/-/gate-counter-1.1.0.tgz`)).status, 200)
  await withdraw('1.1.0', 'unyank')
  const folder = await app('again')
  const run = await (await Npm.at(join(home, 'last'), registry.url)).run(
    ['install', `${name}@^1.1.0`],
    folder,
  )
  t.equal(run.code, 0, run.stderr)
})
