import { useQuery } from '@tanstack/react-query'
import { request, requestTagged } from '../../api/request.ts'
import { useWholeList } from '../../api/whole-list.ts'
import type { Role, Unit } from './identity.ts'
import { ofTenant } from './identity-paths.ts'

export function useUnits(tenant: string) {
  return useWholeList<Unit>('/v1/units', { tenant })
}

interface Roles {
  readonly items: readonly Role[]
  readonly builtIn: readonly { readonly id: string; readonly actions: readonly string[] }[]
}

/** A tenant has few roles of its own: one page of the longest holds them. */
const MOST_ROLES = 200

export function useRoles(tenant: string) {
  return useQuery({
    queryKey: ['/v1/roles', tenant],
    queryFn: ({ signal }) =>
      request<Roles>('GET', '/v1/roles', { query: { tenant, limit: MOST_ROLES }, signal }),
  })
}

/** One thing with the tag that a change of it sends back. */
export function useTagged<Thing>(path: string, tenant: string, isEnabled = true) {
  return useQuery({
    queryKey: [path, tenant, 'tagged'],
    queryFn: ({ signal }) => requestTagged<Thing>(ofTenant(path, tenant), { signal }),
    enabled: isEnabled,
    // What somebody types is not laid under a newer tag.
    refetchOnWindowFocus: false,
  })
}
