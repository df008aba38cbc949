import { useTranslation } from 'react-i18next'
import { curlText } from './command-text.ts'
import { EmptyState } from './empty-state.tsx'
import { PageHead } from './page-head.tsx'

/** The operator has chosen no tenant yet, and the page shows things of one. */
export function ChooseTenant({ title }: { title: string }) {
  const { t } = useTranslation('services')
  return (
    <div className="stack">
      <PageHead title={title} />
      <EmptyState text={t('chooseTenant')} command={curlText('GET', '/v1/tenants')} />
    </div>
  )
}
