import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { Npm } from '../../../marketplace/test/support/npm.ts'
import { HostProcess, OPERATOR_TOKEN, refusal, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { printedByCli } from '../support/run-cli.ts'
import { keyFile } from '../support/sealing.ts'

/**
 * The way of one version with the tools that people use: its author signs, stock npm publishes into review, a reviewer
 * signs the approval, an admin installs. Then each word that stands for it is changed in the database.
 */

const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const environment = { SIGNALBOX_KEY_FILE: await keyFile(t) }
const start = () => HostProcess.start(t, { databaseUrl: hostUrl, home, environment })
let host = await start()
const database = new pg.Pool({ connectionString: hostUrl, max: 1 })
t.teardown(() => database.end())

const signalbox = (token: string, ...words: string[]) =>
  printedByCli(host, words, { token, env: { HOME: home } })

const account = async (name: string) => {
  const wish = { name, scopes: [`@${name}`] }
  const made = await host.client.request<{ token: string }>(
    'POST',
    '/v1/marketplace/publishers',
    wish,
  )
  return made.token
}
const author = await account('probe')
const reviewer = await account('carol')
await host.client.request('PUT', '/v1/marketplace/publishers/carol/roles/reviewer')
const keyOf: Record<string, string> = {}
for (const [name, token] of Object.entries({ probe: author, carol: reviewer })) {
  const key = join(home, `${name}.pem`)
  await signalbox(token, 'sign', await probeVersion(home, 'keys'), '--new-key', '--key', key)
  await signalbox(token, 'signing-key', 'register', '--publisher', name, '--key', key)
  keyOf[name] = key
}
let fingerprint = ''
const file = join(home, 'one.tgz')

async function released(version: string): Promise<void> {
  const folder = await probeVersion(join(home, 'sources'), version)
  const json = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  json.files = [...json.files, 'signalbox.sig']
  await writeFile(join(folder, 'package.json'), JSON.stringify(json))
  await signalbox(author, 'sign', folder, '--key', keyOf['probe'] ?? '')
  const npm = await Npm.at(join(home, 'npm'), `${host.url}/npm/`, author)
  const { stderr } = await npm.run(['publish', '--ignore-scripts'], folder)
  const id = /npm stage view ([0-9a-f-]{36})/.exec(stderr)?.[1] ?? stderr
  const asReviewer = await Npm.at(join(home, 'reviewer'), `${host.url}/npm/`, reviewer)
  await asReviewer.run(['stage', 'download', id], home)
  const tarball = join(home, `probe-one-${version}-${id}.tgz`)
  const signing = ['--sign', '--key', keyOf['carol'] ?? '', '--tarball', tarball]
  const said = await signalbox(reviewer, 'review', 'approve', id, '--text', 'read it', ...signing)
  t.match(said, 'approved')
  await writeFile(file, await readFile(tarball))
}

const verify = () =>
  signalbox(OPERATOR_TOKEN, 'verify', file, '--fingerprint', fingerprint, '--json')
const install = (version: string) =>
  host.client.request('POST', '/v1/plugins', { name: probe, version })
const faultOf = async (version: string) => {
  const shown = await host.client.request<{
    versions: { version: string; state: string; fault: { detail: string } | null }[]
  }>('GET', `/v1/plugins/${encodeURIComponent(probe)}`)
  return shown.versions.find((one) => one.version === version)
}

let key = ''

t.test(
  'what its author, the registry and its reviewer signed is verified and serves',
  async (t) => {
    await released('1.0.0')
    const { keys } = await host.client.request<{ keys: { keyid: string }[] }>(
      'GET',
      '/npm/-/npm/v1/keys',
    )
    fingerprint = keys[0]?.keyid ?? ''
    const { verified } = JSON.parse(await verify())
    t.match(verified, [
      { name: probe, version: '1.0.0', publisher: 'probe', registryKey: fingerprint },
    ])
    t.match(verified[0], { approvedBy: ['carol'], authorKey: /^SHA256:/ })
    t.not(verified[0].authorKey, fingerprint)
    await signalbox(OPERATOR_TOKEN, 'plugin', 'install', `${probe}@1.0.0`)
    key = (await setUpTenant(host, 'acme')).key
    t.equal((await callProbe(host, key, 'echo', { text: 'hello' })).status, 200)
  },
)

/** The release statement is in the receipt of the host, in base64url within base64. */
async function changeReceipt(from: string, to: string): Promise<void> {
  const { rows } = await database.query('select receipt from installations where plugin = $1', [
    probe,
  ])
  const [head, payload = '', signature] = String(rows[0].receipt).split('.')
  const receipt = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const envelope = JSON.parse(receipt.registry.said.release)
  const statement = Buffer.from(envelope.payload, 'base64').toString()
  t.ok(statement.includes(from), from)
  const changed = statement.replaceAll(from, to)
  envelope.payload = Buffer.from(changed).toString('base64')
  receipt.registry.said.release = JSON.stringify(envelope)
  const other = Buffer.from(JSON.stringify(receipt)).toString('base64url')
  await database.query('update installations set receipt = $2 where plugin = $1', [
    probe,
    `${head}.${other}.${signature}`,
  ])
}

t.test('what is changed of it is refused at the next load, with the reason', async (t) => {
  const changes: readonly [what: string, change: () => Promise<unknown>, reason: RegExp][] = [
    ['who approved', () => changeReceipt('"carol"', '"mallo"'), /its receipt was altered/],
    ['who published', () => changeReceipt('"publisher":"probe"', '"publisher":"prove"'), /receipt/],
    [
      'a byte of the content',
      () =>
        database.query(
          `update content_chunks set bytes = set_byte(bytes, 60, get_byte(bytes, 60) # 1)
           where sha256 = (select bundle_sha256 from installations where plugin = $1)`,
          [probe],
        ),
      /its own hash/,
    ],
    [
      'a byte of the author’s signature',
      () =>
        database.query(
          `update content_chunks set bytes = set_byte(bytes, 60, get_byte(bytes, 60) # 1)
           where sha256 = (select sha256 from installation_files where plugin = $1 and path = 'signalbox.sig')`,
          [probe],
        ),
      /its own hash/,
    ],
  ]
  for (const [what, change, reason] of changes) {
    await change()
    await host.kill('SIGKILL')
    host = await start()
    t.not((await callProbe(host, key, 'echo', { text: 'hello' })).status, 200, what)
    const found = await faultOf('1.0.0')
    t.equal(found?.state, 'signature_invalid', what)
    t.match(found?.fault?.detail, reason, what)
    await install('1.0.0')
    t.equal((await callProbe(host, key, 'echo', { text: 'hello' })).status, 200, what)
  }
})

t.test('an approval that is changed where the marketplace keeps it is refused', async (t) => {
  await released('1.1.0')
  const where = `name = '${probe}' and version = '1.1.0'`
  const { rows } = await database.query(`select release from package_versions where ${where}`)
  const envelope = JSON.parse(rows[0].release)
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString())
  statement.predicate.review.approvals[0].reviewer = 'mallory'
  envelope.payload = Buffer.from(JSON.stringify(statement)).toString('base64')
  const put = (release: string) =>
    database.query(`update package_versions set release = $1 where ${where}`, [release])
  await put(JSON.stringify(envelope))
  const refused = await refusal(install('1.1.0'))
  t.equal(refused.code, 'CORE_SIGNATURE_INVALID')
  t.match(refused.title, /release statement/)
  t.equal(await faultOf('1.1.0'), undefined, 'nothing of it is stored')
  await t.rejects(verify(), /release statement/)
  await put(rows[0].release)
  t.match(await verify(), /"carol"/)
  await install('1.1.0')
})
