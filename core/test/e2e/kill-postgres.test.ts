import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { Npm } from '../../../marketplace/test/support/npm.ts'
import type { HostClient } from '../../src/cli/host-client.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { killMoments, reach } from '../support/kill-moments.ts'
import { callProbe, probe, probeVersion, setUpTenant } from '../support/probe.ts'

const PATIENCE_MS = 60_000
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 1)

async function postmasterPid(home: string): Promise<number> {
  const pointer = await readFile(join(home, 'postgres-place'), 'utf8').catch(() => undefined)
  const folder = pointer?.trim() ?? join(home, 'postgres')
  const text = await readFile(join(folder, 'data/postmaster.pid'), 'utf8').catch(() => '0')
  return Number(text.split('\n')[0])
}

/** Asks until the host does it; what it refuses in between it has not done, or says that it has. */
async function createTenant(client: HostClient, id: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    const done = await client.request('POST', '/v1/tenants', { id, name: id }).then(
      () => true,
      ({ problem }) => problem.code === 'CORE_TENANT_EXISTS',
    )
    if (done) return
    await delay(100)
  }
  throw new Error(`${id} was not made in time`)
}

const ids = ({ items }: { items: readonly { id: string }[] }) => items.map(({ id }) => id)

t.test(
  'an embedded PostgreSQL outlives its killed host, and a killed one comes back',
  async (t) => {
    const home = await temporaryHome(t)
    const first = await HostProcess.start(t, { home })
    await createTenant(first.client, 'acme')
    const started = await postmasterPid(home)
    await first.kill('SIGKILL')

    const host = await HostProcess.start(t, { home })
    t.equal(await postmasterPid(home), started, 'the next host adopts the server that still runs')
    t.same(ids(await host.client.request('GET', '/v1/tenants')), ['acme'])

    process.kill(started, 'SIGKILL')
    await createTenant(host.client, 'globex')
    const deadline = Date.now() + PATIENCE_MS
    while ([0, started].includes(await postmasterPid(home)) && Date.now() < deadline)
      await delay(50)
    await createTenant(host.client, 'initech')
    t.same(ids(await host.client.request('GET', '/v1/tenants')), ['acme', 'globex', 'initech'])
    t.not(await postmasterPid(home), started, 'the same host has started another server')
  },
)

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
