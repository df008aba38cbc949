import { useQuery } from '@tanstack/react-query'
import { ProblemError } from '../api/problem.ts'
import { request } from '../api/request.ts'
import type { Viewer } from '../api/viewer.ts'
import type { Tenant } from './tenant.ts'
import { useTenant } from './viewer-context.ts'

interface ShownTenant extends Tenant {
  readonly timeZone: string | null
}

/** The tenant that the operator looks at, of which the address has the id alone. A user's own stands in who he is. */
export function useShownTenant(viewer: Viewer) {
  const tenant = useTenant()
  const path = `/v1/tenants/${encodeURIComponent(tenant ?? '')}`
  const { data, error } = useQuery({
    queryKey: [path, 'shown'],
    queryFn: ({ signal }) => request<ShownTenant>('GET', path, { signal }),
    enabled: viewer.kind === 'operator' && tenant !== undefined,
    retry: false,
  })
  // What can be no id of a tenant is refused, and not only unknown.
  const isMissing = error instanceof ProblemError && [400, 404].includes(error.problem.status)
  return { shown: data, isMissing }
}
