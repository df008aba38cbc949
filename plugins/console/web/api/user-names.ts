import { useQueries } from '@tanstack/react-query'
import { inBatches } from './name-batches.ts'
import { request } from './request.ts'

/** Who is called what changes seldom. */
const NAMES_MS = 60_000

const askName = inBatches(async (tenant, ids) => {
  const query = new URLSearchParams([['tenant', tenant], ...ids.map((id) => ['user', id])])
  const path = `/v1/users:names?${query}`
  const { items } = await request<{
    items: readonly { readonly id: string; readonly displayName: string }[]
  }>('GET', path)
  return new Map(items.map(({ id, displayName }) => [id, displayName]))
})

/** @returns what each of them is called; the id where the tenant has no such user, or the host has not said yet */
export function useUserNames(tenant: string, ids: readonly string[]): (id: string) => string {
  const all = [...new Set(ids)]
  const found = useQueries({
    queries: all.map((id) => ({
      queryKey: ['/v1/users:names', tenant, id],
      queryFn: () => askName(tenant, id),
      staleTime: NAMES_MS,
    })),
  })
  const names = new Map(all.map((id, index) => [id, found[index]?.data]))
  return (id) => names.get(id) ?? id
}
