import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Listed } from '../api/list.ts'
import { request } from '../api/request.ts'
import { labelOf, type Tenant } from './tenant.ts'
import { useParam } from './use-param.ts'

const TenantSearch = lazy(async () => ({
  default: (await import('./tenant-search.tsx')).TenantSearch,
}))

/** The operator looks at one tenant at a time; which one stands in the address. What searches comes when somebody wants to. */
export function TenantPicker() {
  const { t } = useTranslation()
  const [tenant, setTenant] = useParam('tenant')
  const [isSearching, setSearching] = useState(false)
  const chosen = useNamed(tenant)
  const label = chosen === undefined ? (tenant ?? t('tenant')) : labelOf(chosen)
  const opener = (
    <button
      type="button"
      className="plain-button tenant-picker"
      aria-label={`${t('tenant')}: ${label}`}
      aria-haspopup="listbox"
      aria-busy={isSearching}
      onClick={() => setSearching(true)}
    >
      {label}
    </button>
  )
  if (!isSearching) return opener
  return (
    <Suspense fallback={opener}>
      <TenantSearch chosen={tenant} label={label} onChosen={setTenant} />
    </Suspense>
  )
}

/** The chosen one with its name, however many the host has. */
function useNamed(id: string | undefined): Tenant | undefined {
  const { data } = useQuery({
    queryKey: ['/v1/tenants', 'named', id],
    queryFn: ({ signal }) =>
      request<Listed<Tenant>>('GET', '/v1/tenants', { query: { q: id, limit: 200 }, signal }),
    enabled: id !== undefined,
  })
  return data?.items.find((one) => one.id === id)
}
