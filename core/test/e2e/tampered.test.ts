import { createHash, generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import { SIGNATURE_FILE, sha512Of, signPackage } from '@signalbox/sdk/trust/package-signature'
import pg from 'pg'
import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { HostKeys } from '../../src/sealing/host-keys.ts'
import { HostSigner } from '../../src/sealing/host-signer.ts'
import { createContentStore } from '../../src/storage/content-store.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { LoadVerifier } from '../../src/trust/load-verifier.ts'
import { HostProcess, refusal, temporaryHome } from '../support/host-process.ts'
import { filesIn } from '../support/packed-fixture.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import { keyFile } from '../support/sealing.ts'

/** A byte is changed at every place where something of a version is kept; the host is started anew before each look. */

const { hostUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const environment = { SIGNALBOX_KEY_FILE: await keyFile(t) }
const start = () => HostProcess.start(t, { databaseUrl: hostUrl, home, environment })
let host = await start()
const database = new pg.Pool({ connectionString: hostUrl, max: 1 })
t.teardown(() => database.end())

const author = generateKeyPairSync('ed25519')
await host.client.request('POST', '/v1/marketplace/publishers/operator/keys', {
  publicKey: publicKeyText(author.publicKey),
})

/** Publishes a version that its author signed, with a bundle of its own. */
async function release(version: string): Promise<void> {
  const folder = await probeVersion(home, version)
  const bundle = await readFile(join(folder, 'dist/plugin.js'), 'utf8')
  const json = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const own = { ...json, files: [...(json.files ?? []), SIGNATURE_FILE] }
  await writeFiles(folder, {
    'dist/plugin.js': `${bundle}\n// ${version}\n`,
    'package.json': JSON.stringify(own),
  })
  const shipped = (await filesIn(folder)).filter((path) =>
    ['package.json', 'README.md', ...own.files].some(
      (entry: string) => path === entry || path.startsWith(`${entry}/`),
    ),
  )
  const files = new Map<string, string>()
  for (const path of shipped) files.set(path, sha512Of(await readFile(join(folder, path))))
  const signed = { name: probe, version, files }
  await writeFiles(folder, { [SIGNATURE_FILE]: signPackage(signed, Date.now(), author.privateKey) })
  await publish(host, folder)
}

const install = (version: string) =>
  host.client.request('POST', '/v1/plugins', { name: probe, version })
await release('1.0.0')
await install('1.0.0')
const acme = await setUpTenant(host, 'acme')
const serving = async () => {
  const { status, body } = await callProbe(host, acme.key, 'echo', { text: 'hello' })
  return { status, code: body.code }
}

async function restart(): Promise<void> {
  await host.kill('SIGKILL')
  host = await start()
}

const query = async (sql: string, ...values: unknown[]) => {
  const { rows, rowCount } = await database.query(sql, values)
  return { rows, rowCount }
}
const flip = (column: string) =>
  `update installations set ${column} = overlay(${column} placing
     case when substr(${column}, 12, 1) = 'A' then 'B' else 'A' end from 12) where plugin = $1 and version = $2`
const row = async (version: string) => {
  const { rows } = await query(
    `select i.*, v.tarball_sha256 from installations i
     join package_versions v on v.name = i.plugin and v.version = i.version
     where i.plugin = $1 and i.version = $2`,
    probe,
    version,
  )
  return rows[0]
}
const stateOf = async (version: string) => {
  const plugin = await host.client.request<{
    versions: { version: string; state: string; fault: { code: string; detail: string } | null }[]
  }>('GET', '/v1/plugins/@probe%2Fone')
  return plugin.versions.find((one) => one.version === version)
}

/** Names what was changed and what the refusal says. */
const places: readonly [string, (version: string) => Promise<unknown>, RegExp][] = [
  ['integrity', (version) => query(flip('integrity'), probe, version), /integrity/],
  ['signature', (version) => query(flip('signature'), probe, version), /signature/],
  [
    'publisher',
    (version) =>
      query(
        `update installations set publisher = 'acme' where plugin = $1 and version = $2`,
        probe,
        version,
      ),
    /publisher/,
  ],
  [
    'manifest',
    (version) =>
      query(
        `update installations set manifest = jsonb_set(manifest, '{runtime,limits}', '{"heapMb":128}')
         where plugin = $1 and version = $2`,
        probe,
        version,
      ),
    /manifest/,
  ],
  [
    'receipt',
    (version) => query(flip('receipt').replaceAll('12', '300'), probe, version),
    /receipt/,
  ],
  [
    'a file’s row',
    (version) =>
      query(
        `update installation_files set path = path || 'x' where plugin = $1 and version = $2 and path = 'package.json'`,
        probe,
        version,
      ),
    /files/,
  ],
  [
    'the bundle',
    async (version) =>
      query(
        'update content_chunks set bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) where sha256 = $1',
        (await row(version)).bundle_sha256,
      ),
    /its own hash/,
  ],
  [
    'the bundle, by other bytes under their own name',
    async (version) => {
      const bytes = Buffer.from('export default {}')
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      await query(
        'insert into contents (sha256, size) values ($1, $2) on conflict do nothing',
        sha256,
        bytes.length,
      )
      await query(
        'insert into content_chunks (sha256, ordinal, bytes) values ($1, 0, $2) on conflict do nothing',
        sha256,
        bytes,
      )
      await query(
        'update installations set bundle_sha256 = $3 where plugin = $1 and version = $2',
        probe,
        version,
        sha256,
      )
      await query(
        `update installation_files set sha256 = $3 where plugin = $1 and version = $2 and path = 'dist/plugin.js'`,
        probe,
        version,
        sha256,
      )
    },
    /files|bundle/,
  ],
]

t.test(
  'what was changed is refused at the next load, by name, and is well after it is installed again',
  async (t) => {
    t.equal((await serving()).status, 200)
    for (const [what, change, reason] of places) {
      await change('1.0.0')
      await restart()
      t.not((await serving()).status, 200, what)
      const found = await stateOf('1.0.0')
      t.equal(found?.state, 'signature_invalid', what)
      t.match(found?.fault?.detail, reason, what)
      t.equal((await serving()).code, 'CORE_VERSION_NOT_READY', what)
      await install('1.0.0')
      t.equal((await stateOf('1.0.0'))?.state, 'stable', what)
      t.equal((await serving()).status, 200, what)
    }
  },
)

t.test('a version that is not what was installed breaks none that is', async (t) => {
  await release('1.1.0')
  await install('1.1.0')
  await query(flip('integrity'), probe, '1.1.0')
  await restart()
  await pinned('1.1.0')
  t.not((await serving()).status, 200)
  t.equal((await stateOf('1.1.0'))?.state, 'signature_invalid')
  await pinned(null)
  t.equal((await serving()).status, 200)
})

t.test(
  'without a receipt the host unpacks the signed tarball again, and sees what was changed meanwhile',
  async (t) => {
    await query('update installations set receipt = null where plugin = $1', probe)
    await restart()
    t.equal((await serving()).status, 200, 'what was installed before there were receipts')
    t.type((await row('1.0.0')).receipt, 'string')
    await query(
      `update installations set receipt = null, manifest = jsonb_set(manifest, '{category}', '"other"') where plugin = $1 and version = '1.0.0'`,
      probe,
    )
    await restart()
    t.not((await serving()).status, 200)
    await install('1.0.0')
    t.equal((await serving()).status, 200)
  },
)

t.test(
  'a tarball, and the marketplace’s word for it, are verified before anything is stored',
  async (t) => {
    await release('1.2.0')
    const where = `name = '${probe}' and version = '1.2.0'`
    const [before] = (
      await query(
        `select signature, release, publisher, tarball_sha256 from package_versions where ${where}`,
      )
    ).rows
    const attempts: readonly [string, string][] = [
      [
        `update package_versions set signature = (select signature from package_versions where name = '${probe}' and version = '1.0.0') where ${where}`,
        'CORE_SIGNATURE_INVALID',
      ],
      [
        `update package_versions set release = (select release from package_versions where name = '${probe}' and version = '1.0.0') where ${where}`,
        'CORE_SIGNATURE_INVALID',
      ],
      [`update package_versions set signature = null where ${where}`, 'CORE_SIGNATURE_MISSING'],
      [
        `insert into publishers (name) values ('mallory') on conflict do nothing; update package_versions set publisher = 'mallory' where ${where}`,
        'CORE_SIGNATURE_INVALID',
      ],
      [
        `update content_chunks set bytes = set_byte(bytes, 99, get_byte(bytes, 99) # 1) where sha256 = '${before.tarball_sha256}'`,
        'CORE_CONTENT_CORRUPT',
      ],
    ]
    for (const [sql, code] of attempts) {
      await database.query(sql)
      t.equal((await refusal(install('1.2.0'))).code, code, sql.slice(0, 60))
      t.equal(await stateOf('1.2.0'), undefined, 'nothing is stored')
      await query(
        `update package_versions set signature = $1, release = $2, publisher = $3 where ${where}`,
        before.signature,
        before.release,
        before.publisher,
      )
    }
  },
)

t.test(
  'verifying a load takes milliseconds, and a node with another key judges nothing',
  async (t) => {
    const knex = createKnex(hostUrl, { pool: 4 })
    t.teardown(() => knex.destroy())
    const told: unknown[] = []
    const verifierWith = (file: string) => {
      const hostKeys = new HostKeys({ file, setting: 'SIGNALBOX_KEY_FILE' })
      const signer = new HostSigner({ knex, hostKeys })
      const contents = createContentStore(knex)
      const log = { warn: () => undefined }
      const verifier = new LoadVerifier({ knex, contents, signer, isKeyed: true, log })
      verifier.follow({
        attest: async () => undefined,
        distrust: async (...of) => void told.push(of),
      })
      return verifier
    }
    const own = verifierWith(environment.SIGNALBOX_KEY_FILE)
    const of = { plugin: probe, version: '1.0.0' }
    await own.verify(of)
    const [begun, used] = [performance.now(), process.cpuUsage()]
    for (let round = 0; round < 50; round++) await own.verify(of)
    const wall = (performance.now() - begun) / 50
    const { user, system } = process.cpuUsage(used)
    const cpu = (user + system) / 1000 / 50
    t.comment(`${wall.toFixed(1)} ms to verify a load, ${cpu.toFixed(1)} of them computing`)
    const foreign = verifierWith(await keyFile(t))
    await t.rejects(foreign.verify(of), { code: 'CORE_RECEIPT_FOREIGN' })
    t.same(told, [])
  },
)

async function pinned(version: string | null): Promise<void> {
  const binding = version === null ? { binding: 'enabled' } : { binding: 'pinned', version }
  await host.as(acme.adminToken).request('PUT', '/v1/tenants/acme/plugins/@probe%2Fone', binding)
}
