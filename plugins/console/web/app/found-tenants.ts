import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Listed } from '../api/list.ts'
import { request } from '../api/request.ts'
import { useSettled } from '../parts/use-settled.ts'
import { labelOf, type Tenant } from './tenant.ts'

/** As many as somebody looks through; who has more types a part of the name. */
const SHOWN = 50

/** Searched on the host, of however many it has: what a `Select` needs for it. */
export function useFoundTenants() {
  const [typed, setTyped] = useState('')
  const q = useSettled(typed.trim())
  const { data, isFetching } = useQuery({
    queryKey: ['/v1/tenants', 'search', q],
    queryFn: ({ signal }) =>
      request<Listed<Tenant>>('GET', '/v1/tenants', { query: { q, limit: SHOWN }, signal }),
    placeholderData: keepPreviousData,
  })
  return {
    showSearch: { filterOption: false, onSearch: setTyped },
    loading: isFetching,
    options: (data?.items ?? []).map((one) => ({ value: one.id, label: labelOf(one) })),
  }
}
