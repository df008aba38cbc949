/** Roles that every tenant has; what each may do is in the table of authorise.ts. `admin` is also what a tenant's admin token is. */
export const builtInRoles = ['admin', 'auditor', 'service-owner', 'member'] as const
export type BuiltInRole = (typeof builtInRoles)[number]

export function isBuiltIn(role: string): role is BuiltInRole {
  return (builtInRoles as readonly string[]).includes(role)
}
