import type { AttemptRow, HttpAttempt, Known } from '../attempt-row.ts'
import { readsOf, type TenantBelongings } from '../tenant-belongings.ts'

const ofAcme = ({ world }: Known): TenantBelongings => world.tenants['acme'] as TenantBelongings
const subscriptionOf = ({ world }: Known): string => world.subscription

const row = (
  name: string,
  after: string,
  asks: (known: Known) => HttpAttempt,
  as = 'an admin',
): AttemptRow => ({ name: `${name}, by ${as}`, capability: 'http', from: 'outsider', after, asks })

const none: TenantBelongings = {
  ...{ user: 'x', program: 'x', programToken: 'x', adminToken: 'x' },
  ...{ assignment: 'x', holder: 'x', endpoint: 'x' },
}
/** Kinds that a list shows with its own text; the others hold ids and counts. */
const shown: ReadonlySet<string> = new Set([
  ...['user', 'email', 'program', 'token', 'admin-token', 'role', 'position', 'app'],
  ...['endpoint', 'connection'],
])

/** Every list, and each thing by itself: with the other tenant's admin, app, and nobody's secret. */
const reads: readonly AttemptRow[] = readsOf('acme', none, 'x').flatMap(([kind, path], index) => {
  const pathOf = (known: Known) =>
    readsOf('acme', ofAcme(known), subscriptionOf(known))[index]?.[1] ?? ''
  const name = `${path.split('?')[0]}`
  const by = (as: HttpAttempt['as'], who: string) =>
    row(name, kind, (known) => ({ as, method: 'GET', path: pathOf(known) }), who)
  const admins = by('admin', 'an admin')
  // The same thing, asked for as if it were one's own.
  const own = row(
    `${name} under his own tenant`,
    kind,
    (known) => ({ as: 'admin', method: 'GET', path: pathOf(known).replaceAll('acme', 'globex') }),
    'an admin',
  )
  const controlled = shown.has(kind) ? { ...admins, worksFor: 'admin' as const } : admins
  return [controlled, own, by('app', 'an app'), by('nobody', 'nobody')]
})

type Path = (of: TenantBelongings, known: Known) => string

/** A change of something of acme, by its id, said to be acme's, globex's, or nobody's. */
function change(name: string, method: string, path: Path, body?: object): readonly AttemptRow[] {
  return ['acme', 'globex'].map((tenant) =>
    row(`${name}, as ${tenant}'s`, 'effect', (known) => ({
      as: 'admin',
      method,
      path: path(ofAcme(known), known).replaceAll('{tenant}', tenant),
      ...(body === undefined
        ? {}
        : { body: JSON.parse(JSON.stringify(body).replaceAll('{tenant}', tenant)) }),
    })),
  )
}

const at = '?tenant={tenant}'

const changes: readonly AttemptRow[] = [
  ...change('a user renamed', 'PATCH', ({ user }) => `/v1/users/${user}${at}`, {
    displayName: 'planted',
  }),
  ...change('a user suspended', 'POST', ({ user }) => `/v1/users/${user}:suspend${at}`),
  ...change('a link for a user', 'POST', ({ user }) => `/v1/users/${user}/link${at}`),
  ...change('sessions ended', 'DELETE', ({ user }) => `/v1/users/${user}/sessions${at}`),
  ...change('passkeys taken', 'DELETE', ({ user }) => `/v1/users/${user}/passkeys${at}`),
  ...change('a token for a program', 'POST', ({ program }) => `/v1/users/${program}/tokens${at}`, {
    ...{ label: 'planted', days: 1, actions: ['unit.list'] },
  }),
  ...change(
    'a token of a program revoked',
    'DELETE',
    ({ program, programToken }) => `/v1/users/${program}/tokens/${programToken}${at}`,
  ),
  ...change(
    "an admin's token revoked",
    'DELETE',
    ({ adminToken }) => `/v1/tenants/{tenant}/tokens/${adminToken}`,
  ),
  ...change(
    'a role taken away',
    'DELETE',
    ({ assignment }) => `/v1/role-assignments/${assignment}${at}`,
  ),
  ...change(
    'a holder taken away',
    'DELETE',
    ({ holder }) => `/v1/positions/head/holders/${holder}${at}`,
  ),
  ...['pause', 'rotate', 'test'].flatMap((command) =>
    change(
      `an endpoint: ${command}`,
      'POST',
      ({ endpoint }) => `/v1/webhooks/${endpoint}:${command}`,
    ),
  ),
  ...change('an endpoint moved', 'PATCH', ({ endpoint }) => `/v1/webhooks/${endpoint}`, {
    url: 'https://evil.invalid/',
  }),
  ...change('an endpoint deleted', 'DELETE', ({ endpoint }) => `/v1/webhooks/${endpoint}`),
  ...change(
    'deliveries sent again',
    'POST',
    ({ endpoint }) => `/v1/webhooks/${endpoint}/deliveries:replay`,
    { since: '2020-01-01T00:00:00Z' },
  ),
  ...['suspend', 'cancel'].flatMap((command) =>
    change(
      `a subscription: ${command}`,
      'POST',
      (_, { world }) => `/v1/subscriptions/${world.subscription}:${command}`,
    ),
  ),
  ...['key', 'secret'].flatMap((kind) =>
    change(
      `a ${kind} for a subscription`,
      'POST',
      (_, { world }) => `/v1/subscriptions/${world.subscription}/credentials`,
      { kind },
    ),
  ),
  ...change(
    'what a subscription relies on',
    'PUT',
    (_, { world }) => `/v1/subscriptions/${world.subscription}/expectations`,
    { reads: {} },
  ),
]

