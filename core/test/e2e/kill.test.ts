import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { Npm, writeFiles } from '../../../marketplace/test/support/npm.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { probeVersion } from '../support/probe.ts'

/**
 * `kill -9` at moments spread over a publish and an install, then a start on the same data. What was
 * acknowledged is there; what was not is there whole or not at all, and can be done again.
 */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 3)

/** What a publish and an install take here, and a little more. */
const SPREAD_MS = 2400

t.test(
  'a host killed at any point of a publish and an install goes on from what was acknowledged',
  async (t) => {
    const { hostUrl } = await testDatabases(t)
    const home = await temporaryHome(t)
    let host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
    for (let round = 1; round <= ROUNDS; round++) {
      const version = `1.0.${round}`
      const folder = await probeVersion(home, version)
      const npm = await Npm.at(join(home, 'npm'), `${host.url}/npm/`, OPERATOR_TOKEN)
      const work = (async () => {
        const published = await npm.run(['publish'], folder)
        const wish = { name: '@probe/one', version }
        const installed =
          published.code === 0
            ? await host.client.request('POST', '/v1/plugins', wish).then(
                () => true,
                () => false,
              )
            : false
        return { published: published.code === 0, installed }
      })()
      await delay((round * SPREAD_MS) / ROUNDS)
      await host.kill('SIGKILL')
      const acknowledged = await work
      host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
      await checkWhole(t, host, version, acknowledged)
      if (!acknowledged.published) {
        const again = await Npm.at(join(home, 'npm'), `${host.url}/npm/`, OPERATOR_TOKEN)
        const { code, stderr } = await again.run(['publish'], folder)
        t.ok(
          code === 0 || /cannot publish over|already/i.test(stderr),
          `${version} again: ${stderr}`,
        )
      }
      t.match(
        await host.client.request('POST', '/v1/plugins', { name: '@probe/one', version }),
        { version, state: /^(stable|warm)$/ },
        `${version} is installed in the end`,
      )
    }
  },
)

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
  const { versions } = await host.client.request<{
    versions: { version: string; state: string }[]
  }>('GET', '/v1/plugins/@probe%2Fone')
  const state = versions.find((item) => item.version === version)?.state
  t.match(state, /^(stable|warm)$/, `${version} was acknowledged and can serve`)
}

t.test('a plugin that cannot start never keeps the host from starting', async (t) => {
  const { hostUrl } = await testDatabases(t)
  const home = await temporaryHome(t)
  let host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
  const folder = await probeVersion(home, '2.0.0')
  await writeFiles(folder, {
    'dist/plugin.js': 'throw new Error("broken at load")',
  })
  const npm = await Npm.at(join(home, 'npm'), `${host.url}/npm/`, OPERATOR_TOKEN)
  t.equal((await npm.run(['publish'], folder)).code, 0)
  const refused = await fetch(`${host.url}/v1/plugins`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
    body: '{"name":"@probe/one"}',
  })
  t.match(await refused.json(), { code: 'CORE_SELF_TEST_FAILED', title: /broken at load/ })
  await host.kill('SIGKILL')
  host = await HostProcess.start(t, { databaseUrl: hostUrl, home })
  t.match(await host.client.request('GET', '/v1/plugins/@probe%2Fone'), {
    stableVersion: null,
    versions: [
      { version: '2.0.0', state: 'start_failed', fault: { code: 'CORE_SELF_TEST_FAILED' } },
    ],
  })
})
