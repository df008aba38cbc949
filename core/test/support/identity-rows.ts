import type { HostClient } from '../../src/cli/host-client.ts'
import { Browser } from './browser.ts'
import type { HostProcess } from './host-process.ts'
import { PASSWORD, person, serviceAccount } from './people.ts'
import type { RouteRows } from './route-rows.ts'

export interface IdentityRows {
  /** Of the tenant's admin. */
  readonly admins: RouteRows
  /** Of one of its users, who has signed in. */
  readonly own: RouteRows
  readonly browser: Browser
  /** Of anybody, who is told that the ticket or the password is no good. */
  readonly links: RouteRows
}

const NO_TICKET = 'x'.repeat(43)

/** Users, roles and sessions of acme, with a request for each route. @param admin of acme */
export async function identityRows(host: HostProcess, admin: HostClient): Promise<IdentityRows> {
  const acme = { tenant: 'acme' }
  await admin.request('POST', '/v1/units', { ...acme, id: 'plant', name: 'Plant' })
  await admin.request('POST', '/v1/units', { ...acme, id: 'spare', name: 'Spare' })
  await admin.request('PUT', '/v1/positions/spare?tenant=acme', { name: 'Spare', unit: 'plant' })
  const { browser } = await person(host.url, admin, { ...acme, login: 'ann' })
  const spare = await person(host.url, admin, { ...acme, login: 'spare' })
  const service = await serviceAccount(admin, { ...acme, login: 'sync' }, ['me.read'])
  const assigned = await admin.request<{ id: string }>('POST', '/v1/role-assignments', {
    ...acme,
    user: spare.id,
    role: 'member',
  })
  const head = '/v1/positions/head'
  await admin.request('PUT', `${head}?tenant=acme`, { name: 'Head', unit: 'plant' })
  const held = { user: spare.id, validFrom: '2020-01-01T00:00:00Z' }
  const holder = await admin.request<{ id: string }>('POST', `${head}/holders?tenant=acme`, held)
  const tokens = await admin.request<{ items: { id: string }[] }>(
    'GET',
    `/v1/users/${service.id}/tokens?tenant=acme`,
  )
  const wish = { label: 'more', days: 1, actions: ['me.read'] }
  const own = await browser.ask<{ id: string }>('POST', '/v1/tokens', wish)
  const { body: elsewhere } = await new Browser(host.url).signIn('acme', 'ann', PASSWORD)
  return {
    browser,
    admins: {
      ...userRows(spare.id),
      ...ssoRows,
      ...organisationRows({ user: spare.id, holder: holder.id, assignment: assigned.id }),
      'GET /v1/users/{user}/tokens': { at: `/v1/users/${service.id}/tokens?tenant=acme` },
      'POST /v1/users/{user}/tokens': {
        at: `/v1/users/${service.id}/tokens?tenant=acme`,
        body: wish,
      },
      'DELETE /v1/users/{user}/tokens/{token}': {
        at: `/v1/users/${service.id}/tokens/${tokens.items[0]?.id}?tenant=acme`,
      },
    },
    own: {
      // Before what ends all sessions but one.
      'DELETE /v1/sessions/{session}': { at: `/v1/sessions/${elsewhere.session}` },
      'GET /v1/me': { at: '/v1/me' },
      'POST /v1/me/password': {
        at: '/v1/me/password',
        body: { present: PASSWORD, password: `${PASSWORD} more` },
      },
      'POST /v1/me/totp': { at: '/v1/me/totp', body: { password: `${PASSWORD} more` } },
      'GET /v1/tokens': { at: '/v1/tokens' },
      'POST /v1/tokens': { at: '/v1/tokens', body: wish },
      'DELETE /v1/tokens/{token}': { at: `/v1/tokens/${own.body.id}` },
      'GET /v1/sessions': { at: '/v1/sessions' },
      'DELETE /v1/sessions': { at: '/v1/sessions' },
      ...passkeyRows,
    },
    links: {
      'POST /v1/sign-in/invitation': {
        at: '/v1/sign-in/invitation',
        body: { ticket: NO_TICKET, password: PASSWORD },
      },
      'POST /v1/sign-in/reset:confirm': {
        at: '/v1/sign-in/reset:confirm',
        body: { ticket: NO_TICKET, password: PASSWORD },
      },
      'POST /v1/sign-in/code': {
        at: '/v1/sign-in/code',
        body: { ticket: NO_TICKET, code: '000000' },
      },
    },
  }
}

/** The provider need not be there to be known. */
const ssoRows: RouteRows = {
  'PUT /v1/tenants/{tenant}/sso/{connection}': {
    at: '/v1/tenants/acme/sso/main',
    body: {
      name: 'Acme login',
      issuer: 'http://127.0.0.1:9',
      clientId: 'signalbox',
      clientSecret: 'of the routes',
    },
  },
  'GET /v1/tenants/{tenant}/sso': { at: '/v1/tenants/acme/sso' },
  'POST /v1/tenants/{tenant}/sso/{connection}:check': { at: '/v1/tenants/acme/sso/main:check' },
  'GET /v1/tenants/{tenant}/sign-in-policy': { at: '/v1/tenants/acme/sign-in-policy' },
  'PUT /v1/tenants/{tenant}/sign-in-policy': {
    at: '/v1/tenants/acme/sign-in-policy',
    body: { ssoOnly: false },
  },
  'DELETE /v1/tenants/{tenant}/sso/{connection}': { at: '/v1/tenants/acme/sso/main' },
}

