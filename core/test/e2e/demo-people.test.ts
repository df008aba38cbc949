import { cp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { until } from '../../../sandbox/test/until.ts'
import { Browser } from '../support/browser.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { packedFixture } from '../support/packed-fixture.ts'
import { testDatabases } from '../support/postgres.ts'

const { hostUrl, pluginUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const passwordFile = join(home, 'demo-password')

/** A sandboxed plugin with permissions, and what npm builds before it packs. */
const asking = await writeFiles(join(await temporaryHome(t), 'asking'), {
  'make.mjs': `import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync('dist', { recursive: true })
writeFileSync('dist/plugin.js', 'var __signalbox_plugin = { default: { services: {} } }')`,
  'package.json': JSON.stringify({
    name: '@asking/one',
    version: '1.0.0',
    license: 'Apache-2.0',
    keywords: ['signalbox-plugin'],
    files: ['dist'],
    scripts: { prepack: 'node make.mjs' },
    signalbox: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: 'Asking' },
      runtime: {
        tier: 'sandbox',
        entry: 'dist/plugin.js',
        limits: { turnMs: 1000, deadlineMs: 20_000 },
      },
      provides: {
        permissions: ['stock.count', 'stock.see'].map((id) => ({ id, label: { en: id } })),
      },
    },
  }),
})

/** A folder of its own, since the demo signs what it trusts where it lies; it is packed already. */
async function signable(): Promise<string> {
  const folder = join(await temporaryHome(t), 'trusted')
  await cp(await packedFixture('trusted-plugin'), folder, { recursive: true })
  const file = join(folder, 'package.json')
  const { scripts, ...packageJson } = JSON.parse(await readFile(file, 'utf8'))
  const files = [...packageJson.files, 'signalbox.sig']
  await writeFile(file, JSON.stringify({ ...packageJson, files }))
  return folder
}

const people = [
  {
    login: 'Lin',
    displayName: 'Lin',
    email: 'lin@demo.example',
    locale: 'zh-CN',
    roles: ['admin'],
  },
  { login: 'ann', displayName: 'Ann', email: 'ann@demo.example' },
]
const demo = {
  plugin: await signable(),
  beside: [asking],
  trusts: ['@trusted/one'],
  people,
  tenant: { id: 'demo', name: 'Demo' },
  units: [],
  app: { id: 'app', name: 'App' },
  service: 'trusted.one',
  major: 1,
  operation: 'look',
  input: {},
}
const file = join(await temporaryHome(t), 'demo.json')

async function start(words: object = demo) {
  await writeFile(file, JSON.stringify(words))
  let output = ''
  const host = await HostProcess.start(t, {
    home,
    databaseUrl: hostUrl,
    environment: { PLUGIN_DATABASE_URL: pluginUrl },
    words: ['--demo', file],
    onOutput: (bytes) => {
      output += bytes.toString()
    },
  })
  return { host, output: () => output }
}

async function signedIn(url: string, login: string, password: string) {
  const browser = new Browser(url)
  return { browser, ...(await browser.signIn('demo', login, password)) }
}

const passwordKept = async () => (await readFile(passwordFile, 'utf8')).trim()

async function changes({ client }: HostProcess): Promise<number> {
  const query = '/v1/audit?tenant=demo&outcome=done&limit=200'
  const { items } = await client.request<{ items: { action: string }[] }>('GET', query)
  return items.filter(({ action }) => /^(user|role|password)/.test(action)).length
}

t.test(
  'the people of a demo sign in with the password of the file, and look at all of it',
  async (t) => {
    const { host, output } = await start()
    const password = await passwordKept()
    t.match(password, /^[a-z2-9]{6}(-[a-z2-9]{6}){3}$/)
    t.equal((await stat(passwordFile)).mode & 0o777, 0o600)
    const told = new RegExp(`${host.url}/sign-in.* demo.* Lin / ann.*${passwordFile}`)
    // Its lines come after the one that it is ready.
    await until(() => told.test(output()))
    t.notMatch(output(), password)
    for (const { login, roles = [] } of people) {
      const { browser, status } = await signedIn(host.url, login, password)
      t.equal(status, 200, login)
      const { body } = await browser.ask<{ roles: { role: string }[] }>('GET', '/v1/me')
      t.match(body, {
        login: login.toLowerCase(),
        permissions: ['stock.count', 'stock.see'],
      })
      t.same(body.roles.map(({ role }) => role).sort(), [...roles, 'demo-everything'].sort())
    }
    const before = await changes(host)
    await host.kill('SIGTERM')

    const { host: second } = await start()
    t.equal(await changes(second), before, 'a second start changes nothing')
    t.equal(await passwordKept(), password)
    await second.kill('SIGKILL')
  },
)

t.test('a start that was cut off before everybody had the password goes on with it', async (t) => {
  const password = await passwordKept()
  // As a kill leaves it: the file has not its name yet, and somebody is not let in.
  await rename(passwordFile, `${passwordFile}.new`)
  const more = [...people, { login: 'cai', displayName: 'Cai', email: 'cai@demo.example' }]
  const { host } = await start({ ...demo, people: more })
  t.equal(await passwordKept(), password)
  for (const { login } of more) {
    t.equal((await signedIn(host.url, login, password)).status, 200, login)
  }
  const wish = { tenant: 'demo', login: 'dai', displayName: 'Dai', email: 'dai@demo.example' }
  await host.client.request('POST', '/v1/users', { ...wish, roles: [] })
  await host.kill('SIGKILL')
  const { host: next } = await start({ ...demo, people: [...more, wish] })
  t.equal((await signedIn(next.url, 'dai', password)).status, 200, 'who was made and not let in')
  await next.kill('SIGKILL')
})

t.test('where the file is lost they get another password', async (t) => {
  const password = await passwordKept()
  await rm(passwordFile)
  // A word that was cut off while it was written.
  await writeFile(`${passwordFile}.new`, 'abc')
  const { host } = await start()
  const next = await passwordKept()
  t.not(next, password)
  t.equal((await signedIn(host.url, 'ann', next)).status, 200)
  t.equal((await signedIn(host.url, 'ann', password)).status, 401)
  await host.kill('SIGTERM')
})
