import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Listed } from '../api/list.ts'
import { request } from '../api/request.ts'
import { Library } from './library.tsx'
import { labelOf, type Tenant } from './tenant.ts'

/** As many as somebody looks through; who has more types a part of the name. */
const SHOWN = 50
/** Whoever types does not ask with each letter. */
const TYPING_MS = 200

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
  const [typed, setTyped] = useState('')
  const q = useSettled(typed.trim())
  const { data, isFetching } = useQuery({
    queryKey: ['/v1/tenants', 'search', q],
    queryFn: ({ signal }) =>
      request<Listed<Tenant>>('GET', '/v1/tenants', { query: { q, limit: SHOWN }, signal }),
    placeholderData: keepPreviousData,
  })
  return (
    <Library>
      <Select
        aria-label={t('tenant')}
        placeholder={t('tenant')}
        allowClear
        showSearch={{ filterOption: false, onSearch: setTyped }}
        autoFocus
        defaultOpen
        className="tenant-picker"
        loading={isFetching}
        value={chosen === undefined ? null : { value: chosen, label }}
        labelInValue
        options={(data?.items ?? []).map((one) => ({ value: one.id, label: labelOf(one) }))}
        onChange={(option) => onChosen(option?.value)}
      />
    </Library>
  )
}

/** What was typed, once it rests. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}
