import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostClient } from '../../src/cli/host-client.ts'
import { sendHook } from './delivered-hook.ts'
import { installFixture } from './fixture-plugin.ts'
import type { HostProcess } from './host-process.ts'
import { packedFixture } from './packed-fixture.ts'
import { callProbe, setUpTenant, type TenantSetup } from './probe.ts'
import { publish } from './publish.ts'

/** A plugin with every way in that there is; see fixtures/whole-plugin. */
export const whole = '@whole/one'
const capabilities = [
  'db:own',
  'event:publish',
  'event:subscribe',
  'job:schedule',
  'http:receive',
  'udf:provide',
]

export async function installWhole(host: HostProcess): Promise<void> {
  await installFixture(host, 'whole-plugin', whole)
}

/** The same plugin as 1.1.0, whose code and asset say `made-by-two`. */
export async function releaseTwo(host: HostProcess, home: string, version: string): Promise<void> {
  const folder = join(home, version)
  await cp(await packedFixture('whole-plugin'), folder, { recursive: true })
  const manifest = join(folder, 'package.json')
  const packageJson = JSON.parse(await readFile(manifest, 'utf8'))
  await writeFile(manifest, JSON.stringify({ ...packageJson, version, scripts: {} }))
  for (const place of ['dist', 'assets']) {
    for (const name of await readdir(join(folder, place))) {
      const file = join(folder, place, name)
      const text = await readFile(file, 'utf8')
      await writeFile(file, text.replaceAll('made-by-one', 'made-by-two'))
    }
  }
  await publish(host, folder)
  await host.client.request('POST', '/v1/plugins', { name: whole, version })
}

export interface WholeTenant extends TenantSetup {
  readonly tenant: string
  readonly admin: HostClient
  /** Of its webhook. */
  readonly address: string
}

export async function setUpWhole(host: HostProcess, tenant: string): Promise<WholeTenant> {
  const setup = await setUpTenant(host, tenant, {
    plugin: whole,
    service: 'whole.one',
    capabilities,
  })
  const admin = host.as(setup.adminToken)
  const hook = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(whole)}/hooks/order`
  const { address } = await admin.request<{ address: string }>('POST', hook, {})
  return { ...setup, tenant, admin, address }
}

export function callWhole(host: HostProcess, { key }: WholeTenant, operation: string, input = {}) {
  return callProbe(host, key, operation, input, 'whole.one')
}

/** One order by each way in that keeps a row. */
export async function orderEveryWay(
  host: HostProcess,
  tenant: WholeTenant,
  order: Readonly<Record<string, unknown>>,
): Promise<void> {
  const replies = await Promise.all([
    callWhole(host, tenant, 'order', order),
    callWhole(host, tenant, 'publish', { ...order, key: `of ${String(order['order'])}` }),
    callWhole(host, tenant, 'schedule', order),
    sendHook(host, tenant.address, JSON.stringify(order)),
  ])
  const wrong = replies.find(({ status }) => status >= 300)
  if (wrong !== undefined) throw new Error(JSON.stringify(wrong.body))
}

export interface Seen {
  readonly way: string
  readonly name: string
  readonly maker: string
}

export async function seenBy(host: HostProcess, tenant: WholeTenant): Promise<readonly Seen[]> {
  const { status, body } = await callWhole(host, tenant, 'seen')
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.rows
}

/** Which version a function of the tenant is run by. */
export async function udfMaker({ admin }: WholeTenant): Promise<string> {
  const at = `/v1/udfs/${encodeURIComponent(whole)}/who:call`
  return (await admin.request<{ value: string }>('POST', at, { args: ['?'] })).value
}
