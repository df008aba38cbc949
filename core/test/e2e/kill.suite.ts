import { join } from 'node:path'
import t, { type Test } from 'tap'
import { Npm, type NpmRun } from '../../../marketplace/test/support/npm.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { killMoments, reach } from '../support/kill-moments.ts'
import { testDatabases } from '../support/postgres.ts'
import { callProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'

/**
 * `kill -9` at moments spread over a publish and an install, then a start on the same data. What was
 * acknowledged is there; what was not is there whole or not at all, and can be done again.
 */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 4)

t.test(
  'a host killed at any point of a publish and an install goes on from what was acknowledged',
  async (t) => {
    const home = await temporaryHome(t)
    const packages = await temporaryHome(t)
    let databaseUrl = ''
    let host: HostProcess | undefined
    for (const [index, moment] of killMoments(ROUNDS).entries()) {
      // By turns a plugin's first version on a fresh database, then a second one beside it.
      const isFirst = index % 2 === 0
      if (isFirst) {
        await host?.kill('SIGTERM')
        databaseUrl = (await testDatabases(t)).hostUrl
        host = undefined
      }
      const version = isFirst ? '1.0.0' : '1.1.0'
      const folder = await probeVersion(packages, version)
      const killed = host ?? (await HostProcess.start(t, { databaseUrl, home }))
      const publishing = publish(killed, folder)
      const installing = publishing.then(() => install(killed, version))
      await reach(moment, publishing)
      await killed.kill('SIGKILL')
      const published = (await publishing).code === 0
      const acknowledged = { published, installed: await installing }
      t.comment(`${version} cut`, { ...moment, ...acknowledged })

      host = await HostProcess.start(t, { databaseUrl, home })
      await checkWhole(t, host, version, acknowledged)
      const again = await publish(host, folder)
      const isThere = again.code === 0 || /cannot publish over|already/i.test(again.stderr)
      t.ok(isThere, `${version} again: ${again.stderr}`)
      t.ok(await install(host, version), `${version} is installed in the end`)
      await checkServes(t, host, version, isFirst)
    }
  },
)

async function publish(host: HostProcess, folder: string): Promise<NpmRun> {
  const npm = await Npm.at(join(folder, '..', 'npm'), `${host.url}/npm/`, OPERATOR_TOKEN)
  return npm.run(['publish'], folder)
}

/** @returns whether the host acknowledged it. */
async function install(host: HostProcess, version: string): Promise<boolean> {
  return host.client.request('POST', '/v1/plugins', { name: probe, version }).then(
    () => true,
    () => false,
  )
}

/** The first version is the stable one, whenever its installation was cut; a later one waits, warm. Both can serve. */
async function checkServes(
  t: Test,
  host: HostProcess,
  version: string,
  isFirst: boolean,
): Promise<void> {
  const { stableVersion, versions } = await host.client.request<PluginView>('GET', pluginPath)
  t.equal(stableVersion, '1.0.0')
  const state = versions.find((item) => item.version === version)?.state
  t.equal(state, isFirst ? 'stable' : 'warm', version)
  const tenant = isFirst ? 'acme' : 'globex'
  const { adminToken, key } = await setUpTenant(host, tenant)
  const path = `/v1/tenants/${tenant}/plugins/@probe%2Fone`
  await host.as(adminToken).request('PUT', path, { binding: 'pinned', version })
  const { status, headers, body } = await callProbe(host, key, 'addNote', { text: 'x' })
  t.equal(status, 200, JSON.stringify(body))
  t.equal(headers.get('signalbox-version'), version)
}

interface PluginView {
  readonly stableVersion: string | null
  readonly versions: readonly { readonly version: string; readonly state: string }[]
}

const pluginPath = '/v1/plugins/@probe%2Fone'

async function checkWhole(
  t: Test,
  host: HostProcess,
  version: string,
  acknowledged: { published: boolean; installed: boolean },
): Promise<void> {
  const listed = await fetch(`${host.url}/npm/@probe%2Fone`)
  const packument = (await listed.json()) as {
    versions?: Record<string, { dist: { tarball: string } }>
  }
  const entry = packument.versions?.[version]
  if (acknowledged.published) t.ok(entry, `${version} was acknowledged and is listed`)
  if (entry !== undefined) {
    const tarball = await fetch(entry.dist.tarball.replace(/^https?:\/\/[^/]+/, host.url))
    t.equal(tarball.status, 200, `${version} is listed and its bytes are there`)
  }
  if (!acknowledged.installed) return
  const { versions } = await host.client.request<PluginView>('GET', pluginPath)
  const state = versions.find((item) => item.version === version)?.state
  t.match(state, /^(stable|warm)$/, `${version} was acknowledged and can serve`)
}
