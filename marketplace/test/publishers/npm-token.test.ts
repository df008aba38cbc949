import assert from 'node:assert/strict'
import { join } from 'node:path'
import t from 'tap'
import { PublisherDirectory } from '../../src/publishers/publisher-directory.ts'
import { Npm, writeFiles } from '../support/npm.ts'
import { pluginFiles, publishBody } from '../support/plugin-package.ts'
import { startRegistry } from '../support/registry.ts'

const PASSWORD = 'correct horse battery'
const DAY_MS = 24 * 60 * 60 * 1000

let now = Date.now()
const registry = await startRegistry(t, { now: () => now })
const whole = await registry.publisher('acme', ['@acme', '@acme-labs'], PASSWORD)
const home = t.testdir({})
const npm = await Npm.at(join(home, 'author'), registry.url, whole)

async function create(...flags: string[]) {
  const run = await npm.run(['token', 'create', '--json', `--password=${PASSWORD}`, ...flags])
  assert.equal(run.code, 0, run.stderr)
  return JSON.parse(run.stdout)
}

function publish(token: string, name: string, version = '1.0.0') {
  return registry.call(`/${name.replace('/', '%2f')}`, {
    method: 'PUT',
    token,
    body: publishBody({ name, version }),
  })
}

t.test('npm makes, lists and revokes tokens, by id and by the token itself', async (t) => {
  const made = await create('--name=ci')
  t.match(made, { token: /^sbm_/, name: 'ci', readonly: false })
  const listed = JSON.parse((await npm.run(['token', 'list', '--json'])).stdout)
  t.equal(listed.length, 2)
  const { key } = listed.find(({ name }: { name: string }) => name === 'ci')
  t.notOk(JSON.stringify(listed).includes(made.token))
  const revoke = await npm.run(['token', 'revoke', key.slice(0, 12)])
  t.equal(revoke.code, 0, revoke.stderr)
  t.equal((await registry.call('/-/whoami', { token: made.token })).status, 401)
  const other = await create()
  t.equal((await npm.run(['token', 'revoke', other.token])).code, 0)
  t.equal((await registry.call('/-/whoami', { token: other.token })).status, 401)
})

t.test('a wrong password makes no token', async (t) => {
  const run = await npm.run(['token', 'create', '--password=guess'])
  t.not(run.code, 0)
  t.match(run.stderr, 'name or the password is wrong')
})

t.test('a token for reading publishes nothing and takes itself back', async (t) => {
  const { token, readonly } = await create('--packages-and-scopes-permission=read-only')
  t.equal(readonly, true)
  const reader = await Npm.at(join(home, 'reader'), registry.url, token)
  t.equal((await reader.run(['whoami'])).stdout.trim(), 'acme')
  const folder = await writeFiles(
    join(home, 'read-only'),
    pluginFiles({ name: '@acme/read-only', version: '1.0.0' }),
  )
  const run = await reader.run(['publish'], folder)
  t.not(run.code, 0)
  t.match(run.stderr, /E403[\s\S]*it is for reading only/)
  t.equal((await reader.run(['logout'])).code, 0)
  t.not((await reader.run(['whoami'])).code, 0)
})

t.test('a token for packages and scopes publishes those alone', async (t) => {
  const { token } = await create(
    '--packages=@acme/one',
    '--scopes=@acme-labs',
    '--packages-and-scopes-permission=read-write',
  )
  t.equal((await publish(token, '@acme/one')).status, 201)
  t.equal((await publish(token, '@acme-labs/any')).status, 201)
  t.match(await publish(token, '@acme/two'), {
    status: 403,
    body: { code: 'MKT_PUBLISH_FORBIDDEN', title: /token is for other packages/ },
  })
  t.equal((await publish(token, 'unscoped')).status, 403)
  await publish(whole, '@acme/two')
  const tag = { method: 'PUT', token, body: '1.0.0' }
  t.equal((await registry.call('/-/package/@acme%2ftwo/dist-tags/lts', tag)).status, 403)
  t.equal((await registry.call('/-/package/@acme%2fone/dist-tags/lts', tag)).status, 201)
})

t.test('packages named without a permission may be read only', async (t) => {
  const { token } = await create('--packages=@acme/one')
  t.match(await publish(token, '@acme/one', '1.0.1'), {
    status: 403,
    body: { code: 'MKT_TOKEN_NARROWED' },
  })
})

t.test('a token for other addresses is refused here, one for these is not', async (t) => {
  const away = await create('--cidr=203.0.113.0/24')
  t.match(await registry.call('/-/whoami', { token: away.token }), {
    status: 403,
    body: { code: 'MKT_TOKEN_NARROWED' },
  })
  const here = await create('--cidr=203.0.113.0/24,127.0.0.0/8')
  t.equal((await registry.call('/-/whoami', { token: here.token })).status, 200)
})

