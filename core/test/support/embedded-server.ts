import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { HostClient } from '../../src/cli/host-client.ts'

export const PATIENCE_MS = 60_000

/** Of the server in a data folder; 0 while none runs. */
export async function postmasterPid(home: string): Promise<number> {
  const pointer = await readFile(join(home, 'postgres-place'), 'utf8').catch(() => undefined)
  const folder = pointer?.trim() ?? join(home, 'postgres')
  const text = await readFile(join(folder, 'data/postmaster.pid'), 'utf8').catch(() => '0')
  return Number(text.split('\n')[0])
}

/** Asks until the host does it; what it refuses in between it has not done, or says that it has. */
export async function createTenant(client: HostClient, id: string): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    const done = await client.request('POST', '/v1/tenants', { id, name: id }).then(
      () => true,
      (error) => error.problem?.code === 'CORE_TENANT_EXISTS',
    )
    if (done) return
    await delay(100)
  }
  throw new Error(`${id} was not made in time`)
}
