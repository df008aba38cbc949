import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWholeList } from '../../api/whole-list.ts'
import { useCutMenu } from '../../parts/cut-menu.tsx'

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
  const units = useWholeList<Unit>('/v1/units', { tenant })
  const cutMenu = useCutMenu(units)
  return (
    <Select
      {...(id === undefined ? { 'aria-label': t('unit') } : { id })}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      {...cutMenu}
      loading={units.isLoading}
      placeholder={t('wholeTenant')}
      style={{ minInlineSize: 200 }}
      value={value ?? null}
      options={units.items.map((unit) => ({ value: unit.id, label: `${unit.name} (${unit.id})` }))}
      onChange={(unit: string | null | undefined) => onChange?.(unit ?? null)}
    />
  )
}
