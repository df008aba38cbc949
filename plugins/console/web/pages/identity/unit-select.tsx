import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useCutMenu } from '../../parts/cut-menu.tsx'
import { useUnits } from './use-organisation.ts'

/** A unit of the tenant by name; stands in an item of a form or alone. */
export function UnitSelect({
  tenant,
  none,
  except,
  ...given
}: {
  tenant: string
  /** What no unit means. */
  none?: string
  /** Units that cannot be chosen. */
  except?: ReadonlySet<string>
  id?: string
  value?: string | null
  onChange?: (value: string | undefined) => void
  'aria-label'?: string
}) {
  const { t } = useTranslation('identity')
  const units = useUnits(tenant)
  const cutMenu = useCutMenu(units)
  const { value, ...rest } = given
  return (
    <Select
      {...rest}
      {...cutMenu}
      value={value ?? null}
      onChange={(unit: string | null | undefined) => given.onChange?.(unit ?? undefined)}
      allowClear={none !== undefined}
      placeholder={none ?? t('chooseUnit')}
      showSearch={{ optionFilterProp: 'label' }}
      style={{ minInlineSize: 200 }}
      loading={units.isLoading}
      options={units.items
        .filter(({ id }) => except?.has(id) !== true)
        .map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))}
    />
  )
}
