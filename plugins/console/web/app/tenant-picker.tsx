import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../api/list.ts'
import { useParam } from './use-param.ts'

interface Tenant {
  readonly id: string
  readonly name: string
}

/** The operator looks at one tenant at a time; which one stands in the address. */
export function TenantPicker() {
  const { t } = useTranslation()
  const [tenant, setTenant] = useParam('tenant')
  const { items, isFetching } = useList<Tenant>('/v1/tenants')
  return (
    <Select
      aria-label={t('tenant')}
      placeholder={t('tenant')}
      allowClear
      showSearch
      className="tenant-picker"
      loading={isFetching}
      value={tenant}
      options={items.map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))}
      onChange={setTenant}
    />
  )
}
