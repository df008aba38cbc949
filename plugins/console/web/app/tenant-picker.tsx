import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { labelOf, type Tenant } from './tenant.ts'
import { useParam } from './use-param.ts'

const TenantSearch = lazy(async () => ({
  default: (await import('./tenant-search.tsx')).TenantSearch,
}))

/** The operator looks at one tenant at a time; which one stands in the address. What searches comes when somebody wants to. */
export function TenantPicker({ shown }: { shown: Tenant | undefined }) {
  const { t } = useTranslation()
  const [tenant, setTenant] = useParam('tenant')
  const [isSearching, setSearching] = useState(false)
  const label = shown === undefined ? (tenant ?? t('tenant')) : labelOf(shown)
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
