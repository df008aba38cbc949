import { join } from 'node:path'
import t from 'tap'
import { Npm } from '../../../marketplace/test/support/npm.ts'
import { createTenant, postmasterPid } from '../support/embedded-server.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { killMoments, reach } from '../support/kill-moments.ts'
import { callProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 4)

t.test(
  'PostgreSQL killed at any point of a publish and an install: whole or not at all',
  async (t) => {
    const home = await temporaryHome(t)
    const packages = await temporaryHome(t)
    const host = await HostProcess.start(t, { home })
    for (const [round, moment] of killMoments(ROUNDS).entries()) {
      const version = `1.0.${round}`
      const folder = await probeVersion(packages, version)
      const npm = await Npm.at(join(packages, 'npm'), `${host.url}/npm/`, OPERATOR_TOKEN)
      const install = () => host.client.request('POST', '/v1/plugins', { name: probe, version })
      const publishing = npm.run(['publish'], folder)
      const work = publishing.then(async ({ code }) => {
        const installed = code === 0 && (await install().then(Boolean, () => false))
        return { published: code === 0, installed }
      })
      await reach(moment, publishing)
      process.kill(await postmasterPid(home), 'SIGKILL')
      const acknowledged = await work
      t.comment(`${version} cut`, { ...moment, ...acknowledged })
      await createTenant(host.client, `round-${round}`)
      const listed = await fetch(`${host.url}/npm/@probe%2Fone`)
      const { versions = {} } = (await listed.json()) as { versions?: object }
      const isListed = Object.hasOwn(versions, version)
      t.ok(isListed || !acknowledged.published, `${version}: what was acknowledged is listed`)
      if (!isListed) t.equal((await npm.run(['publish'], folder)).code, 0, `${version} again`)
      const state = round === 0 ? 'stable' : 'warm'
      t.match(await install(), { version, state }, `${version} is installed`)
    }
    const acme = await setUpTenant(host, 'acme')
    const { status, headers } = await callProbe(host, acme.key, 'addNote', { text: 'x' })
    t.equal(status, 200)
    t.equal(headers.get('signalbox-version'), '1.0.0', 'the first version serves')
  },
)
