import { type AttemptRow, call, type From, type HttpAttempt, type Known } from '../attempt-row.ts'

const row = (
  capability: string,
  from: From,
  name: string,
  tries: NonNullable<AttemptRow['tries']>,
  after = 'row',
): AttemptRow => ({ name, capability, from, after, tries })

const http = (name: string, after: string, asks: (known: Known) => HttpAttempt): AttemptRow => ({
  name,
  capability: 'http',
  from: 'outsider',
  after,
  asks,
})

const rows = { call: 'db.query', with: ['select body from kept'] }
const ofVictim = '/v1/tenants/acme/plugins/@victim%2Fone'
const look = (name: string, after: string, path: string): AttemptRow => ({
  ...http(name, after, () => ({ as: 'admin', method: 'GET', path })),
  worksFor: 'admin',
})
const change = (
  name: string,
  method: string,
  path: (known: Known) => string,
  body?: unknown,
): AttemptRow => http(name, 'effect', (known) => ({ as: 'admin', method, path: path(known), body }))

export const pluginAttempts: readonly AttemptRow[] = [
  row(
    'contributions',
    'neighbour',
    'a point of another plugin',
    () => call('contributions', 'victim.one/private/v1'),
    'contribution',
  ),
  row(
    'contributions',
    'neighbour',
    'a point that changes its name',
    ({ me }) => call('turncoat', `${me}.one/method/v1`, 'victim.one/private/v1'),
    'contribution',
  ),
  row('contributions', 'neighbour', 'a handler of who put nothing into its point', ({ me }) =>
    call('borrow', { point: `${me}.one/method/v1`, plugin: '@victim/one', handler: 'reveal' }),
  ),
  row('contributions', 'neighbour', 'a handler of another point', ({ me }) =>
    call('borrow', { point: `${me}.one/method/v1`, plugin: '@friend/one', handler: 'memo' }),
  ),
  row('contributions', 'neighbour', 'a handler by a path', ({ me }) =>
    call('borrow', {
      point: `${me}.one/method/v1`,
      plugin: '@friend/one',
      handler: '../victim.one/private/v1 reveal',
    }),
  ),
  row('contributions', 'neighbour', 'the channels of messages', () =>
    call('contributions', 'notify/channel/v1'),
  ),
  {
    ...row(
      'contributions',
      'stranger',
      'what others put into its point in another tenant',
      ({ me }) => call('contributions', `${me}.one/method/v1`),
      'gift',
    ),
    worksFor: 'twin',
  },
  row('contributions', 'stranger', 'a contributor of another tenant', ({ me }) =>
    call('borrow', { point: `${me}.one/method/v1`, plugin: '@friend/one', handler: 'reveal' }),
  ),
  row(
    'contributions',
    'stranger',
    "a point of another tenant's plugin",
    () => call('contributions', 'victim.one/private/v1'),
    'contribution',
  ),
  row('service:call', 'neighbour', 'a service without a grant', () =>
    call('services.call', 'victim.one', 'attempt', rows),
  ),
  row('service:call', 'neighbour', 'a service with its major', () =>
    call('services.call', 'victim.one@1', 'attempt', rows),
  ),
  row('service:call', 'neighbour', 'a service by a plugin that was granted it', () =>
    call('services.call', 'friend.one', 'attempt', {
      call: 'services.call',
      with: ['victim.one', 'attempt', rows],
    }),
  ),
  row('service:call', 'stranger', 'a service of another tenant', () =>
    call('services.call', 'victim.one', 'attempt', rows),
  ),
  row('service:call', 'stranger', 'its own service in another tenant', ({ me }) =>
    call('services.call', `acme/${me}.one`, 'attempt', rows),
  ),
  row(
    'keys:sign',
    'neighbour',
    'a key that another plugin signs with',
    () => call('keys.sign', { key: 'victim-key', usage: 'jwt', claims: {} }),
    'issuer',
  ),
  row(
    'keys:sign',
    'neighbour',
    'a key of another in the claims',
    ({ me }) =>
      call('keys.sign', {
        key: `${me}-key`,
        usage: 'jwt',
        claims: { kid: 'victim-key', iss: 'victim' },
      }),
    'issuer',
  ),
  {
    ...row(
      'keys:sign',
      'stranger',
      "its own key's name in another tenant",
      ({ me }) =>
        call('keys.sign', { key: `${me}-key`, usage: 'jwt', claims: { aud: 'x' }, expiresInS: 60 }),
      'issuer',
    ),
    worksFor: 'twin',
  },
  row(
    'keys:sign',
    'stranger',
    'a key by its tenant',
    ({ me }) => call('keys.sign', { key: `acme/${me}-key`, usage: 'jwt', claims: {} }),
    'issuer',
  ),
  row(
    'keys:sign',
    'neighbour',
    'a key of another for another usage',
    () => call('keys.sign', { key: 'victim-key', usage: 'webhook', id: 'm', payload: '{}' }),
    'issuer',
  ),
  row(
    'keys:verify',
    'stranger',
    'the public half of a key of another tenant',
    () => call('keys.publicKey', 'victim-key'),
    'issuer',
  ),
  row(
    'keys:verify',
    'stranger',
    'whether a token is of another tenant',
    () => call('keys.verify', { key: 'victim-key', usage: 'jwt', token: 'a.b.c' }),
    'issuer',
  ),
  row(
    'link:share',
    'neighbour',
    'a link of another plugin taken back',
    ({ victim }) => call('links.revoke', victim.link),
    'effect',
  ),
  row(
    'link:share',
    'stranger',
    'a link of another tenant taken back',
    ({ twin }) => call('links.revoke', twin.link),
    'effect',
  ),
  row(
    'link:share',
    'neighbour',
    "a link to another plugin's operation",
    () => call('links.share', 'victim.one/view', {}),
    'effect',
  ),
  row(
    'link:share',
    'stranger',
    'a link into another tenant',
    ({ me }) => call('links.share', `${me}.one/view`, { tenant: 'acme' }),
    'effect',
  ),
  {
    ...row(
      'identity:read',
      'stranger',
      'the units of another tenant',
      () => call('identity.units'),
      'unit',
    ),
    worksFor: 'twin',
  },
  row(
    'identity:read',
    'stranger',
    'units from a cursor that is SQL',
    () => call('identity.units', "' or true --"),
    'unit',
  ),
  {
    ...row('config', 'neighbour', 'the settings', () => call('config'), 'setting'),
    worksFor: 'victim',
  },
  {
    ...row('config', 'stranger', 'the settings in another tenant', () => call('config'), 'setting'),
    worksFor: 'twin',
  },
  row('config', 'stranger', 'a context that says another tenant', () => call('remade', 'acme')),
  {
    ...row(
      'isolate',
      'stranger',
      'what the same code remembers for another tenant',
      () => call('world'),
      'remembered',
    ),
    worksFor: 'twin',
    sandboxOnly: true,
  },
  {
    ...row(
      'isolate',
      'neighbour',
      'what lies about in its world',
      () => call('world'),
      'remembered',
    ),
    sandboxOnly: true,
  },
  row(
    'resources',
    'neighbour',
    'a resource of another plugin',
    () => call('resources.get', 'engine'),
    'resource',
  ),
  row(
    'resources',
    'neighbour',
    'a resource by its plugin',
    () => call('resources.get', '@trusted/engine/engine'),
    'resource',
  ),
  row(
    'resources',
    'stranger',
    'a resource by a path',
    () => call('resources.get', '../@trusted+engine/numbers'),
    'resource',
  ),
  http("an operation of another tenant's service", 'row', () => ({
    as: 'app',
    method: 'POST',
    path: '/api/victim.one/v1/attempt',
    body: rows,
  })),
  http('its own service with the tenant in the query', 'row', ({ me }) => ({
    as: 'app',
    method: 'POST',
    path: `/api/${me}.one/v1/attempt?tenant=acme`,
    body: rows,
  })),
  http('its own service with the tenant in a header', 'row', ({ me }) => ({
    as: 'app',
    method: 'POST',
    path: `/api/${me}.one/v1/attempt`,
    headers: { 'x-tenant': 'acme', 'x-signalbox-tenant': 'acme' },
    body: rows,
  })),
  http('a link by its id', 'link', ({ victim }) => ({
    as: 'nobody',
    method: 'GET',
    path: `/links/${victim.link}`,
  })),
  http('a key that is no key', 'row', () => ({
    as: 'nobody',
    method: 'POST',
    path: '/api/victim.one/v1/attempt',
    headers: { authorization: 'Bearer undefined' },
    body: rows,
  })),
  look('settings of another tenant', 'setting', `${ofVictim}/config`),
  look('settings as they were', 'setting', `${ofVictim}/config/revisions`),
  look('what a plugin is in another tenant', 'setting', ofVictim),
  look('units of another tenant', 'unit', '/v1/units?tenant=acme'),
  look('keys of another tenant', 'issuer', '/v1/tenants/acme/keys/victim-key'),
  // Nobody is shown a secret's value, its admin neither.
  http('secrets of another tenant', 'secret', () => ({
    as: 'admin',
    method: 'GET',
    path: `${ofVictim}/secrets`,
  })),
  look('contributions of another tenant', 'contribution', '/v1/tenants/acme/contributions'),
  change('a secret of another tenant set', 'PUT', () => `${ofVictim}/secrets/door-key`, {
    value: 'planted',
  }),
  change('settings of another tenant set', 'PUT', () => `${ofVictim}/config`, { note: 'planted' }),
  change('a grant in another tenant', 'POST', () => `${ofVictim}/grants`, {
    capabilities: ['db:own'],
  }),
  change('a plugin of another tenant switched off', 'PUT', () => ofVictim, { binding: 'disabled' }),
  change(
    'a link of another tenant taken back',
    'DELETE',
    ({ victim }) => `/v1/tenants/acme/links/${victim.link}`,
  ),
  change(
    'a key of another tenant disabled',
    'POST',
    () => '/v1/tenants/acme/keys/victim-key:disable',
  ),
  change('a job of another tenant run', 'POST', () => `${ofVictim}/jobs/work:run`, {}),
  change('a subscription for another tenant', 'POST', () => '/v1/subscriptions', {
    tenant: 'acme',
    app: 'app',
    service: 'victim.one',
    major: 1,
  }),
]
