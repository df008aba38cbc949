import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { HostClient } from '../../src/cli/host-client.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'

const PATIENCE_MS = 60_000

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
