import { generateKeyPairSync } from 'node:crypto'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import type { HostProcess } from './host-process.ts'
import { keptRating } from './kept-rating.ts'
import { reviewedRelease } from './reviewed-release.ts'
import type { RouteRows } from './route-rows.ts'

/** What the marketplace is asked for beside npm: by anybody, and by who publishes, reviews or operates. @param plugin a package of its own */
export async function marketRows(
  host: HostProcess,
  hostUrl: string,
  plugin: string,
): Promise<Readonly<Record<'open' | 'publishers', RouteRows>>> {
  const publisher = '/v1/marketplace/publishers/initrode'
  const page = '/v1/marketplace/packages/@probe%2Fone'
  const account = { name: 'initrode', scopes: ['@initrode'] }
  await host.client.request('POST', '/v1/marketplace/publishers', account)
  const path = '/v1/marketplace/advisories'
  const advisory = await host.client.request<{ id: number }>('POST', path, weakness)
  const logins = await host.client.request<{ items: { id: string }[] }>(
    'GET',
    `${publisher}/tokens`,
  )
  const signing = await host.client.request<{ keyid: string }>(
    'POST',
    `${publisher}/keys`,
    newKey(),
  )
  const { open, operators } = advisoryRoutes(advisory.id)
  return {
    open: { ...open, ...listingRoutes(page, publisher) },
    publishers: {
      ...operators,
      ...ratedRoutes(page, await keptRating(hostUrl, plugin)),
      ...publisherRoutes(publisher, logins.items[0]?.id),
      ...keyRoutes(publisher, signing.keyid),
      ...reviewRoutes(await reviewedRelease(host)),
    },
  }
}

const weakness = {
  package: '@probe/one',
  title: 'Answers too much',
  severity: 'low',
  vulnerableVersions: '<1.0.0',
}

/** Advisories of the marketplace, which anybody reads. @param id of one */
function advisoryRoutes(id: number): Readonly<Record<'open' | 'operators', RouteRows>> {
  const one = `/v1/marketplace/advisories/${id}`
  return {
    open: {
      'GET /v1/marketplace/advisories': { at: '/v1/marketplace/advisories' },
      'GET /v1/marketplace/advisories/{id}': { at: one },
    },
    operators: {
      'POST /v1/marketplace/advisories': { at: '/v1/marketplace/advisories', body: weakness },
      'DELETE /v1/marketplace/advisories/{id}': { at: one },
    },
  }
}

/** Publishers of the marketplace. @param publisher path of one @param token of one of its tokens */
function publisherRoutes(publisher: string, token: string | undefined): RouteRows {
  return {
    'POST /v1/marketplace/publishers': {
      at: '/v1/marketplace/publishers',
      body: { name: 'hooli', scopes: ['@hooli'] },
    },
    'GET /v1/marketplace/publishers': { at: '/v1/marketplace/publishers' },
    'PUT /v1/marketplace/publishers/{name}/scopes/{scope}': {
      at: `${publisher}/scopes/@more`,
    },
    'GET /v1/marketplace/packages/{name}/versions/{version}/findings': {
      at: `/v1/marketplace/packages/${encodeURIComponent('@probe/one')}/versions/1.0.0/findings`,
    },
    'GET /v1/marketplace/publishers/{name}/tokens': { at: `${publisher}/tokens` },
    'POST /v1/marketplace/publishers/{name}/tokens': { at: `${publisher}/tokens` },
    'DELETE /v1/marketplace/publishers/{name}/tokens/{id}': {
      at: `${publisher}/tokens/${token}`,
    },
  }
}

