import { useSearchParams } from 'react-router'

/** What of the address goes along to every other page: the tenant that the operator looks at. */
export function usePlaceQuery(): string {
  const [query] = useSearchParams()
  const tenant = query.get('tenant')
  return tenant === null ? '' : `?tenant=${encodeURIComponent(tenant)}`
}
