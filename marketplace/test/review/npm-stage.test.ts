import '../../../sandbox/test/plain-spawn.ts'
import { generateKeyPairSync } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inspectPackage } from '@signalbox/sandbox'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import t from 'tap'
import { defaultPolicy } from '../../src/review/review-policy.ts'
import { giveRole, writePolicy } from '../../src/review/review-store.ts'
import { Npm, writeFiles } from '../support/npm.ts'
import { pluginFiles } from '../support/plugin-package.ts'
import { OPERATOR_TOKEN, startRegistry } from '../support/registry.ts'
import { signedPackage } from '../support/signed-package.ts'

const registry = await startRegistry(t, { inspectPackage })
const { knex } = registry
await knex.transaction((trx) => writePolicy(trx, defaultPolicy, new Date(0)))
const home = t.testdir({})
const people = { acme: ['@acme'], carol: ['@carol'], dave: ['@dave'], eve: ['@eve'] }
const npm: Record<string, Npm> = {}
for (const [name, scopes] of Object.entries(people)) {
  const token = await registry.publisher(name, scopes)
  npm[name] = await Npm.at(join(home, name), registry.url, token)
}
npm.operator = await Npm.at(join(home, 'operator'), registry.url, OPERATOR_TOKEN)
const { acme, carol, dave, eve, operator } = npm as Record<keyof typeof people | 'operator', Npm>
for (const publisher of ['carol', 'dave', 'acme']) {
  await knex.transaction((trx) => giveRole(trx, { publisher, role: 'reviewer', at: new Date(0) }))
}
const name = '@acme/gate-counter'
const author = generateKeyPairSync('ed25519')
await registry.call('/v1/marketplace/publishers/acme/keys', {
  ...{ method: 'POST', token: OPERATOR_TOKEN },
  body: { publicKey: publicKeyText(author.publicKey) },
})

async function source(version: string, tier = 'sandbox'): Promise<string> {
  const files = pluginFiles({ name, version })
  const packageJson = JSON.parse(files['package.json'] ?? '')
  packageJson.signalbox.runtime.tier = tier
  if (tier === 'declarative') delete packageJson.signalbox.runtime.entry
  packageJson.files = ['dist', 'signalbox.sig']
  const changed = { ...files, 'package.json': JSON.stringify(packageJson) }
  const signed = signedPackage({ name, version }, changed, author.privateKey)
  return writeFiles(join(home, `source-${version}`), tier === 'trusted' ? signed : changed)
}

async function stage(version: string): Promise<string> {
  const run = await acme.run(['stage', 'publish'], await source(version))
  if (run.code !== 0) throw new Error(run.stderr)
  return idIn(run.stderr)
}

function idIn(text: string): string {
  return /npm stage view ([0-9a-f-]{36})/.exec(text)?.[1] ?? 'none'
}

async function isPublic(version: string): Promise<boolean> {
  return (await operator.run(['view', `${name}@${version}`, 'version'])).stdout.trim() === version
}

let first = ''

