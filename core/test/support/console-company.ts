import { Company } from './company.ts'
import { enableConsole, startConsoleHost } from './console-host.ts'
import type { HostProcess, HostSettings, Teardown } from './host-process.ts'
import { temporaryHome } from './host-process.ts'
import { person } from './people.ts'
import { installProbe, probe, probeVersion, setUpTenant } from './probe.ts'
import { publish } from './publish.ts'

/** Whose things the console shows. */
export const tenant = 'acme'

/** One rollout that was aborted, and one that has not begun. */
async function planRollouts(t: Teardown, host: HostProcess): Promise<void> {
  await installProbe(host)
  await setUpTenant(host, 'globex')
  const version = '1.1.0'
  await publish(host, await probeVersion(await temporaryHome(t), version))
  await host.client.request('POST', '/v1/plugins', { name: probe, version })
  for (const command of ['abort', undefined]) {
    const hold = { durationMs: 3_600_000 }
    const steps = [
      { weightBp: 100, hold },
      { weightBp: 10_000, hold: {} },
    ]
    const wish = { plugin: probe, version, steps }
    const { id } = await host.client.request<{ id: string }>('POST', '/v1/rollouts', wish)
    if (command === undefined) continue
    await host.client.request('POST', `/v1/rollouts/${id}/start`, {})
    await host.client.request('POST', `/v1/rollouts/${id}/${command}`, {})
  }
}

/**
 * A host with something on every page of the console: a tenant with a plugin that puts pages there, another plugin with two
 * versions and rollouts; `ann` may see all of it, `ben` what everybody may.
 */
export async function openConsoleCompany(
  t: Teardown,
  settings: HostSettings = {},
): Promise<HostProcess> {
  const host = await startConsoleHost(t, settings)
  const company = await Company.open(t, host, tenant, ['quality-checks'])
  await enableConsole(host, tenant)
  await planRollouts(t, host)
  const held = await company.admin.request<{ items: { id: string }[] }>(
    'GET',
    `/v1/tenants/${tenant}/permissions?limit=200`,
  )
  await company.admin.request('PUT', `/v1/roles/everything?tenant=${tenant}`, {
    name: 'Everything',
    actions: [],
    permissions: held.items.map(({ id }) => id),
  })
  await person(host.url, host.client, { tenant, login: 'ann', roles: ['admin', 'everything'] })
  await person(host.url, host.client, { tenant, login: 'ben', roles: ['member'] })
  return host
}
