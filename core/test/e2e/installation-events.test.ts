import t from 'tap'
import { eventsIn } from '../../src/rollout/page/event-stream.js'
import { HostProcess, OPERATOR_TOKEN, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { probe, probeVersion } from '../support/probe.ts'
import { publish } from '../support/publish.ts'

interface Progress {
  readonly state: string | null
  readonly fault: { readonly code: string } | null
}

const { hostUrl } = await testDatabases(t)
const host = await HostProcess.start(t, { databaseUrl: hostUrl })
const version = '1.0.0'

function open(token: string): Promise<Response> {
  const path = `/v1/plugins/${encodeURIComponent(probe)}/versions/${version}/events`
  const headers = { authorization: `Bearer ${token}` }
  return fetch(`${host.url}${path}`, { headers, signal: AbortSignal.timeout(120_000) })
}

const toldBy = (response: Response) =>
  eventsIn(response.body as ReadableStream<Uint8Array>) as AsyncGenerator<Progress>

t.test('an installation is told live, from before it begins until it is done', async (t) => {
  await publish(host, await probeVersion(await temporaryHome(t), version))
  const stream = await open(OPERATOR_TOKEN)
  t.equal(stream.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  const told = toldBy(stream)
  // A stream has begun with its first event, not with its head.
  t.match((await told.next()).value, { plugin: probe, version, state: null, fault: null })
  await host.client.request('POST', '/v1/plugins', { name: probe, version })
  const seen = await Array.fromAsync(told)
  t.match(seen.at(-1)?.state, /^(warm|stable)$/)
  const late = await Array.fromAsync(toldBy(await open(OPERATOR_TOKEN)))
  t.match(late, [{ state: 'stable' }], 'who comes late is told where it is')
})

t.test('it is the operator who installs, and who is told', async (t) => {
  const { adminToken } = await host.client.request<{ adminToken: string }>('POST', '/v1/tenants', {
    id: 'acme',
    name: 'Acme',
  })
  t.equal((await open(adminToken)).status, 403)
})
