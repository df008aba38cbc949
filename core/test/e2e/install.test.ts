import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compilerTag } from '@signalbox/sandbox'
import t from 'tap'
import { Npm, writeFiles } from '../../../marketplace/test/support/npm.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { HostProcess, OPERATOR_TOKEN, refusal, temporaryHome } from '../support/host-process.ts'
import { packedFixture } from '../support/packed-fixture.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, {
  environment: { SIGNALBOX_PUBLISH_TRIALS: 'report' },
  databaseUrl: hostUrl,
})
const home = await temporaryHome(t)
const npm = await Npm.at(join(home, 'npm'), `${host.url}/npm/`, OPERATOR_TOKEN)

const install = (version: string) =>
  host.client.request('POST', '/v1/plugins', { name: probe, version })

async function npmPublish(version: string, manifest: Readonly<Record<string, unknown>> = {}) {
  return npm.run(['publish'], await probeVersion(home, version, manifest))
}

async function probeCapabilities(): Promise<object> {
  const packageJson = join(await packedFixture('probe-plugin'), 'package.json')
  return JSON.parse(await readFile(packageJson, 'utf8')).signalbox.capabilities
}

t.test('a capability that nobody knows is refused at publish, with its place', async (t) => {
  const { code, stderr } = await npmPublish('0.1.0', {
    capabilities: { 'db:all': [{ why: { en: 'x' } }] },
  })
  t.not(code, 0)
  t.match(stderr, /capabilities\/db:all/)
  t.equal((await fetch(`${host.url}/npm/@probe%2Fone`)).status, 404, 'nothing of it is listed')
})

t.test(
  'what conflicts with the host or the installed is refused at install, and leaves nothing',
  async (t) => {
    const conflicts: [string, object, string][] = [
      ['0.2.0', { host: '^2.0.0' }, 'CORE_HOST_RANGE_UNSATISFIED'],
      ['0.3.0', { requires: { '@probe/two': '^1.0.0' } }, 'CORE_DEPENDENCY_MISSING'],
      [
        '0.4.0',
        {
          capabilities: {
            ...(await probeCapabilities()),
            'workflow:start': [{ template: 'a.b', why: { en: 'x' } }],
          },
        },
        'CORE_CAPABILITY_UNSUPPORTED',
      ],
    ]
    for (const [version, manifest, code] of conflicts) {
      await publish(host, await probeVersion(home, version, manifest as Record<string, unknown>))
      t.equal((await refusal(install(version))).code, code)
    }
    t.equal(
      (await refusal(host.client.request('GET', '/v1/plugins/@probe%2Fone'))).code,
      'CORE_PLUGIN_MISSING',
    )
  },
)

t.test(
  'a migration that reaches beyond the plugin is refused with file and line, and can be mended',
  async (t) => {
    const folder = await probeVersion(home, '0.5.0')
    await writeFiles(folder, {
      'migrations/0001-notes.expand.sql': 'create table notes (\n  id int primary key\n);\n',
    })
    await publish(host, folder)
    const problem = await refusal(install('0.5.0'))
    t.equal(problem.code, 'CORE_PLUGIN_MIGRATION_REFUSED')
    t.match(JSON.stringify(problem), /0001-notes/)
    t.match(await host.client.request('GET', '/v1/plugins/@probe%2Fone'), {
      stableVersion: null,
      versions: [{ version: '0.5.0', state: 'migration_failed' }],
    })
  },
)

t.test('the first version serves at once; the next waits, warm, until it is pinned', async (t) => {
  t.equal((await npmPublish('1.0.0')).code, 0)
  t.match(await install('1.0.0'), { state: 'stable' })
  await publish(host, await probeVersion(home, '1.1.0'))
  t.match(await install('1.1.0'), { state: 'warm' })
  const acme = await setUpTenant(host, 'acme')
  const served = async () =>
    (await callProbe(host, acme.key, 'echo', { text: 'x' })).headers.get('signalbox-version')
  t.equal(await served(), '1.0.0')
  const path = '/v1/tenants/acme/plugins/@probe%2Fone'
  const bind = (body: object) => host.as(acme.adminToken).request('PUT', path, body)
  await bind({ binding: 'pinned', version: '1.1.0' })
  t.equal(await served(), '1.1.0')
  await bind({ binding: 'enabled' })
  t.equal(await served(), '1.0.0')
  t.equal(
    (await refusal(bind({ binding: 'pinned', version: '9.9.9' }))).code,
    'CORE_VERSION_MISSING',
  )
})

t.test('what is installed is compiled ahead, and lanes take the result', async (t) => {
  const knex = createKnex(hostUrl)
  t.teardown(() => knex.destroy())
  const compiled = await knex('compiled_bundles as c')
    .join('installations as i', 'i.bundle_sha256', 'c.bundle_sha256')
    .where({ 'i.version': '1.0.0', 'c.compiler': compilerTag })
  // A lane that does not take it has it dropped, and the self-test was the first to load it.
  t.equal(compiled.length, 1)
})

t.test('ten installs of one version at once make one', async (t) => {
  await publish(host, await probeVersion(home, '1.2.0'))
  const answers = await Promise.all(Array.from({ length: 10 }, () => install('1.2.0')))
  t.equal(answers.length, 10)
  const { versions } = await host.client.request<{ versions: { version: string }[] }>(
    'GET',
    '/v1/plugins/@probe%2Fone',
  )
  t.equal(versions.filter(({ version }) => version === '1.2.0').length, 1)
})
