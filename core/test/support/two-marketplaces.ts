import type { Test } from 'tap'
import { until } from '../../../sandbox/test/until.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { HostProcess } from './host-process.ts'
import { testDatabases } from './postgres.ts'
import { keyFile } from './sealing.ts'

/** The key that a host's marketplace signs by, as its operator would tell it. */
export async function fingerprintOf(host: HostProcess): Promise<string> {
  const path = '/npm/-/npm/v1/keys'
  const { keys } = await host.client.request<{ keys: { keyid: string }[] }>('GET', path)
  return keys[0]?.keyid ?? ''
}

/**
 * A host that takes the scope `@probe` from the marketplace `vendor` of another one.
 * @returns both, and what lets ten minutes pass on the first
 */
export async function twoMarketplaces(
  t: Test,
  environment: {
    readonly upstream?: Readonly<Record<string, string>>
    readonly host?: Readonly<Record<string, string>>
  } = {},
) {
  const upstreamDatabases = await testDatabases(t)
  const upstream = await HostProcess.start(t, {
    databaseUrl: upstreamDatabases.hostUrl,
    environment: {
      PLUGIN_DATABASE_URL: upstreamDatabases.pluginUrl,
      SIGNALBOX_KEY_FILE: await keyFile(t),
      ...environment.upstream,
    },
  })
  const { hostUrl, pluginUrl } = await testDatabases(t)
  const host = await HostProcess.start(t, {
    databaseUrl: hostUrl,
    environment: {
      PLUGIN_DATABASE_URL: pluginUrl,
      SIGNALBOX_KEY_FILE: await keyFile(t),
      SIGNALBOX_FETCH_ALLOW: new URL(upstream.url).origin,
      ...environment.host,
    },
  })
  const { client } = host
  await client.request('POST', '/v1/marketplaces', { name: 'vendor', url: `${upstream.url}/npm` })
  const body = { fingerprints: [await fingerprintOf(upstream)] }
  await client.request('PUT', '/v1/marketplaces/vendor/keys', body)
  await client.request('PUT', '/v1/marketplaces/vendor/scopes/@probe')
  // The look that a confirmed marketplace is given at once.
  await until(async () => {
    const path = '/v1/marketplaces/vendor'
    return (await client.request<{ lookedAt: string | null }>('GET', path)).lookedAt !== null
  })
  const knex = createKnex(hostUrl, { pool: 1 })
  t.teardown(() => knex.destroy())
  /** The clock of the schedule is PostgreSQL's: what would be due in ten minutes is due now. */
  const tenMinutesPass = () =>
    knex('marketplaces').update({
      next_look_at: knex.raw("next_look_at - interval '10 minutes'"),
    })
  return { upstream, host, knex, tenMinutesPass }
}