/** In acme by name: what globex may do at home, it may not do there. */
const named = (name: string, method: string, path: string, body?: object): AttemptRow =>
  row(name, 'effect', () => ({
    as: 'admin',
    method,
    path,
    ...(body === undefined ? {} : { body }),
  }))

const tenant = 'acme'

const byName: readonly AttemptRow[] = [
  named('a user', 'POST', '/v1/users', { tenant, login: 'planted', displayName: 'planted' }),
  named('a unit', 'POST', '/v1/units', { tenant, id: 'planted', name: 'planted' }),
  named('a unit renamed', 'PATCH', '/v1/units/hall?tenant=acme', { name: 'planted' }),
  named('an app', 'POST', '/v1/apps', { tenant, id: 'planted', name: 'planted' }),
  named('an app suspended', 'POST', '/v1/tenants/acme/apps/app:suspend'),
  named('an app renamed', 'PATCH', '/v1/tenants/acme/apps/app', { name: 'planted' }),
  named('pages of an app', 'PUT', '/v1/tenants/acme/apps/app/origins', {
    origins: ['https://evil.example'],
  }),
  named('events of an app', 'PUT', '/v1/tenants/acme/apps/app/events', { types: [] }),
  named('a role', 'PUT', '/v1/roles/keepers?tenant=acme', { name: 'planted', actions: [] }),
  named('a role deleted', 'DELETE', '/v1/roles/keepers?tenant=acme'),
  named('a position', 'PUT', '/v1/positions/head?tenant=acme', { name: 'planted', unit: 'hall' }),
  named('an organisation', 'POST', '/v1/tenants/acme/organisation:import', {
    units: 'id,name\nplanted,planted\n',
  }),
  named('a provider', 'PUT', '/v1/tenants/acme/sso/main', {
    ...{ name: 'planted', issuer: 'https://evil.invalid', clientId: 'x', clientSecret: 'x' },
  }),
  named('a provider deleted', 'DELETE', '/v1/tenants/acme/sso/main'),
  named('a policy of sign-in', 'PUT', '/v1/tenants/acme/sign-in-policy', { ssoOnly: false }),
  named('a policy of the audit', 'PUT', '/v1/tenants/acme/audit-policy', { keepDays: 365 }),
  named("an admin's token", 'POST', '/v1/tenants/acme/tokens', { label: 'planted' }),
  named('an endpoint', 'POST', '/v1/webhooks', {
    ...{ tenant, app: 'app', url: 'https://evil.invalid/', types: ['signalbox.*'] },
  }),
  named('a plan', 'PUT', '/v1/catalog/services/victim.one/versions/1/plans/standard', {
    ...{ ratePerS: 1, burst: 1 },
  }),
  named('who owns a service', 'PUT', '/v1/catalog/services/victim.one/versions/1/owner', {
    ownerTenant: 'globex',
  }),
  named('the end of a service', 'PUT', '/v1/catalog/services/victim.one/versions/1/deprecation', {
    sunsetAt: '2099-01-01T00:00:00Z',
  }),
]

/** Who is meant is said by the secret alone. */
const confused: readonly AttemptRow[] = [
  ...['x-tenant', 'x-signalbox-tenant', 'x-forwarded-user', 'x-original-url'].map((header) =>
    row(`users with ${header}`, 'user', () => ({
      as: 'admin',
      method: 'GET',
      path: '/v1/users',
      headers: { [header]: header === 'x-original-url' ? '/v1/users?tenant=acme' : 'acme' },
    })),
  ),
  ...[
    '/v1/users?tenant=globex&tenant=acme',
    '/v1/users?tenant=acme&tenant=globex',
    '/v1/users?tenant[]=acme',
    '/v1/users?tenant=globex%00acme',
    '/v1/users?TENANT=acme',
    '/v1/users?tenant=%61cme',
    '/v1/users?tenant=acme%20',
    '/v1/users?tenant=ＡＣＭＥ',
    '/v1/tenants/globex/../acme/tokens',
    '/v1/tenants/globex%2f..%2facme/tokens',
    '/v1/tenants/%61cme/tokens',
    '/v1/tenants/acme%2ftokens',
    '/v1/tenants//acme/tokens',
    '/v1/tenants/ACME/tokens',
    "/v1/users?cursor=' or tenant='acme",
    '/v1/users?cursor=%27%20or%20true--',
    '/v1/webhooks?cursor=%00',
    '/v1/subscriptions?cursor=%27%29%20or%201=1--',
  ].map((path) => row(path, 'user', () => ({ as: 'admin', method: 'GET', path }))),
  ...['tenant', 'Tenant', 'tenantId'].map((name) =>
    row(`a unit with ${name} twice in its text`, 'effect', () => ({
      as: 'admin',
      method: 'POST',
      path: '/v1/units?tenant=acme',
      body: { tenant: 'globex', [name]: 'acme', id: 'planted', name: 'planted' },
    })),
  ),
  row(
    'events of another tenant as a stream',
    'event',
    () => ({
      as: 'app',
      method: 'GET',
      path: '/v1/events/stream?follow=false&after=0&tenant=acme',
    }),
    'an app',
  ),
  row(
    'events of another tenant from its numbers on',
    'event',
    () => ({
      ...{ as: 'app', method: 'GET', path: '/v1/events/stream?follow=false' },
      headers: { 'last-event-id': '0' },
    }),
    'an app',
  ),
  row(
    "events of another tenant's service as a stream",
    'event',
    () => ({ as: 'app', method: 'GET', path: '/api/victim.one/v1/stream?follow=false&after=0' }),
    'an app',
  ),
]

export const tenantAttempts: readonly AttemptRow[] = [...reads, ...changes, ...byName, ...confused]
