import { Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { useList } from '../api/list.ts'

interface Tenant {
  readonly id: string
  readonly name: string
}

/** The operator looks at one tenant at a time; which one stands in the address. */
export function TenantPicker() {
  const { t } = useTranslation()
  const [query, setQuery] = useSearchParams()
  const { items, isFetching } = useList<Tenant>('/v1/tenants')
  return (
    <Select
      aria-label={t('tenant')}
      placeholder={t('tenant')}
      allowClear
      showSearch
      style={{ minInlineSize: 160 }}
      loading={isFetching}
      value={query.get('tenant')}
      options={items.map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))}
      onChange={(tenant?: string) =>
        setQuery((before) => {
          const next = new URLSearchParams(before)
          if (tenant === undefined) next.delete('tenant')
          else next.set('tenant', tenant)
          return next
        })
      }
    />
  )
}
