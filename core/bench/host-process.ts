import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileContracts } from '@signalbox/sdk/compile-contract'
import type { Contract } from '@signalbox/sdk/contract'
import { pino } from 'pino'
import { HostClient } from '../src/cli/host-client.ts'
import { npmPublish } from '../src/cli/npm-publish.ts'
import { type Host, startHost } from '../src/main.ts'
import { readSettings } from '../src/settings.ts'

/** A whole host in a data folder of its own, with one service inside it and the same one in the sandbox. */
const plugin = join(import.meta.dirname, 'noop-plugin')
const home = process.argv[2] ?? (await mkdtemp(join(tmpdir(), 'signalbox-bench-')))

async function internalService() {
  const contract = JSON.parse(
    await readFile(join(plugin, 'contracts/bench.noop.json'), 'utf8'),
  ) as Contract
  const internal = { ...contract, id: 'host.noop' }
  const manifest = {
    manifest: 1,
    host: '^1.0.0',
    displayName: { en: 'No-op' },
    runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
  } as const
  const operations = compileContracts(manifest, { 'host.noop': internal })
  return new Map([['host.noop@1', { operations, handle: () => '{"ok":true}' }]])
}

/** More than the machine can do: the limiter works on every call and never refuses. */
const plan = { ratePerS: 1_000_000, burst: 1_000_000 }

async function subscribe(client: HostClient, service: string): Promise<string> {
  await client.request('PUT', `/v1/catalog/services/${service}/versions/1/plans/bench`, plan)
  const body = { tenant: 'bench', app: 'bench', service, major: 1, plan: 'bench' }
  const { id } = await client.request<{ id: string }>('POST', '/v1/subscriptions', body)
  const path = `/v1/subscriptions/${id}/credentials`
  return (await client.request<{ key: string }>('POST', path)).key
}

async function prepare(host: Host): Promise<Record<string, string>> {
  const client = new HostClient({ url: host.url, token: host.adminToken })
  await npmPublish(plugin, `${host.url}/npm/`, host.adminToken)
  await client.request('POST', '/v1/plugins', { name: '@bench/noop' })
  await client.request('POST', '/v1/tenants', { id: 'bench', name: 'Bench' })
  await client.request('POST', '/v1/apps', { tenant: 'bench', id: 'bench', name: 'Bench' })
  await client.request('PUT', '/v1/tenants/bench/plugins/@bench%2Fnoop', { binding: 'enabled' })
  return {
    internalKey: await subscribe(client, 'host.noop'),
    sandboxKey: await subscribe(client, 'bench.noop'),
  }
}

/** Traces are sent where a bench says so. */
const { OTEL_EXPORTER_OTLP_ENDPOINT, SIGNALBOX_TRACE_SAMPLE } = process.env
const settings = readSettings(
  {
    ...{ PORT: '0', SIGNALBOX_HOME: home, LOG_LEVEL: 'warn' },
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT, SIGNALBOX_TRACE_SAMPLE },
  },
  home,
)
const log = pino({ level: 'warn' }, pino.destination(2))
const host = await startHost(settings, { log, internal: await internalService() })
process.send?.({ url: host.url, ...(await prepare(host)) })
process.on('message', () => process.send?.(process.cpuUsage()))
process.on('disconnect', () => {
  void host.stop().finally(() => process.exit(0))
})
