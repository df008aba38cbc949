import { Select, type SelectProps } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRoles } from './use-organisation.ts'

/** Roles that every tenant has, and the tenant's own. */
export function RoleSelect({
  tenant,
  ...given
}: { tenant: string } & Pick<
  SelectProps,
  'id' | 'value' | 'onChange' | 'mode' | 'aria-label' | 'maxCount'
>) {
  const { t } = useTranslation('identity')
  const { data } = useRoles(tenant)
  return (
    <Select
      {...given}
      placeholder={t('chooseRole')}
      showSearch={{ optionFilterProp: 'label' }}
      style={{ minInlineSize: 200 }}
      options={[
        {
          label: t('builtIn'),
          options: (data?.builtIn ?? []).map(({ id }) => ({ value: id, label: id })),
        },
        {
          label: t('ownRoles'),
          options: (data?.items ?? []).map(({ id, name }) => ({
            value: id,
            label: `${name} (${id})`,
          })),
        },
      ].filter(({ options }) => options.length > 0)}
    />
  )
}
