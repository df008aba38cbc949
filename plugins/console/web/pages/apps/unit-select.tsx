import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWholeList } from '../../api/whole-list.ts'

interface Unit {
  readonly id: string
  readonly name: string
}

/** A unit of the tenant, or none: the whole tenant. */
export function UnitSelect({
  tenant,
  id,
  value,
  onChange,
}: {
  tenant: string
  id?: string
  value?: string | null
  onChange?: (unit: string | null) => void
}) {
  const { t } = useTranslation('apps')
  const { items, isLoading } = useWholeList<Unit>('/v1/units', { tenant })
  return (
    <Select
      {...(id === undefined ? { 'aria-label': t('unit') } : { id })}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      loading={isLoading}
      placeholder={t('wholeTenant')}
      style={{ minInlineSize: 200 }}
      value={value ?? null}
      options={items.map((unit) => ({ value: unit.id, label: `${unit.name} (${unit.id})` }))}
      onChange={(unit: string | null | undefined) => onChange?.(unit ?? null)}
    />
  )
}
