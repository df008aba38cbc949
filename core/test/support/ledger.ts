import { join } from 'node:path'
import { npmPublish } from '../../src/cli/npm-publish.ts'
import { type HostProcess, OPERATOR_TOKEN } from './host-process.ts'
import { setUpTenant, type TenantSetup } from './probe.ts'

/** A plugin whose calls are worth a replay; see fixtures/ledger-plugin. */
export const ledger = '@ledger/one'
export const ledgerService = 'ledger.one'

const fixture = join(import.meta.dirname, '../fixtures/ledger-plugin')

/** @param token of who publishes it: the plugin's author */
export async function installLedger(host: HostProcess, token = OPERATOR_TOKEN): Promise<void> {
  await npmPublish(fixture, `${host.url}/npm/`, token)
  await host.client.request('POST', '/v1/plugins', { name: ledger })
}

export async function setUpLedger(host: HostProcess, tenant: string): Promise<TenantSetup> {
  return setUpTenant(host, tenant, { plugin: ledger, service: ledgerService })
}
