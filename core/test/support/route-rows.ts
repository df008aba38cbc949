import { installFixture } from './fixture-plugin.ts'
import type { HostProcess } from './host-process.ts'

/** Routes with a request that the tenant's admin could make. */
export type RouteRows = Readonly<Record<string, RouteRow>>

interface RouteRow {
  readonly at: string
  /** JSON; a text is sent as it is. */
  readonly body?: object | string
  /** Of the body; JSON, when left out. */
  readonly type?: string
}

/** Rollouts by their ids. @param asking one that runs, and is aborted by it */
export function rolloutRoutes(rollouts: {
  readonly planned: string
  readonly aborted: string
  readonly asking: string
}): RouteRows {
  const { planned, aborted, asking } = rollouts
  return {
    'GET /v1/rollouts': { at: '/v1/rollouts' },
    'POST /v1/rollouts': {
      at: '/v1/rollouts',
      body: { plugin: '@probe/one', version: '1.0.0' },
    },
    'POST /v1/rollouts:validate': {
      at: '/v1/rollouts:validate',
      body: { plugin: '@probe/one', version: '1.0.0' },
    },
    'GET /v1/rollouts/{id}': { at: `/v1/rollouts/${planned}` },
    'GET /v1/rollouts/{id}/events': { at: `/v1/rollouts/${aborted}/events` },
    'GET /v1/rollouts/{id}/analysis': { at: `/v1/rollouts/${planned}/analysis` },
    'POST /v1/rollouts/{id}/{command}': { at: `/v1/rollouts/${asking}/abort`, body: {} },
    'POST /v1/rollouts/{id}/retry': { at: `/v1/rollouts/${aborted}/retry`, body: { force: true } },
    'GET /v1/assignment': { at: '/v1/assignment?plugin=@probe%2Fone&tenant=acme&key=app' },
    'POST /v1/plugins/{name}:{rollback}': { at: '/v1/plugins/@probe%2Fone:rollback', body: {} },
    ...holdingRoutes,
  }
}

