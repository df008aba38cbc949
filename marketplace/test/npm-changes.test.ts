import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Npm, writeFiles } from './support/npm.ts'
import { pluginFiles, publishBody } from './support/plugin-package.ts'
import { startRegistry } from './support/registry.ts'

const HOUR_MS = 60 * 60 * 1000

let now = Date.now()
const installed = new Set<string>()
const registry = await startRegistry(t, {
  now: () => now,
  isInstalled: async (name, version) => installed.has(`${name}@${version}`),
})
const tokens = {
  acme: await registry.publisher('acme', ['@acme']),
  bob: await registry.publisher('bob', ['@bob']),
}
const home = t.testdir({})
const acme = await Npm.at(join(home, 'acme'), registry.url, tokens.acme)
const bob = await Npm.at(join(home, 'bob'), registry.url, tokens.bob)

const at = (name: string) => `/${name.replace('/', '%2f')}`

async function publish(name: string, ...versions: string[]) {
  for (const version of versions) {
    const body = publishBody({ name, version })
    const put = { method: 'PUT', token: tokens.acme, body }
    assert.equal((await registry.call(at(name), put)).status, 201)
  }
}

async function packument(name: string) {
  return (await registry.call(at(name))).body
}

t.test(
  'npm deprecates a range with a reason, warns whoever installs, and takes it back',
  async (t) => {
    const name = '@acme/old'
    await publish(name, '1.0.0', '1.1.0', '2.0.0')
    const run = await acme.run(['deprecate', `${name}@1.x`, 'use 2: it counts twice'])
    t.equal(run.code, 0, run.stderr)
    const { versions } = await packument(name)
    t.equal(versions['1.0.0'].deprecated, 'use 2: it counts twice')
    t.equal(versions['1.1.0'].deprecated, 'use 2: it counts twice')
    t.notOk('deprecated' in versions['2.0.0'])
    const app = await writeFiles(join(home, 'app'), { 'package.json': '{"private":true}' })
    const install = await bob.run(['install', `${name}@1`], app)
    t.equal(install.code, 0, install.stderr)
    t.match(install.stderr, 'use 2: it counts twice')
    const back = await acme.run(['undeprecate', `${name}@1.x`])
    t.equal(back.code, 0, back.stderr)
    t.notMatch(JSON.stringify(await packument(name)), 'counts twice')
    t.match(registry.audited.slice(-2), [
      { action: 'package.deprecated', actor: 'acme', details: { versions: ['1.0.0', '1.1.0'] } },
      { action: 'package.deprecated', details: { message: null } },
    ])
  },
)

t.test('an older packument does not undo what happened since', async (t) => {
  const name = '@acme/stale'
  await publish(name, '1.0.0')
  const old = await packument(name)
  await publish(name, '1.1.0')
  old.versions['1.0.0'].deprecated = 'too late!'
  const put = (body: unknown) =>
    registry.call(at(name), { method: 'PUT', token: tokens.acme, body })
  t.match(await put(old), { status: 409, body: { code: 'MKT_REV_STALE' } })
  const { _rev, ...without } = old
  t.match(await put(without), { status: 400, body: { errors: [{ pointer: '/_rev' }] } })
  t.notMatch(JSON.stringify(await packument(name)), 'too late!')
})

t.test('only a deprecation is read from a packument that is sent back', async (t) => {
  const name = '@acme/forged'
  await publish(name, '1.0.0')
  const before = await packument(name)
  const forged = structuredClone(before)
  forged.versions['1.0.0'].dist.integrity = 'sha512-AAAA'
  forged.versions['9.9.9'] = forged.versions['1.0.0']
  forged['dist-tags'] = { latest: '9.9.9' }
  forged.maintainers = [{ name: 'bob' }]
  const put = { method: 'PUT', token: tokens.acme, body: forged }
  t.equal((await registry.call(at(name), put)).status, 201)
  t.same(await packument(name), before, 'not even the revision moves')
  t.equal((await registry.call(at(name), { ...put, token: tokens.bob })).status, 403)
})

t.test('a message that is no short text is refused with its place', async (t) => {
  const name = '@acme/message'
  await publish(name, '1.0.0')
  for (const deprecated of [true, { a: 1 }, 'x'.repeat(1025), 'a\u0000b']) {
    const body = await packument(name)
    body.versions['1.0.0'].deprecated = deprecated
    const answer = await registry.call(at(name), { method: 'PUT', token: tokens.acme, body })
    t.match(answer, { status: 400, body: { errors: [{ pointer: '/versions/1.0.0/deprecated' }] } })
  }
})

