import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { HostClient } from '../../src/cli/host-client.ts'
import { findKey, findSealed } from '../../src/keys/key-store.ts'
import { boundTo } from '../../src/keys/sealed-secret.ts'
import { createKnex } from '../../src/storage/create-knex.ts'
import { askedCapabilities, installActor, packFixtures } from '../isolation/manifests.ts'
import { makeCanary, makeOddCanary } from '../support/canaries.ts'
import { OPERATOR_TOKEN } from '../support/host-process.ts'
import type { OwnServerHost } from '../support/own-server-host.ts'
import { nodeKeys } from '../support/sealing.ts'

/** Something that only whom it was given to may have. */
export interface Secret {
  readonly name: string
  readonly value: string | Buffer
  /** Where it may lie: whoever has it there was given it. */
  readonly entitled?: readonly string[]
}

/** The plugin that uses all of them, in acme. */
export interface Keeper {
  readonly admin: HostClient
  readonly key: string
  readonly path: string
  /** Of the echo server: it gets the secret, and says it again. */
  readonly origin: string
  readonly publisherToken: string
  readonly hook: { readonly address: string; readonly secret: string }
}

export const marker = makeCanary('marker')

/** Installs the keeper, and gives it a secret of each kind. */
export async function plantSecrets(
  own: OwnServerHost,
  origin: string,
): Promise<{ keeper: Keeper; secrets: readonly Secret[] }> {
  const { host } = own
  await packFixtures()
  await installActor(host, { name: 'intruder', tier: 'sandbox', origins: [origin], asset: marker })
  const { adminToken } = await host.client.request<{ adminToken: string }>('POST', '/v1/tenants', {
    id: 'acme',
    name: 'Acme',
  })
  const admin = host.as(adminToken)
  const path = '/v1/tenants/acme/plugins/@intruder%2Fone'
  await admin.request('POST', `${path}/grants`, { capabilities: askedCapabilities })
  await admin.request('PUT', path, { binding: 'enabled' })
  await admin.request('PUT', `${path}/config`, { note: marker })
  const [old, door] = [makeOddCanary('old-key'), makeOddCanary('door-key')]
  for (const value of [old, door]) await admin.request('PUT', `${path}/secrets/door-key`, { value })
  const policy = { jwt: { issuer: 'https://acme.example', maxTtlS: 300 } }
  const wish = { id: 'intruder-key', algorithm: 'ec-p256', usages: ['jwt'], policy }
  await admin.request('POST', '/v1/tenants/acme/keys', wish)
  const hook = await admin.request<Keeper['hook']>('POST', `${path}/hooks/gate`, {})
  const key = await appKey(admin)
  const npm = await publisherToken(host.client)
  const keeper = { admin, key, path, origin, hook, publisherToken: npm }
  const secrets: readonly Secret[] = [
    { name: "the operator's token", value: OPERATOR_TOKEN },
    { name: "an admin's token", value: adminToken },
    { name: "an app's key", value: key },
    { name: 'a secret', value: door },
    { name: 'a secret that was replaced', value: old },
    { name: "a webhook's secret", value: hook.secret.slice('whsec_'.length) },
    { name: "a webhook's address", value: hook.address.slice(hook.address.lastIndexOf('/') + 1) },
    { name: "a publisher's token", value: npm },
    { name: 'a signing key', value: await privateKey(own) },
    { name: "the host's key file", value: (await readFile(own.keyFile, 'utf8')).trim() },
    { name: "PostgreSQL's password", value: new URL(own.hostUrl).password },
  ]
  return { keeper, secrets }
}

async function appKey(admin: HostClient): Promise<string> {
  await admin.request('POST', '/v1/apps', { id: 'app', name: marker })
  const wish = { app: 'app', service: 'intruder.one', major: 1 }
  const { id } = await admin.request<{ id: string }>('POST', '/v1/subscriptions', wish)
  const issued = await admin.request<{ key: string }>('POST', `/v1/subscriptions/${id}/credentials`)
  return issued.key
}

async function publisherToken(operator: HostClient): Promise<string> {
  const publishers = '/v1/marketplace/publishers'
  await operator.request('POST', publishers, { name: 'initrode', scopes: ['@initrode'] })
  const path = `${publishers}/initrode/tokens`
  return (await operator.request<{ token: string }>('POST', path)).token
}

/** The private scalar, which no client ever sees: opened as the host itself does. */
async function privateKey({ hostUrl, keyFile }: OwnServerHost): Promise<Buffer> {
  const knex = createKnex(hostUrl)
  try {
    const key = await findKey(knex, 'acme', 'intruder-key')
    const [newest] = key?.versions ?? []
    if (newest === undefined) throw new Error('the key was not made')
    const named = { tenant: 'acme', key: 'intruder-key', version: newest.version }
    const sealed = await findSealed(knex, named)
    if (sealed === undefined) throw new Error('the key is not sealed')
    const bound = boundTo('intruder-key', newest.spki)
    const der = await nodeKeys(knex, keyFile).sealer.open('acme', sealed, bound)
    const { d = '' } = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
      format: 'jwk',
    })
    return Buffer.from(d, 'base64url')
  } finally {
    await knex.destroy()
  }
}