/** What publishers and the registry sign by. @param key that the publisher has registered */
function keyRoutes(publisher: string, key: string): RouteRows {
  return {
    'GET /v1/marketplace/publishers/{name}/keys': { at: `${publisher}/keys` },
    'POST /v1/marketplace/publishers/{name}/keys': { at: `${publisher}/keys`, body: newKey() },
    'POST /v1/marketplace/publishers/{name}/keys/{keyid}/revocation': {
      at: `${publisher}/keys/${encodeURIComponent(key)}/revocation`,
      body: {},
    },
    'POST /v1/marketplace/signing-keys:rotate': {
      at: '/v1/marketplace/signing-keys:rotate',
      body: {},
    },
    'PUT /v1/marketplace/publishers/{name}/signing': {
      at: `${publisher}/signing`,
      body: { required: false },
    },
  }
}

function newKey() {
  return { publicKey: publicKeyText(generateKeyPairSync('ed25519').publicKey) }
}

/** Reviews, and what is taken out of circulation. @param review id of an open one of a version that can be yanked */
function reviewRoutes(review: string): RouteRows {
  const version = '/v1/marketplace/packages/@initrode%2Fopen/versions/1.0.0'
  const tier = { approvals: 1, trustedPublishersPass: true }
  return {
    'GET /v1/marketplace/reviews': { at: '/v1/marketplace/reviews' },
    'GET /v1/marketplace/reviews/{id}': { at: `/v1/marketplace/reviews/${review}` },
    'GET /v1/marketplace/reviews/{id}/diff': { at: `/v1/marketplace/reviews/${review}/diff` },
    'POST /v1/marketplace/reviews/{id}/{command}': {
      at: `/v1/marketplace/reviews/${review}/answer`,
      body: { text: 'we look at it' },
    },
    'GET /v1/marketplace/review-policy': { at: '/v1/marketplace/review-policy' },
    'PUT /v1/marketplace/review-policy': {
      at: '/v1/marketplace/review-policy',
      body: {
        ...{ mode: 'on', operator: 'pass' },
        tiers: {
          ...{ declarative: tier, sandbox: tier },
          trusted: { approvals: 2, trustedPublishersPass: false },
        },
      },
    },
    'PUT /v1/marketplace/publishers/{name}/roles/{role}': {
      at: '/v1/marketplace/publishers/initrode/roles/reviewer',
    },
    'DELETE /v1/marketplace/publishers/{name}/roles/{role}': {
      at: '/v1/marketplace/publishers/initrode/roles/reviewer',
    },
    'POST /v1/marketplace/packages/{name}/versions/{version}/{command}': {
      at: `${version}/yank`,
      body: { reason: 'it counts twice' },
    },
  }
}

/** Pages of the marketplace, open to all. @param at of a package */
function listingRoutes(at: string, publisher: string): RouteRows {
  const version = `${at}/versions/1.0.0`
  return {
    'GET /v1/marketplace/packages': { at: '/v1/marketplace/packages?q=probe&facets=true' },
    'GET /v1/marketplace/packages/{name}': { at },
    'GET /v1/marketplace/packages/{name}/versions/{version}': { at: version },
    'GET /v1/marketplace/packages/{name}/versions/{version}/texts/{path}': {
      at: `${version}/texts/README.md`,
    },
    'GET /v1/marketplace/packages/{name}/changes': { at: `${at}/changes?from=1.0.0&to=1.1.0` },
    'GET /v1/marketplace/publishers/{name}': { at: publisher },
    'GET /v1/marketplace/packages/{name}/ratings': { at: `${at}/ratings` },
  }
}

/** What others do with a rating. @param at of a package @param rating an id */
function ratedRoutes(at: string, rating: string): RouteRows {
  return {
    'PUT /v1/marketplace/packages/{name}/ratings/{id}/answer': {
      at: `${at}/ratings/${rating}/answer`,
      body: { text: 'Thank you' },
    },
    'POST /v1/marketplace/packages/{name}/ratings/{id}/hide': {
      at: `${at}/ratings/${rating}/hide`,
      body: { reason: 'names a person' },
    },
    'POST /v1/marketplace/packages/{name}/ratings/{id}/show': {
      at: `${at}/ratings/${rating}/show`,
    },
  }
}
