import t from 'tap'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { probe, probeVersion } from '../support/probe.ts'
import { publish } from '../support/publish.ts'
import { keyFile } from '../support/sealing.ts'

const { hostUrl } = await testDatabases(t)
const environment = { SIGNALBOX_KEY_FILE: await keyFile(t) }
const start = () => HostProcess.start(t, { databaseUrl: hostUrl, environment })
const [near, far] = await Promise.all([start(), start()])
const home = await temporaryHome(t)
const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0']

const readOn = async ({ url }: HostProcess, path: string) => {
  const { status } = await fetch(`${url}/npm/${probe.replace('/', '%2f')}${path}`, {
    headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
  })
  return status
}

t.test('a version published on one node is installed on another at once', async (t) => {
  for (const version of versions) {
    const folder = await probeVersion(home, version)
    // The other node knows the revision before, as one that serves readers all the time does.
    const known = await readOn(far, '')
    t.equal(known, version === '1.0.0' ? 404 : 200)
    await publish(near, folder)
    const installed = await far.client.request('POST', '/v1/plugins', { name: probe, version })
    t.match(installed, { version })
  }
})

t.test('of one version published on two nodes at once exactly one is there', async (t) => {
  for (const version of ['2.0.0', '2.1.0']) {
    const folder = await probeVersion(home, version)
    const both = await Promise.allSettled([publish(near, folder), publish(far, folder)])
    const won = both.filter(({ status }) => status === 'fulfilled')
    t.equal(won.length, 1, version)
    const lost = both.find(({ status }) => status === 'rejected')
    t.match(lost, { reason: { problem: { code: 'MKT_VERSION_EXISTS', status: 409 } } })
    for (const host of [near, far]) {
      t.match(await host.client.request('POST', '/v1/plugins', { name: probe, version }), {
        version,
      })
    }
  }
})