t.test(
  'a publish of a new name waits for review: npm ends well and says what it waits for',
  async (t) => {
    const run = await acme.run(['publish'], await source('1.0.0'))
    t.equal(run.code, 0, run.stderr)
    t.match(run.stderr, /not public yet \(the first version of a new name is always reviewed/)
    first = idIn(run.stderr)
    t.notOk(await isPublic('1.0.0'))
    const view = await operator.run(['view', name])
    t.match(view.stderr, /E404/, 'the name itself is shown to nobody')
    t.equal((await registry.call(`/${name}/-/gate-counter-1.0.0.tgz`)).status, 404)
  },
)

t.test('its number is taken from then on', async (t) => {
  const again = await acme.run(['stage', 'publish'], await source('1.0.0'))
  t.not(again.code, 0)
  t.match(again.stderr, /1\.0\.0 arrived before and waits for review/)
})

t.test('npm lists and views what waits, with the words of this marketplace', async (t) => {
  const list = await carol.run(['stage', 'list'])
  t.equal(list.code, 0, list.stderr)
  t.match(list.stdout, `id: ${first}`)
  t.match(list.stdout, /package name: @acme\/gate-counter\nversion: 1\.0\.0/)
  t.match(list.stdout, /status: waits for review\ntier: sandbox/)
  t.match(list.stdout, /approvals: 0 of 1\npermissions: asks for nothing\nmay approve: reviewers/)
  const view = JSON.parse((await acme.run(['stage', 'view', first, '--json'])).stdout)
  t.match(view, { id: first, packageName: name, actor: 'acme', grounds: 'first-version, tier' })
  t.match((await eve.run(['stage', 'list'])).stdout, 'No staged packages found.')
  t.match((await eve.run(['stage', 'view', first])).stderr, /E404/)
})

t.test('npm downloads the very bytes', async (t) => {
  const folder = await writeFiles(join(home, 'look'), { 'readme.txt': 'empty' })
  const run = await carol.run(['stage', 'download', first], folder)
  t.equal(run.code, 0, run.stderr)
  t.ok((await readdir(folder)).includes(`acme-gate-counter-1.0.0-${first}.tgz`))
  t.match((await eve.run(['stage', 'download', first], folder)).stderr, /E404/)
})

t.test('nobody lets out their own, and nobody who was not appointed does', async (t) => {
  const own = await acme.run(['stage', 'approve', first])
  t.not(own.code, 0)
  t.match(own.stderr, /who published a version does not decide on it/)
  t.not((await eve.run(['stage', 'approve', first])).code, 0)
  t.notOk(await isPublic('1.0.0'))
})

t.test('a reviewer approves, and it is public', async (t) => {
  const run = await carol.run(['stage', 'approve', first])
  t.equal(run.code, 0, run.stderr)
  t.ok(await isPublic('1.0.0'))
  t.match((await carol.run(['stage', 'approve', first])).stderr, /is decided: approved/)
  const told = registry.audited.filter(({ subject }) => subject === `${name}@1.0.0`)
  t.same(
    told.map(({ actor, action }) => `${actor} ${action}`),
    ['acme package.staged', 'carol package.approved', 'carol package.published'],
  )
})

t.test(
  'what was rejected is shown to nobody, is kept, and its number is not used again',
  async (t) => {
    const id = await stage('1.1.0')
    const run = await carol.run(['stage', 'reject', id])
    t.equal(run.code, 0, run.stderr)
    t.match(run.stderr, /the bytes are kept/)
    t.notOk(await isPublic('1.1.0'))
    const again = await acme.run(['publish'], await source('1.1.0'))
    t.match(again.stderr, /1\.1\.0 was published before|exists|taken/i)
    t.match((await acme.run(['stage', 'view', id])).stdout, /status: rejected/)
  },
)

t.test('a trusted tier takes two people, and one of them does not count twice', async (t) => {
  const run = await acme.run(['publish'], await source('2.0.0', 'trusted'))
  const id = idIn(run.stderr)
  const one = await carol.run(['stage', 'approve', id])
  t.match(one.stderr, /not public yet: it waits for one more approval/)
  t.match((await carol.run(['stage', 'approve', id])).stderr, /has approved .* already/)
  t.notOk(await isPublic('2.0.0'))
  t.equal((await dave.run(['stage', 'approve', id])).code, 0)
  t.ok(await isPublic('2.0.0'))
})

t.test('a declarative version passes by itself; staged, its publisher lets it out', async (t) => {
  const direct = await acme.run(['publish'], await source('2.1.0', 'declarative'))
  t.equal(direct.code, 0, direct.stderr)
  t.notMatch(direct.stderr, /not public yet/)
  t.ok(await isPublic('2.1.0'))
  const staged = await acme.run(['stage', 'publish'], await source('2.2.0', 'declarative'))
  t.notOk(await isPublic('2.2.0'))
  const run = await acme.run(['stage', 'approve', idIn(staged.stderr)])
  t.equal(run.code, 0, run.stderr)
  t.ok(await isPublic('2.2.0'))
})

t.test('a publisher who is trusted needs nobody for a sandbox', async (t) => {
  await knex.transaction((trx) =>
    giveRole(trx, { publisher: 'acme', role: 'trusted', at: new Date(0) }),
  )
  const run = await acme.run(['publish'], await source('3.0.0'))
  t.notMatch(run.stderr, /not public yet/)
  t.ok(await isPublic('3.0.0'))
})

t.test('what is no stage id is refused where it comes in', async (t) => {
  for (const [method, path] of [
    ['GET', '/-/stage/x'],
    ['GET', '/-/stage/x/tarball'],
    ['POST', '/-/stage/x/approve'],
    ['DELETE', '/-/stage/x'],
  ] as const) {
    const { status } = await registry.call(path, { method, token: OPERATOR_TOKEN })
    t.equal(status, 400, `${method} ${path}`)
  }
})
