import { installFixture } from './fixture-plugin.ts'
import type { HostProcess } from './host-process.ts'
import { callProbe, type Reply, setUpTenant, type TenantSetup } from './probe.ts'

/** A plugin that keeps what its jobs did; see fixtures/timer-plugin. */
export const timer = '@timer/one'

export async function installTimer(host: HostProcess): Promise<void> {
  await installFixture(host, 'timer-plugin', timer)
}

export function setUpTimer(host: HostProcess, tenant: string): Promise<TenantSetup> {
  const capabilities = ['db:own', 'job:schedule']
  return setUpTenant(host, tenant, { plugin: timer, service: 'timer.one', capabilities })
}

export function callTimer(
  host: HostProcess,
  key: string,
  operation: string,
  input: unknown = {},
): Promise<Reply> {
  return callProbe(host, key, operation, input, 'timer.one')
}

export interface KeptRun {
  readonly run_id: string
  readonly job: string
  readonly payload: string
  readonly attempt: number
  readonly scheduled_at: string | number
  readonly began_at: string | number
}

/** What the plugin's jobs wrote into its table. */
export async function keptRuns(host: HostProcess, key: string): Promise<readonly KeptRun[]> {
  const { status, body } = await callTimer(host, key, 'runs')
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body.rows
}