const passkeyRows: RouteRows = {
  'GET /v1/me/passkeys': { at: '/v1/me/passkeys' },
  'POST /v1/me/proof': { at: '/v1/me/proof', body: { password: `${PASSWORD} more` } },
  'POST /v1/me/sign-out': { at: '/v1/me/sign-out' },
}

const signed = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  response: { clientDataJSON: 'e30', authenticatorData: 'AAAA', signature: 'AAAA' },
}
const made = { ...signed, response: { clientDataJSON: 'e30', attestationObject: 'AAAA' } }

/** This host has no name for browsers, so there is no passkey and no provider to come back from. */
export const unnamedRows: { readonly own: RouteRows; readonly anybody: RouteRows } = {
  own: {
    'POST /v1/me/passkeys:begin': { at: '/v1/me/passkeys:begin' },
    'POST /v1/me/passkeys': { at: '/v1/me/passkeys', body: { name: 'Key', response: made } },
  },
  anybody: {
    'POST /v1/sign-in/passkey:begin': { at: '/v1/sign-in/passkey:begin' },
    'POST /v1/sign-in/passkey': { at: '/v1/sign-in/passkey', body: { response: signed } },
    'POST /v1/sign-in/sso': {
      at: '/v1/sign-in/sso',
      body: { tenant: 'acme', connection: 'main' },
    },
  },
}

export const wrongSecretRows: RouteRows = {
  'POST /v1/sign-in': {
    at: '/v1/sign-in',
    body: { tenant: 'acme', login: 'nobody', password: PASSWORD },
  },
  'POST /v1/sign-in/operator': {
    at: '/v1/sign-in/operator',
    body: { token: 'what is not the word' },
  },
}

const passkey = '/v1/me/passkeys/psk_0000000000000000'

/** Of somebody who has none. */
export const noPasskeyRows: RouteRows = {
  'POST /v1/me/proof:begin': { at: '/v1/me/proof:begin' },
  'PATCH /v1/me/passkeys/{passkey}': { at: passkey, body: { name: 'Old' } },
  'DELETE /v1/me/passkeys/{passkey}': { at: passkey },
}

function userRows(user: string): RouteRows {
  const at = `/v1/users/${user}`
  return {
    'POST /v1/users': {
      at: '/v1/users',
      body: { tenant: 'acme', login: 'new', displayName: 'New' },
    },
    'GET /v1/users': { at: '/v1/users?tenant=acme' },
    'GET /v1/users:names': { at: `/v1/users:names?tenant=acme&user=${user}` },
    'GET /v1/users/{user}': { at: `${at}?tenant=acme` },
    'PATCH /v1/users/{user}': { at: `${at}?tenant=acme`, body: { displayName: 'Spare' } },
    'POST /v1/users/{user}/link': { at: `${at}/link?tenant=acme` },
    'DELETE /v1/users/{user}/passkeys': { at: `${at}/passkeys?tenant=acme` },
    'DELETE /v1/users/{user}/sso': { at: `${at}/sso?tenant=acme` },
    'DELETE /v1/users/{user}/sessions': { at: `${at}/sessions?tenant=acme` },
    'POST /v1/users/{user}:{command}': { at: `${at}:suspend?tenant=acme` },
  }
}

function organisationRows(of: {
  readonly user: string
  readonly holder: string
  readonly assignment: string
}): RouteRows {
  const acme = '?tenant=acme'
  return {
    'PATCH /v1/units/{unit}': { at: `/v1/units/plant${acme}`, body: { name: 'The plant' } },
    'GET /v1/units/{unit}': { at: `/v1/units/plant${acme}` },
    'DELETE /v1/units/{unit}': { at: `/v1/units/spare${acme}` },
    'GET /v1/roles': { at: `/v1/roles${acme}` },
    'PUT /v1/roles/{role}': {
      at: `/v1/roles/people${acme}`,
      body: { name: 'People', actions: ['user.list'] },
    },
    'GET /v1/roles/{role}': { at: `/v1/roles/people${acme}` },
    'DELETE /v1/roles/{role}': { at: `/v1/roles/people${acme}` },
    'GET /v1/role-assignments': { at: `/v1/role-assignments${acme}` },
    'POST /v1/role-assignments': {
      at: '/v1/role-assignments',
      body: { tenant: 'acme', user: of.user, role: 'auditor' },
    },
    'DELETE /v1/role-assignments/{assignment}': {
      at: `/v1/role-assignments/${of.assignment}${acme}`,
    },
    'GET /v1/positions': { at: `/v1/positions${acme}` },
    'GET /v1/positions/{position}': { at: `/v1/positions/head${acme}` },
    'PUT /v1/positions/{position}': {
      at: `/v1/positions/head${acme}`,
      body: { name: 'The head', unit: 'plant' },
    },
    'DELETE /v1/positions/{position}': { at: `/v1/positions/spare${acme}` },
    'GET /v1/positions/{position}/holders': { at: `/v1/positions/head/holders${acme}` },
    'POST /v1/positions/{position}/holders': {
      at: `/v1/positions/head/holders${acme}`,
      body: { user: of.user, validFrom: '2030-01-01T00:00:00Z' },
    },
    'DELETE /v1/positions/{position}/holders/{holder}': {
      at: `/v1/positions/head/holders/${of.holder}${acme}`,
    },
    'POST /v1/tenants/{tenant}/organisation:import': {
      at: '/v1/tenants/acme/organisation:import',
      body: { units: 'id,name\nsouth,South\n' },
    },
    'GET /v1/tenants/{tenant}/organisation/{table}': { at: '/v1/tenants/acme/organisation/users' },
  }
}
