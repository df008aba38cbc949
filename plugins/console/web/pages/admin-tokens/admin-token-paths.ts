/** Where the host has the admin tokens of a tenant. Pure. */
export function adminTokensPath(tenant: string): string {
  return `/v1/tenants/${encodeURIComponent(tenant)}/tokens`
}

export function adminTokenPath(tenant: string, id: string): string {
  return `${adminTokensPath(tenant)}/${encodeURIComponent(id)}`
}
