import { useQuery } from '@tanstack/react-query'
import type { Listed } from '../../api/list.ts'
import { request } from '../../api/request.ts'

export type FoundItem = Readonly<Record<string, unknown>>

/**
 * The first page of a list: whether there is any is all that is asked.
 * @param path with `{t}` for the tenant, where it is of one
 * @returns undefined: not known yet
 */
export function useFoundItems(path: string, tenant?: string): readonly FoundItem[] | undefined {
  const isOfTenant = path.includes('{t}')
  const asked = path.replace('{t}', encodeURIComponent(tenant ?? ''))
  const { data } = useQuery({
    queryKey: [asked, 'count'],
    queryFn: ({ signal }) =>
      request<Listed<FoundItem>>('GET', asked, { query: { limit: 100 }, signal }),
    enabled: !isOfTenant || tenant !== undefined,
  })
  return data?.items
}
