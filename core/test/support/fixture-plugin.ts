import type { HostClient } from '../../src/cli/host-client.ts'
import type { HostProcess } from './host-process.ts'
import { packedFixture } from './packed-fixture.ts'
import { publish } from './publish.ts'

/** Publishes and installs a plugin of core/test/fixtures. */
export async function installFixture(
  host: HostProcess,
  folder: string,
  name: string,
): Promise<void> {
  await publish(host, await packedFixture(folder))
  await host.client.request('POST', '/v1/plugins', { name })
}

/** Enables an installed plugin in a tenant, with these capabilities granted. */
export async function enablePlugin(
  admin: HostClient,
  tenant: string,
  plugin: string,
  capabilities: readonly string[],
): Promise<void> {
  const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}`
  if (capabilities.length > 0) await admin.request('POST', `${path}/grants`, { capabilities })
  await admin.request('PUT', path, { binding: 'enabled' })
}
