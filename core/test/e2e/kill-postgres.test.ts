import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createTenant, PATIENCE_MS, postmasterPid } from '../support/embedded-server.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'

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
