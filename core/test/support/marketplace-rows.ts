import type { HostProcess } from './host-process.ts'

const fingerprint = `SHA256:${'a'.repeat(43)}`
const at = '/v1/marketplaces/island'

/** Of marketplaces that are reached by files alone: nobody is asked. */
export async function marketplaceRoutes({ client }: Pick<HostProcess, 'client'>) {
  for (const name of ['island', 'spare']) {
    await client.request('POST', '/v1/marketplaces', { name, url: null })
  }
  await client.request('PUT', `${at}/keys`, { fingerprints: [fingerprint] })
  await client.request('PUT', `${at}/scopes/@offshore`)
  return <Door>(door: Door) => ({
    'GET /v1/marketplaces': { door, at: '/v1/marketplaces' },
    'POST /v1/marketplaces': { door, at: '/v1/marketplaces', body: { name: 'atoll', url: null } },
    'GET /v1/marketplaces/{name}': { door, at },
    'PATCH /v1/marketplaces/{name}': { door, at, body: { minimumAgeHours: 24 } },
    'PUT /v1/marketplaces/{name}/keys': {
      ...{ door, at: '/v1/marketplaces/spare/keys' },
      body: { fingerprints: [fingerprint] },
    },
    'PUT /v1/marketplaces/{name}/scopes/{scope}': { door, at: `${at}/scopes/@lagoon` },
    'PUT /v1/plugins/{name}/marketplace': {
      ...{ door, at: '/v1/plugins/@offshore%2Fgate/marketplace' },
      body: { fingerprint },
    },
    'POST /v1/marketplaces/{name}/mirrors': {
      // It has no address to be asked at.
      ...{ door: { ...door, done: 409 }, at: `${at}/mirrors` },
      body: { package: '@offshore/gate', version: '1.0.0' },
    },
    'POST /v1/marketplaces/{name}/bundles': {
      ...{ door: { ...door, done: 422 }, at: `${at}/bundles` },
      ...{ body: 'no bundle', type: 'application/octet-stream' },
    },
    'POST /v1/marketplaces/{name}/{command}': { door, at: `${at}/pause` },
    'DELETE /v1/marketplaces/{name}/scopes/{scope}': { door, at: `${at}/scopes/@offshore` },
    'DELETE /v1/marketplaces/{name}': { door, at: '/v1/marketplaces/spare' },
  })
}
