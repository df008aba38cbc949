/** Where the host has the things of a tenant's people; the operator names the tenant, a user's own is the same. */
export function ofTenant(path: string, tenant: string): string {
  return `${path}?tenant=${encodeURIComponent(tenant)}`
}

export const userPath = (user: string) => `/v1/users/${encodeURIComponent(user)}`
export const unitPath = (unit: string) => `/v1/units/${encodeURIComponent(unit)}`
export const rolePath = (role: string) => `/v1/roles/${encodeURIComponent(role)}`
export const positionPath = (position: string) => `/v1/positions/${encodeURIComponent(position)}`