t.test(
  'npm unpublishes a young version: it is gone, its number stays taken, its bytes stay',
  async (t) => {
    const name = '@acme/young'
    await publish(name, '1.0.0', '1.1.0')
    const tarball = `${at(name)}/-/young-1.1.0.tgz`
    t.equal((await registry.call(tarball)).status, 200)
    const run = await acme.run(['unpublish', `${name}@1.1.0`])
    t.equal(run.code, 0, run.stderr)
    t.match(run.stdout, `- ${name}@1.1.0`)
    const left = await packument(name)
    t.same(Object.keys(left.versions), ['1.0.0'])
    t.same(left['dist-tags'], { latest: '1.0.0' })
    t.equal((await registry.call(tarball)).status, 404)
    const again = {
      method: 'PUT',
      token: tokens.acme,
      body: publishBody({ name, version: '1.1.0' }),
    }
    t.match(await registry.call(at(name), again), {
      status: 409,
      body: { code: 'MKT_VERSION_EXISTS' },
    })
    const row = await registry.knex('package_versions').where({ name, version: '1.1.0' }).first()
    t.ok(await registry.knex('contents').where({ sha256: row.tarball_sha256 }).first('sha256'))
  },
)

t.test('npm unpublishes a whole package; the name stays its publisher’s', async (t) => {
  const name = 'whole-thing'
  await publish(name, '1.0.0', '1.1.0')
  const run = await acme.run(['unpublish', name, '--force'])
  t.equal(run.code, 0, run.stderr)
  t.equal((await registry.call(at(name))).status, 404)
  t.match((await acme.run(['view', name])).stderr, 'E404')
  const thief = { method: 'PUT', token: tokens.bob, body: publishBody({ name, version: '3.0.0' }) }
  t.equal((await registry.call(at(name), thief)).status, 403)
  await publish(name, '1.2.0')
  t.same((await packument(name))['dist-tags'], { latest: '1.2.0' })
})

t.test('what is installed or older than 72 hours stays, and npm prints the cure', async (t) => {
  const name = '@acme/relied-on'
  await publish(name, '1.0.0', '1.1.0')
  installed.add(`${name}@1.0.0`)
  const run = await acme.run(['unpublish', `${name}@1.0.0`])
  t.not(run.code, 0)
  t.match(run.stderr, /it is installed[\s\S]*npm deprecate/)
  const whole = await acme.run(['unpublish', name, '--force'])
  t.not(whole.code, 0)
  now += 72 * HOUR_MS + 1
  const old = await acme.run(['unpublish', `${name}@1.1.0`])
  t.match(old.stderr, /more than 72 hours ago[\s\S]*ask the operator to yank it/)
  t.same(Object.keys((await packument(name)).versions), ['1.0.0', '1.1.0'])
})

t.test('nobody else unpublishes, nor anybody a revision that has passed', async (t) => {
  const name = '@acme/mine'
  await publish(name, '1.0.0')
  const { _rev } = await packument(name)
  const remove = (token: string, rev: string) =>
    registry.call(`${at(name)}/-rev/${rev}`, { method: 'DELETE', token })
  t.equal((await remove(tokens.bob, _rev)).status, 403)
  await publish(name, '1.1.0')
  t.match(await remove(tokens.acme, _rev), { status: 409, body: { code: 'MKT_REV_STALE' } })
  t.equal((await registry.call(at(name))).status, 200)
})

t.test('npm owner: the holder lets another publish, who leaves again', async (t) => {
  const name = '@acme/shared'
  await publish(name, '1.0.0')
  const folder = await writeFiles(join(home, 'shared'), pluginFiles({ name, version: '1.1.0' }))
  t.not((await bob.run(['publish'], folder)).code, 0)
  const add = await acme.run(['owner', 'add', 'bob', name])
  t.equal(add.code, 0, add.stderr)
  t.match((await acme.run(['owner', 'ls', name])).stdout, /acme <>\nbob <>/)
  const published = await bob.run(['publish'], folder)
  t.equal(published.code, 0, published.stderr)
  const collaborators = await acme.run(['access', 'list', 'collaborators', name, '--json'])
  t.same(JSON.parse(collaborators.stdout), { acme: 'read-write', bob: 'read-write' })
  const packages = await acme.run(['access', 'list', 'packages', 'bob', '--json'])
  t.match(JSON.parse(packages.stdout), { [name]: 'read-write' })
  t.match((await acme.run(['access', 'get', 'status', name])).stdout, 'public')
  const takeover = await bob.run(['owner', 'rm', 'acme', name])
  t.match(takeover.stderr, 'only who holds it')
  const stays = await acme.run(['owner', 'rm', 'acme', name])
  t.match(stays.stderr, 'holds the scope')
  const nobody = await acme.run(['owner', 'add', 'nobody-here', name])
  t.match(nobody.stderr, 'no publisher nobody-here')
  t.equal((await bob.run(['owner', 'rm', 'bob', name])).code, 0)
  const later = await writeFiles(join(home, 'later'), pluginFiles({ name, version: '1.2.0' }))
  t.match((await bob.run(['publish'], later)).stderr, 'E403')
})

