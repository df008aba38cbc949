import t from 'tap'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { probeVersion } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

t.test('a plugin that cannot start never keeps the host from starting', async (t) => {
  const { hostUrl } = await testDatabases(t)
  const home = await temporaryHome(t)
  const packages = await temporaryHome(t)
  let host = await HostProcess.start(t, {
    environment: { SIGNALBOX_PUBLISH_TRIALS: 'report' },
    databaseUrl: hostUrl,
    home,
  })
  const folder = await probeVersion(packages, '2.0.0')
  await writeFiles(folder, {
    'dist/plugin.js': 'throw new Error("broken at load")',
  })
  await publish(host, folder)
  const refused = await fetch(`${host.url}/v1/plugins`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' },
    body: '{"name":"@probe/one"}',
  })
  t.match(await refused.json(), { code: 'CORE_SELF_TEST_FAILED', title: /broken at load/ })
  await host.kill('SIGKILL')
  host = await HostProcess.start(t, {
    environment: { SIGNALBOX_PUBLISH_TRIALS: 'report' },
    databaseUrl: hostUrl,
    home,
  })
  t.match(await host.client.request('GET', '/v1/plugins/@probe%2Fone'), {
    stableVersion: null,
    versions: [
      { version: '2.0.0', state: 'start_failed', fault: { code: 'CORE_SELF_TEST_FAILED' } },
    ],
  })
})
