import { Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { useParam } from '../../app/use-param.ts'
import { useTenant } from '../../app/viewer-context.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { AuditChain } from './audit-chain.tsx'
import { AuditEntries } from './audit-entries.tsx'

/** Who did what, and whether that still stands. Without a tenant the operator sees all of the host. */
export function AuditPage() {
  const { t } = useTranslation('audit')
  const tenant = useTenant()
  const [tab = 'entries', setTab] = useParam('tab')
  return (
    <>
      <PageHead title={t('title')}>
        <span>{tenant === undefined ? t('ofHost') : t('ofTenant', { tenant })}</span>
      </PageHead>
      <Tabs
        activeKey={tab}
        onChange={setTab}
        destroyOnHidden
        items={[
          { key: 'entries', label: t('entries'), children: <AuditEntries tenant={tenant} /> },
          {
            key: 'chain',
            label: t('chain'),
            children: <AuditChain tenant={tenant} />,
          },
        ]}
      />
    </>
  )
}
