import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFiles } from '../../../marketplace/test/support/npm.ts'
import type { HostClient } from '../../src/cli/host-client.ts'
import { installFixture } from './fixture-plugin.ts'
import type { HostProcess } from './host-process.ts'
import { packedFixture } from './packed-fixture.ts'

/** A plugin whose operations misbehave on request; see fixtures/probe-plugin. */
export const probe = '@probe/one'
const probeService = 'probe.one'

export async function installProbe(host: HostProcess): Promise<void> {
  await installFixture(host, 'probe-plugin', probe)
}

/**
 * The probe, packed, under another version, in a folder that npm can publish.
 * @param signalbox changes of its manifest
 */
export async function probeVersion(
  folder: string,
  version: string,
  signalbox: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const fixture = await packedFixture('probe-plugin')
  const packageJson = JSON.parse(await readFile(join(fixture, 'package.json'), 'utf8'))
  const copies = await Promise.all(
    shippedFiles.map(async (path) => [path, await readFile(join(fixture, path), 'utf8')] as const),
  )
  return writeFiles(join(folder, version), {
    ...Object.fromEntries(copies),
    'package.json': JSON.stringify({
      ...packageJson,
      version,
      scripts: {},
      signalbox: { ...packageJson.signalbox, ...signalbox },
    }),
  })
}

const shippedFiles = [
  'dist/plugin.js',
  'contracts/probe.one.json',
  'schemas/config.json',
  'schemas/udf.json',
  'migrations/0001-notes.expand.sql',
  'migrations/0001-notes.expand.down.sql',
]

export interface TenantSetup {
  readonly adminToken: string
  readonly subscription: string
  readonly key: string
}

/** Makes a tenant with an app, enables the plugin with all it asks for, subscribes and gives a key. */
export async function setUpTenant(
  host: HostProcess,
  tenant: string,
  { plugin = probe, service = probeService, capabilities = ['db:own', 'service:call'] } = {},
): Promise<TenantSetup> {
  const { client } = host
  const { adminToken } = await client.request<{ adminToken: string }>('POST', '/v1/tenants', {
    id: tenant,
    name: tenant,
  })
  const admin = host.as(adminToken)
  const path = `/v1/tenants/${tenant}/plugins/${encodeURIComponent(plugin)}`
  if (capabilities.length > 0) await admin.request('POST', `${path}/grants`, { capabilities })
  await admin.request('PUT', path, { binding: 'enabled' })
  await admin.request('POST', '/v1/apps', { id: 'app', name: 'App' })
  const { id, key } = await subscribe(admin, service)
  return { adminToken, subscription: id, key }
}

async function subscribe(admin: HostClient, service: string): Promise<{ id: string; key: string }> {
  const body = { app: 'app', service, major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', body)
  const issued = await admin.request<{ key: string }>('POST', `/v1/subscriptions/${id}/credentials`)
  return { id, key: issued.key }
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any
}

/** One call of an operation of the probe, whatever comes back. */
export async function callProbe(
  host: HostProcess,
  key: string,
  operation: string,
  input: unknown = {},
  service = probeService,
): Promise<Reply> {
  const response = await fetch(`${host.url}/api/${service}/v1/${operation}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: typeof input === 'string' ? input : JSON.stringify(input),
    signal: AbortSignal.timeout(60_000),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : JSON.parse(text),
  }
}
