import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Library } from './library.tsx'
import { labelOf, type Tenant } from './tenant.ts'

/** Opened as soon as it is there, with the focus that its button had. */
export function TenantSearch({
  tenants,
  chosen,
  isFetching,
  onChosen,
}: {
  tenants: readonly Tenant[]
  chosen: string | undefined
  isFetching: boolean
  onChosen: (tenant: string | undefined) => void
}) {
  const { t } = useTranslation()
  return (
    <Library>
      <Select
        aria-label={t('tenant')}
        placeholder={t('tenant')}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        autoFocus
        defaultOpen
        className="tenant-picker"
        loading={isFetching}
        value={chosen}
        options={tenants.map((tenant) => ({ value: tenant.id, label: labelOf(tenant) }))}
        onChange={onChosen}
      />
    </Library>
  )
}