/** What rollouts are held by, and what is told of them. */
const holdingRoutes: RouteRows = {
  'GET /v1/cohorts': { at: '/v1/cohorts' },
  'PUT /v1/cohorts/{name}': { at: '/v1/cohorts/suzhou', body: { members: ['tenant:acme'] } },
  'DELETE /v1/cohorts/{name}': { at: '/v1/cohorts/suzhou' },
  'GET /v1/rollout-freezes': { at: '/v1/rollout-freezes' },
  'PUT /v1/rollout-freezes/{name}': {
    at: '/v1/rollout-freezes/stocktaking',
    body: {
      time: { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' },
      reason: 'stocktaking',
    },
  },
  'DELETE /v1/rollout-freezes/{name}': { at: '/v1/rollout-freezes/stocktaking' },
  'GET /v1/nodes': { at: '/v1/nodes' },
  'GET /v1/rollout-lockdown': { at: '/v1/rollout-lockdown' },
  'PUT /v1/rollout-lockdown': { at: '/v1/rollout-lockdown', body: { isOn: false } },
  'GET /v1/rollout-events': { at: '/v1/rollout-events' },
  'GET /v1/tenants/{tenant}/rollout-events': { at: '/v1/tenants/acme/rollout-events' },
}

/** What a browser tells of a page. */
export const pageRoutes: RouteRows = {
  'POST /v1/page-reports': {
    at: '/v1/page-reports',
    body: { plugin: '@probe/one', version: '1.0.0', outcome: 'shown', ms: 40 },
  },
}

/** Settings and secrets of a plugin in a tenant. @param plugin its path there */
export function settingRoutes(plugin: string): RouteRows {
  return {
    'GET /v1/tenants/{tenant}/plugins/{name}/config': { at: `${plugin}/config` },
    'GET /v1/tenants/{tenant}/plugins/{name}/config/revisions': {
      at: `${plugin}/config/revisions`,
    },
    'POST /v1/tenants/{tenant}/plugins/{name}/config:rollback': {
      at: `${plugin}/config:rollback`,
      body: { revision: 1 },
    },
    'GET /v1/tenants/{tenant}/plugins/{name}/secrets': { at: `${plugin}/secrets` },
    'PUT /v1/tenants/{tenant}/plugins/{name}/secrets/{secret}': {
      at: `${plugin}/secrets/probe-key`,
      body: { value: 'of-the-probe' },
    },
    'DELETE /v1/tenants/{tenant}/plugins/{name}/secrets/{secret}': {
      at: `${plugin}/secrets/probe-key`,
    },
  }
}

/** What an app of acme may send, and what could not be delivered. @param letters two dead letters */
export function eventRoutes(letters: readonly (string | undefined)[]): RouteRows {
  return {
    'GET /v1/tenants/{tenant}/apps/{app}/events': {
      at: '/v1/tenants/acme/apps/app/events',
    },
    'PUT /v1/tenants/{tenant}/apps/{app}/events': {
      at: '/v1/tenants/acme/apps/app/events',
      body: { types: ['erp.counted'] },
    },
    'GET /v1/tenants/{tenant}': { at: '/v1/tenants/acme' },
    'PATCH /v1/tenants/{tenant}': {
      at: '/v1/tenants/acme',
      body: { timeZone: 'Asia/Shanghai' },
    },
    'GET /v1/tenants/{tenant}/apps/{app}': { at: '/v1/tenants/acme/apps/app' },
    'PATCH /v1/tenants/{tenant}/apps/{app}': {
      at: '/v1/tenants/acme/apps/app',
      body: { name: 'The app' },
    },
    'GET /v1/tenants/{tenant}/apps/{app}/origins': {
      at: '/v1/tenants/acme/apps/app/origins',
    },
    'PUT /v1/tenants/{tenant}/apps/{app}/origins': {
      at: '/v1/tenants/acme/apps/app/origins',
      body: { origins: ['https://app.example.com'] },
    },
    'GET /v1/tenants/{tenant}/dead-letters': { at: '/v1/tenants/acme/dead-letters' },
    'GET /v1/tenants/{tenant}/dead-letters/{id}': {
      at: `/v1/tenants/acme/dead-letters/${letters[0]}`,
    },
    'POST /v1/tenants/{tenant}/dead-letters/{id}:redeliver': {
      at: `/v1/tenants/acme/dead-letters/${letters[1]}:redeliver`,
    },
    'POST /v1/tenants/{tenant}/plugins/{name}:replay-events': {
      at: '/v1/tenants/acme/plugins/reader:replay-events',
      body: { since: '2026-01-01T00:00:00Z' },
    },
  }
}

/** Files of a plugin in a tenant. @param name the SHA-256 of the file */
export function fileRoutes(plugin: string, file: object, name: string): RouteRows {
  return {
    'PUT /v1/tenants/{tenant}/plugins/{name}/blobs': {
      at: `${plugin}/blobs`,
      body: file,
    },
    'GET /v1/tenants/{tenant}/plugins/{name}/blobs': { at: `${plugin}/blobs` },
    'GET /v1/tenants/{tenant}/plugins/{name}/blobs/{sha256}': {
      at: `${plugin}/blobs/${name}`,
    },
  }
}

/** What a plugin does and uses in a tenant. */
export function useRoutes(plugin: string): RouteRows {
  return {
    'GET /v1/tenants/{tenant}/plugins/{name}/uses': { at: `${plugin}/uses` },
    'GET /v1/tenants/{tenant}/plugins/{name}/jobs': { at: `${plugin}/jobs` },
    'POST /v1/tenants/{tenant}/plugins/{name}/jobs/{job}:run': {
      at: `${plugin}/jobs/tidy:run`,
      body: {},
    },
    'POST /v1/tenants/{tenant}/plugins/{name}/jobs/{job}:cancel': {
      at: `${plugin}/jobs/tidy:cancel`,
    },
    'GET /v1/tenants/{tenant}/plugins/{name}/usage': { at: `${plugin}/usage` },
    'GET /v1/tenants/{tenant}/plugins/{name}/sampling': { at: `${plugin}/sampling` },
    'PUT /v1/tenants/{tenant}/plugins/{name}/sampling': {
      at: `${plugin}/sampling`,
      body: { version: '1.0.0', shareBp: 1 },
    },
    'GET /v1/tenants/{tenant}/usage': { at: '/v1/tenants/acme/usage' },
  }
}

/** What acme says of a plugin. @param plugin its path there */
export function ratingRoutes(plugin: string): RouteRows {
  return {
    'PUT /v1/tenants/{tenant}/plugins/{name}/ratings/{major}': {
      at: `${plugin}/ratings/1`,
      body: { stars: 4, text: 'It counts' },
    },
    'GET /v1/tenants/{tenant}/plugins/{name}/ratings': { at: `${plugin}/ratings` },
    'DELETE /v1/tenants/{tenant}/plugins/{name}/ratings/{major}': { at: `${plugin}/ratings/1` },
  }
}

/** What plugins of acme share with people and with each other. @param link id of a link */
export function sharingRoutes(link: string): RouteRows {
  return {
    'GET /v1/tenants/{tenant}/links': { at: '/v1/tenants/acme/links' },
    'DELETE /v1/tenants/{tenant}/links/{link}': { at: `/v1/tenants/acme/links/${link}` },
    'GET /v1/tenants/{tenant}/contributions': { at: '/v1/tenants/acme/contributions' },
    'GET /v1/tenants/{tenant}/plugins': { at: '/v1/tenants/acme/plugins' },
    'GET /v1/tenants/{tenant}/open-consents': { at: '/v1/tenants/acme/open-consents' },
    'GET /v1/tenants/{tenant}/permissions': { at: '/v1/tenants/acme/permissions' },
  }
}

/** Whether the migration of a rollout can be taken back, and what waits. @param rollout id of one that waits for its start */
export function rehearsalRoutes(rollout: string): RouteRows {
  const at = `/v1/rollouts/${rollout}`
  return {
    'GET /v1/rollouts/{id}/rehearsal': { at: `${at}/rehearsal` },
    'POST /v1/rollouts/{id}/rehearsal': { at: `${at}/rehearsal` },
    'POST /v1/rollouts/{id}:{verb}': {
      at: `${at}:override-rehearsal`,
      body: { reason: 'it was looked at by hand' },
    },
    'GET /v1/plugins/{name}/migrations': { at: '/v1/plugins/@probe%2Fone/migrations' },
  }
}

/** Of a plugin that nobody has enabled: it may be removed. */
export async function removalRoutes(host: HostProcess): Promise<RouteRows> {
  await installFixture(host, 'filer-plugin', '@filer/one')
  return {
    'DELETE /v1/plugins/{name}': { at: '/v1/plugins/@filer%2Fone?data=purge' },
    'GET /v1/plugins/{name}/removal': { at: '/v1/plugins/@filer%2Fone/removal' },
  }
}

/** What is kept of what was done and used in acme, and of the host's own. */
export const bookRoutes: Readonly<Record<'tenants' | 'operators', RouteRows>> = {
  tenants: {
    'GET /v1/audit': { at: '/v1/audit?tenant=acme' },
    'GET /v1/audit:verify': { at: '/v1/audit:verify?tenant=acme' },
    'GET /v1/audit:export': { at: '/v1/audit:export?tenant=acme' },
    'GET /v1/tenants/{tenant}/audit-policy': { at: '/v1/tenants/acme/audit-policy' },
    'PUT /v1/tenants/{tenant}/audit-policy': {
      at: '/v1/tenants/acme/audit-policy',
      body: { keepDays: 365 },
    },
    'GET /v1/usage': { at: '/v1/usage?tenant=acme' },
    'GET /v1/tenants/{tenant}/statements/{month}': { at: '/v1/tenants/acme/statements/2026-01' },
  },
  operators: {
    'GET /v1/audit-policy': { at: '/v1/audit-policy' },
    'PUT /v1/audit-policy': { at: '/v1/audit-policy', body: { keepDays: null } },
    'GET /v1/publishers/{publisher}/statements/{month}': {
      at: '/v1/publishers/initrode/statements/2026-01',
    },
  },
}
/** What an app subscribes to and how it proves itself. @param subscription path of one of acme, with two keys @param spare id of one key */
export function subscribingRoutes(subscription: string, spare: string | undefined): RouteRows {
  return {
    'POST /v1/subscriptions/{id}/credentials/{credential}:{rotate}': {
      at: `${subscription}/credentials/${spare}:rotate`,
      body: { overlapS: 0 },
    },
  }
}

const probeMajor = '/v1/catalog/services/probe.one/versions/1'

/** What the operator says of services, and of what tokens are signed by. */
export const serviceRoutes: RouteRows = {
  'PUT /v1/catalog/services/{id}/versions/{major}/plans/{name}': {
    at: `${probeMajor}/plans/standard`,
    body: { ratePerS: 200, burst: 400 },
  },
  'POST /v1/catalog/services/{id}/versions/{major}/plans/{name}:{command}': {
    at: `${probeMajor}/plans/standard:deprecate`,
  },
  'PUT /v1/catalog/services/{id}/versions/{major}/owner': {
    at: `${probeMajor}/owner`,
    body: { ownerTenant: 'acme' },
  },
  'PUT /v1/catalog/services/{id}/versions/{major}/deprecation': {
    at: `${probeMajor}/deprecation`,
    body: { sunsetAt: '2099-01-01T00:00:00Z' },
  },
  'DELETE /v1/catalog/services/{id}/versions/{major}/deprecation': {
    at: `${probeMajor}/deprecation`,
  },
  'POST /v1/token-keys:rotate': { at: '/v1/token-keys:rotate', body: {} },
}

/** What anybody may know of tokens. */
export const tokenRoutes: RouteRows = {
  'GET /oauth2/jwks': { at: '/oauth2/jwks' },
  'GET /.well-known/oauth-authorization-server': { at: '/.well-known/oauth-authorization-server' },
}

/** @param client how it proves itself, as a form */
export function clientRoutes(client: string): RouteRows {
  const type = 'application/x-www-form-urlencoded'
  return {
    'POST /oauth2/token': {
      at: '/oauth2/token',
      type,
      body: `grant_type=client_credentials&${client}`,
    },
    'POST /oauth2/revoke': { at: '/oauth2/revoke', type, body: `token=gone&${client}` },
  }
}

/** Functions of the probe. */
export const udfRoutes: RouteRows = {
  'GET /v1/udfs': { at: '/v1/udfs?tenant=acme' },
  'POST /v1/udfs/{plugin}/{udf}:call': {
    at: '/v1/udfs/@probe%2Fone/margin:call?tenant=acme',
    body: { args: [3, 2] },
  },
  'POST /v1/udfs/{plugin}/{udf}:batch': {
    at: '/v1/udfs/@probe%2Fone/margin:batch?tenant=acme',
    body: { columns: [[3], [2]] },
  },
}

/** Kept calls of acme. @param releases path of those of one call @param released one of them @param spent another call */
export function keptRoutes(releases: string, released: string, spent: string): RouteRows {
  return {
    'GET /v1/tenants/{tenant}/plugins/{name}/logs': {
      at: '/v1/tenants/acme/plugins/@acme%2Forders/logs',
    },
    'GET /v1/tenants/{tenant}/invocations': { at: '/v1/tenants/acme/invocations' },
    'POST /v1/tenants/{tenant}/invocations/{id}/releases': {
      at: releases,
      body: { to: 'operator', hours: 1 },
    },
    'DELETE /v1/tenants/{tenant}/invocations/{id}/releases/{release}': {
      at: `${releases}/${released}`,
    },
    'DELETE /v1/tenants/{tenant}/invocations/{id}': {
      at: `/v1/tenants/acme/invocations/${spent}`,
    },
  }
}

/** Before a version is installed, what it would do, and whom it would meet; and then how far it is. */
export const planningRoutes: RouteRows = {
  'POST /v1/plugins/{name}:plan': {
    at: '/v1/plugins/@probe%2Fone:plan',
    body: { version: '1.0.0' },
  },
  'POST /v1/plugins/{name}:terms': {
    at: '/v1/plugins/@probe%2Fone:terms',
    body: { version: '1.0.0' },
  },
  'GET /v1/plugins/{name}/versions/{version}/events': {
    at: '/v1/plugins/@probe%2Fone/versions/1.0.0/events',
  },
  'GET /v1/updates': { at: '/v1/updates' },
  'GET /v1/plugins/{name}/updates': { at: '/v1/plugins/@probe%2Fone/updates' },
  'PUT /v1/plugins/{name}/updates': {
    at: '/v1/plugins/@probe%2Fone/updates',
    body: { updates: 'manual' },
  },
  'GET /v1/catalog/services/{id}/consumers': { at: '/v1/catalog/services/probe.one/consumers' },
}

/** The catalog as everybody reads it. */
export const catalogRoutes: RouteRows = {
  'GET /v1/catalog/services': { at: '/v1/catalog/services' },
  'GET /v1/host-events': { at: '/v1/host-events' },
  'GET /v1/catalog/services/{id}': { at: '/v1/catalog/services/probe.one' },
  'GET /v1/catalog/services/{id}/changes': { at: '/v1/catalog/services/probe.one/changes' },
  'GET /v1/catalog/services/{id}/versions/{major}/{document}': {
    at: '/v1/catalog/services/probe.one/versions/1/openapi',
  },
}

/** @param subscription its path */
export function expectationRoutes(subscription: string): RouteRows {
  return {
    'GET /v1/subscriptions/{id}/expectations': { at: `${subscription}/expectations` },
    'PUT /v1/subscriptions/{id}/expectations': {
      at: `${subscription}/expectations`,
      body: { reads: {} },
    },
  }
}
