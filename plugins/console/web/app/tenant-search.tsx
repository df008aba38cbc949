import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useFoundTenants } from './found-tenants.ts'
import { Library } from './library.tsx'

/** Searched on the host. Opened as soon as it is there, with the focus that its button had. */
export function TenantSearch({
  chosen,
  label,
  onChosen,
}: {
  chosen: string | undefined
  /** Of the chosen one, which need not be among those that were found. */
  label: string
  onChosen: (tenant: string | undefined) => void
}) {
  const { t } = useTranslation()
  const found = useFoundTenants()
  return (
    <Library>
      <Select
        aria-label={t('tenant')}
        placeholder={t('tenant')}
        allowClear
        {...found}
        autoFocus
        defaultOpen
        className="tenant-picker"
        value={chosen === undefined ? null : { value: chosen, label }}
        labelInValue
        onChange={(option) => onChosen(option?.value)}
      />
    </Library>
  )
}
