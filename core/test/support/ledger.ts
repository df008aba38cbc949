import { join } from 'node:path'
import { until } from '../../../sandbox/test/until.ts'
import type { HostClient } from '../../src/cli/host-client.ts'
import type { Recording } from '../../src/invocations/recording.ts'
import { type HostProcess, OPERATOR_TOKEN } from './host-process.ts'
import { packedFixture } from './packed-fixture.ts'
import { setUpTenant, type TenantSetup } from './probe.ts'
import { publish } from './publish.ts'
import { type Outcome, runCli } from './run-cli.ts'

/** A plugin whose calls are worth a replay; see fixtures/ledger-plugin. */
export const ledger = '@ledger/one'
export const ledgerService = 'ledger.one'

const fixture = await packedFixture('ledger-plugin')
export const ledgerBundle = join(fixture, 'dist/plugin.js')

/** @param token of who publishes it: the plugin's author */
export async function installLedger(host: HostProcess, token = OPERATOR_TOKEN): Promise<void> {
  await publish(host, fixture, token)
  await host.client.request('POST', '/v1/plugins', { name: ledger })
}

export async function setUpLedger(host: HostProcess, tenant: string): Promise<TenantSetup> {
  return setUpTenant(host, tenant, { plugin: ledger, service: ledgerService })
}

export interface KeptCall {
  readonly id: string
  readonly version: string
  readonly code: string | null
  readonly reason: string
  readonly operation: string
  readonly principal?: string
  readonly tenant?: string
  readonly recording?: Recording
}

/** Calls are written after their replies. */
export async function keptCall(admin: HostClient, id: string): Promise<KeptCall> {
  let shown: KeptCall | undefined
  await until(async () => {
    shown = await admin.request<KeptCall>('GET', `/v1/invocations/${id}`).catch(() => undefined)
    return shown !== undefined
  })
  return shown as KeptCall
}

/** `signalbox replay`, as a process. */
export function replay(
  host: HostProcess,
  words: readonly string[],
  token: string,
  language = 'en',
): Promise<Outcome> {
  return runCli(host, ['replay', ...words], { token, language })
}