t.test('an unscoped name goes over to another publisher', async (t) => {
  const name = 'handed-over'
  await publish(name, '1.0.0')
  t.equal((await acme.run(['owner', 'add', 'bob', name])).code, 0)
  t.equal((await acme.run(['owner', 'rm', 'acme', name])).code, 0)
  t.equal((await bob.run(['owner', 'ls', name])).stdout.trim(), 'bob <>')
  const put = { method: 'PUT', body: publishBody({ name, version: '1.1.0' }) }
  t.equal((await registry.call(at(name), { ...put, token: tokens.acme })).status, 403)
  t.equal((await registry.call(at(name), { ...put, token: tokens.bob })).status, 201)
})

t.test('a package cannot be hidden, and npm says so', async (t) => {
  const name = '@acme/open'
  await publish(name, '1.0.0')
  t.match(
    (await acme.run(['access', 'set', 'status=private', name])).stderr,
    'can be read by whoever',
  )
  const factor = await acme.run(['access', 'set', 'mfa=publish', name])
  t.not(factor.code, 0)
  t.match(factor.stderr, 'no second factor')
  t.equal((await acme.run(['access', 'set', 'status=public', name])).code, 0)
})

t.test('npm star, stars and unstar; nobody’s revision moves by them', async (t) => {
  const name = '@acme/liked'
  await publish(name, '1.0.0')
  const { _rev } = await packument(name)
  const star = await bob.run(['star', name])
  t.equal(star.code, 0, star.stderr)
  t.equal((await bob.run(['stars'])).stdout.trim(), name)
  t.equal((await acme.run(['stars', 'bob'])).stdout.trim(), name)
  t.equal((await packument(name))._rev, _rev)
  t.equal((await bob.run(['unstar', name])).code, 0)
  t.equal((await bob.run(['stars'])).stdout.trim(), '')
})

t.test('provenance is served back, and bundles about other bytes are refused', async (t) => {
  const spec = { name: '@acme/proven', version: '1.0.0' }
  const body = publishBody(spec)
  const { integrity } = (body.versions['1.0.0'] as { dist: { integrity: string } }).dist
  const sha512 = Buffer.from(integrity.slice(7), 'base64').toString('hex')
  const type = 'https://slsa.dev/provenance/v1'
  const bundleFor = (digest: string) => {
    const statement = { predicateType: type, subject: [{ name: 'x', digest: { sha512: digest } }] }
    const payload = Buffer.from(JSON.stringify(statement)).toString('base64')
    return JSON.stringify({ dsseEnvelope: { payload } })
  }
  const put = (digest: string) => {
    const attachment = { content_type: 'application/json', data: bundleFor(digest) }
    const given = {
      ...body,
      _attachments: { ...body._attachments, [`${spec.name}-1.0.0.sigstore`]: attachment },
    }
    return registry.call(at(spec.name), { method: 'PUT', token: tokens.acme, body: given })
  }
  t.match(await put('0'.repeat(128)), { status: 422, body: { code: 'MKT_INTEGRITY_MISMATCH' } })
  t.equal((await put(sha512)).status, 201)
  const view = await bob.run(['view', spec.name, 'dist.attestations', '--json'])
  const { url, provenance } = JSON.parse(view.stdout)
  t.equal(provenance.predicateType, type)
  const { attestations } = (await registry.call(new URL(url).pathname.slice(4))).body
  t.same(attestations, [{ predicateType: type, bundle: JSON.parse(bundleFor(sha512)) }])
})

t.test(
  'npm updates and tells what is outdated; a packument that stands is not sent twice',
  async (t) => {
    const name = '@acme/moving'
    await publish(name, '1.0.0')
    const app = await writeFiles(join(home, 'moving'), { 'package.json': '{"private":true}' })
    t.equal((await bob.run(['install', `${name}@^1.0.0`], app)).code, 0)
    await publish(name, '1.1.0', '2.0.0')
    const outdated = await bob.run(['outdated', '--json'], app)
    t.match(JSON.parse(outdated.stdout), {
      [name]: { current: '1.0.0', wanted: '1.1.0', latest: '2.0.0' },
    })
    const statuses: number[] = []
    registry.onAnswer((url, status) => {
      if (url === `/npm${at(name)}`) statuses.push(status)
    })
    const update = await bob.run(['update', '--prefer-online'], app)
    t.equal(update.code, 0, update.stderr)
    const manifest = await readFile(join(app, 'node_modules', name, 'package.json'), 'utf8')
    t.match(JSON.parse(manifest), { version: '1.1.0' })
    t.equal((await bob.run(['update', '--prefer-online'], app)).code, 0)
    t.equal(statuses.at(-1), 304)
  },
)
