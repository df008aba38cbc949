import type { Test } from 'tap'
import type { HostClient } from '../../src/cli/host-client.ts'
import { deliveredHook } from './delivered-hook.ts'
import { installFixture } from './fixture-plugin.ts'
import type { HostProcess } from './host-process.ts'
import { OpenSsl } from './openssl.ts'

/** A plugin that signs by the tenant's keys and receives webhooks; see fixtures/seal-plugin. */
const seal = '@seal/one'
export const sealSetup = {
  plugin: seal,
  service: 'seal.one',
  capabilities: ['blob:own', 'http:receive', 'keys:sign', 'keys:verify'],
}

export async function installSeal(host: HostProcess): Promise<void> {
  await installFixture(host, 'seal-plugin', seal)
}

interface Entry {
  readonly at: string
  readonly body?: object
}

/** Every route of keys and webhooks with a request that acme's admin could make, and where a sender sends to. */
export async function sealRoutes(
  t: Test,
  host: HostProcess,
  admin: HostClient,
): Promise<{ owned: Readonly<Record<string, Entry>>; address: string }> {
  const plugin = '/v1/tenants/acme/plugins/@seal%2Fone'
  await installSeal(host)
  await admin.request('POST', `${plugin}/grants`, { capabilities: sealSetup.capabilities })
  await admin.request('PUT', plugin, { binding: 'enabled' })
  const hooks = `${plugin}/hooks`
  const { address } = await admin.request<{ address: string }>('POST', `${hooks}/spare`, {})
  const delivered = await deliveredHook(host, admin, hooks, address)
  await admin.request('POST', `${hooks}/gate`, {})
  return { owned: { ...(await keyRoutes(t, admin)), ...hookRoutes(hooks, delivered) }, address }
}

async function keyRoutes(t: Test, admin: HostClient): Promise<Readonly<Record<string, Entry>>> {
  const keys = '/v1/tenants/acme/keys'
  const key = `${keys}/seal`
  const subject = { commonName: 'Acme' }
  await admin.request('POST', keys, { id: 'seal', algorithm: 'ed25519', usages: ['cms'] })
  const requests = `${key}/certificate-requests`
  const { request } = await admin.request<{ request: string }>('POST', requests, subject)
  const openssl = await OpenSsl.start(t)
  await openssl.makeAuthority()
  const chain = await openssl.certify(request)
  const wish = { id: 'other', algorithm: 'ed25519', usages: ['cms'] }
  const ofKey = '/v1/tenants/{tenant}/keys/{key}'
  return {
    'POST /v1/tenants/{tenant}/keys': { at: keys, body: wish },
    'GET /v1/tenants/{tenant}/keys': { at: keys },
    [`GET ${ofKey}`]: { at: key },
    [`POST ${ofKey}:{command}`]: { at: `${key}:rotate` },
    [`PUT ${ofKey}/certificate`]: { at: `${key}/certificate`, body: { chain } },
    [`POST ${ofKey}/certificate-requests`]: { at: requests, body: subject },
  }
}

function hookRoutes(hooks: string, delivered: string): Readonly<Record<string, Entry>> {
  const ofPlugin = '/v1/tenants/{tenant}/plugins/{name}/hooks'
  const deliveries = `${hooks}/spare/deliveries`
  return {
    [`GET ${ofPlugin}`]: { at: hooks },
    [`POST ${ofPlugin}/{path}`]: { at: `${hooks}/gate`, body: {} },
    [`GET ${ofPlugin}/{path}/deliveries`]: { at: deliveries },
    [`POST ${ofPlugin}/{path}/deliveries/{delivery}:{command}`]: {
      at: `${deliveries}/${delivered}:redeliver`,
    },
    [`DELETE ${ofPlugin}/{path}`]: { at: `${hooks}/gate` },
  }
}
