import type { HostClient } from '../../src/cli/host-client.ts'

/** What a tenant has of its own, beside its plugins' things: people and what they may, and how its apps are served. */
export interface TenantBelongings {
  readonly user: string
  readonly program: string
  readonly programToken: string
  readonly adminToken: string
  readonly assignment: string
  readonly holder: string
  readonly endpoint: string
}

/** @param canary a text that is planted, by its kind */
export async function endowTenant(
  client: HostClient,
  tenant: string,
  canary: (kind: string) => string,
): Promise<TenantBelongings> {
  const at = `tenant=${tenant}`
  const make = (path: string, body: object) => client.request<{ id: string }>('POST', path, body)
  const user = await make('/v1/users', {
    ...{ tenant, login: 'ann', displayName: canary('user'), roles: ['member'] },
    email: `${canary('email')}@mail.example`,
  })
  const program = await make('/v1/users', {
    ...{ tenant, login: 'sync', kind: 'service', displayName: canary('program') },
    roles: ['auditor'],
  })
  const label = canary('token')
  const wish = { label, days: 1, actions: ['unit.list'] }
  const programToken = await make(`/v1/users/${program.id}/tokens?${at}`, wish)
  const adminToken = await make(`/v1/tenants/${tenant}/tokens`, { label: canary('admin-token') })
  const role = { name: canary('role'), actions: ['user.list'] }
  await client.request('PUT', `/v1/roles/keepers?${at}`, role)
  const assignment = await make('/v1/role-assignments', { tenant, user: user.id, role: 'keepers' })
  await client.request('PUT', `/v1/positions/head?${at}`, {
    name: canary('position'),
    unit: 'hall',
  })
  const held = { user: user.id, validFrom: '2020-01-01T00:00:00Z' }
  const holder = await make(`/v1/positions/head/holders?${at}`, held)
  await make('/v1/apps', { tenant, id: 'till', name: canary('app') })
  // Nobody publishes these: what was queued meanwhile would be taken for an effect.
  const endpoint = await make('/v1/webhooks', {
    ...{ tenant, app: 'app', types: ['orders.*'] },
    url: 'https://receiver.invalid/hook',
    description: canary('endpoint'),
  })
  await client.request('PUT', `/v1/tenants/${tenant}/sso/main`, {
    ...{ name: canary('connection'), issuer: 'https://login.invalid', clientId: 'signalbox' },
    clientSecret: canary('client-secret'),
  })
  return {
    user: user.id,
    program: program.id,
    programToken: programToken.id,
    adminToken: adminToken.id,
    assignment: assignment.id,
    holder: holder.id,
    endpoint: endpoint.id,
  }
}

/** Every list of these, and each by itself, as the tenant's own admin asks for it; by the kind of what is in it. */
export function readsOf(
  tenant: string,
  { user, program, endpoint }: TenantBelongings,
  subscription: string,
): readonly (readonly [kind: string, path: string])[] {
  const at = `tenant=${tenant}`
  return [
    ['user', `/v1/users?${at}`],
    ['user', `/v1/users/${user}?${at}`],
    ['email', `/v1/users?${at}`],
    ['program', `/v1/users/${program}?${at}`],
    ['token', `/v1/users/${program}/tokens?${at}`],
    ['admin-token', `/v1/tenants/${tenant}/tokens`],
    ['role', `/v1/roles?${at}`],
    ['position', `/v1/positions?${at}`],
    ['assignment', `/v1/positions/head/holders?${at}`],
    ['assignment', `/v1/role-assignments?${at}`],
    ['user', `/v1/tenants/${tenant}/organisation/users`],
    ['app', `/v1/apps?${at}`],
    ['endpoint', `/v1/webhooks?${at}`],
    ['endpoint', `/v1/webhooks/${endpoint}`],
    ['connection', `/v1/tenants/${tenant}/sso`],
    ['audit', `/v1/audit?${at}&limit=200`],
    ['audit', `/v1/audit:export?${at}`],
    ['audit', `/v1/audit:verify?${at}`],
    ['usage', `/v1/usage?${at}`],
    ['usage', `/v1/tenants/${tenant}/usage`],
    ['usage', `/v1/subscriptions/${subscription}/usage`],
    ['usage', `/v1/tenants/${tenant}/statements/2026-01`],
    ['subscription', `/v1/subscriptions?${at}`],
    ['subscription', `/v1/subscriptions/${subscription}`],
    ['subscription', `/v1/subscription-requests?${at}`],
    ['subscription', `/v1/subscriptions/${subscription}/expectations`],
    ['invocation', `/v1/tenants/${tenant}/invocations`],
    ['event', `/v1/tenants/${tenant}/dead-letters`],
    ['event', `/v1/webhooks/${endpoint}/deliveries`],
    ['event', `/v1/tenants/${tenant}/rollout-events`],
    ['approval', `/v1/tenants/${tenant}/approvals`],
    ['policy', `/v1/tenants/${tenant}/sign-in-policy`],
    ['policy', `/v1/tenants/${tenant}/audit-policy`],
  ]
}