t.test('a token ends on its day', async (t) => {
  const { token, expires } = await create('--expires=7')
  t.equal(Date.parse(expires), now + 7 * DAY_MS)
  now += 7 * DAY_MS - 1
  t.equal((await publish(token, '@acme/expiring')).status, 201)
  now += 1
  t.match(await publish(token, '@acme/expiring', '1.0.1'), {
    status: 401,
    body: { code: 'MKT_TOKEN_INVALID' },
  })
})

t.test('a narrowed token makes and revokes none, and is nobody to the host', async (t) => {
  const narrowed = [
    await create('--packages-and-scopes-permission=read-only'),
    await create('--packages=@acme/one', '--packages-and-scopes-permission=read-write'),
    await create('--cidr=127.0.0.0/8'),
  ]
  const directory = new PublisherDirectory({ knex: registry.knex, now: () => now })
  t.equal(await directory.byToken(whole), 'acme')
  for (const { token } of narrowed) {
    const made = await registry.call('/-/npm/v1/tokens', {
      method: 'POST',
      token,
      body: { password: PASSWORD },
    })
    t.match(made, { status: 403, body: { code: 'MKT_TOKEN_NARROWED' } })
    t.equal(await directory.byToken(token), undefined)
  }
})

t.test('a limit that cannot be kept is refused with its place', async (t) => {
  const refused = [
    [{ orgs: ['acme'] }, '/orgs'],
    [{ orgs_permission: 'read-write' }, '/orgs_permission'],
    [{ bypass_2fa: true }, '/bypass_2fa'],
    [{ cidr_whitelist: ['::/0'] }, '/cidr_whitelist/0'],
    [{ cidr_whitelist: ['10.0.0.0/33'] }, '/cidr_whitelist/0'],
    [{ packages: ['@acme/One'] }, '/packages/0'],
    [{ scopes: ['@acme/x'] }, '/scopes/0'],
    [{ packages: ['x'], packages_all: true }, '/packages_all'],
  ] as const
  for (const [wish, pointer] of refused) {
    const answer = await registry.call('/-/npm/v1/tokens', {
      method: 'POST',
      token: whole,
      body: { password: PASSWORD, ...wish },
    })
    t.match(answer, { status: 400, body: { errors: [{ pointer }] } }, JSON.stringify(wish))
  }
})

t.test('npm shows the profile', async (t) => {
  const run = await npm.run(['profile', 'get', '--json'])
  t.equal(run.code, 0, run.stderr)
  t.match(JSON.parse(run.stdout), { name: 'acme', scopes: ['@acme', '@acme-labs'], tfa: null })
})

t.test('npm sets the password by the old one, and nothing else of a profile', async (t) => {
  const next = 'another horse, another battery'
  const set = (old: string, now: string) =>
    npm.run(['profile', 'set', 'password'], undefined, [
      ['Current password:', old],
      ['New password:', now],
      ['Again:', now],
    ])
  const wrong = await set('a wrong guess of it', next)
  t.not(wrong.code, 0)
  t.match(wrong.stderr, 'name or the password is wrong')
  const run = await set(PASSWORD, next)
  t.equal(run.code, 0, run.stderr)
  const login = (password: string) =>
    registry.call('/-/user/org.couchdb.user:acme', {
      method: 'PUT',
      body: { name: 'acme', password },
    })
  t.equal((await login(PASSWORD)).status, 401)
  t.equal((await login(next)).status, 201)
  t.match(registry.audited.at(-2), { action: 'publisher-password.changed', subject: 'acme' })
  const named = await npm.run(['profile', 'set', 'fullname', 'Acme'])
  t.not(named.code, 0)
  t.match(named.stderr, /fullname of acme cannot be set[\s\S]*npm profile set password/)
})

t.test('npm org, team, access grant and trust say what to use in their place', async (t) => {
  const commands = [
    ['org', 'ls', 'acme'],
    ['org', 'set', 'acme', 'carol'],
    ['org', 'rm', 'acme', 'carol'],
    ['team', 'create', '@acme:builders'],
    ['team', 'ls', '@acme'],
    ['team', 'add', '@acme:builders', 'carol'],
    ['access', 'grant', 'read-write', '@acme:builders', '@acme/one'],
  ]
  for (const command of commands) {
    const run = await npm.run(command)
    t.not(run.code, 0, command.join(' '))
    t.match(run.stderr, /no organisations and no teams[\s\S]*npm owner add/, command.join(' '))
  }
  const run = await npm.run(['trust', 'list', '@acme/one'])
  t.not(run.code, 0)
  t.match(run.stderr, /trusts no workflow[\s\S]*npm token create/)
})
