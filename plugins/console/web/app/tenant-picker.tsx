import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useList } from '../api/list.ts'
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
  const { items, isFetching } = useList<Tenant>('/v1/tenants')
  const chosen = items.find(({ id }) => id === tenant)
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
      <TenantSearch tenants={items} chosen={tenant} isFetching={isFetching} onChosen={setTenant} />
    </Suspense>
  )
}
