import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useList } from '../../api/list.ts'
import type { Tenant } from '../../app/tenant.ts'
import { useParam } from '../../app/use-param.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText, curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { SecretOnce } from '../../parts/secret-once.tsx'
import { WordSearch } from '../../parts/word-search.tsx'
import { type MadeTenant, NewTenantDialog } from './new-tenant-dialog.tsx'

/** The companies of the host: the operator finds one, and makes another. */
export function TenantsPage() {
  const { t } = useTranslation('tenants')
  const [q] = useParam('q')
  const [isNew, setNew] = useParam('new')
  const [, setQuery] = useSearchParams()
  const [made, setMade] = useState<MadeTenant>()
  const list = useList<Tenant>('/v1/tenants', { q })
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew('1')}>
          {t('new')}
        </Button>
      </PageHead>
      <WordSearch label={t('search')} hint={t('searchHint')} button={t('find')} />
      <ListTable<Tenant>
        list={list}
        caption={t('caption')}
        rowKey="id"
        empty={
          <EmptyState
            text={t(q === undefined ? 'empty' : 'noneFound')}
            command={cliText(['tenant', 'create', 'acme'], { name: 'Acme Ltd' })}
          />
        }
        columns={[
          {
            title: t('name'),
            dataIndex: 'name',
            render: (name: string, { id }) => (
              <Link to={{ pathname: '/', search: `?tenant=${encodeURIComponent(id)}` }}>
                {name}
              </Link>
            ),
          },
          { title: t('id'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
        ]}
      />
      <CliLine command={curlText('GET', '/v1/tenants')} />
      {isNew !== undefined && (
        <NewTenantDialog
          onClose={() => setNew(undefined)}
          onMade={(one) => {
            setMade(one)
            setNew(undefined)
          }}
        />
      )}
      <SecretOnce
        title={t('made')}
        note={t('tokenNote')}
        parts={made === undefined ? [] : [{ label: t('adminToken'), value: made.adminToken }]}
        // Chosen once the token is kept, as another tenant is another page: what comes next is done for it.
        onKept={() => {
          setMade(undefined)
          if (made !== undefined) setQuery({ tenant: made.id })
        }}
      />
    </div>
  )
}
