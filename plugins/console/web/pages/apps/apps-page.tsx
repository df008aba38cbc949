import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { may } from '../../api/may.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText, curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import type { AppOfTenant } from './app-of-tenant.ts'
import { NewAppDialog } from './new-app-dialog.tsx'

/** The machine clients of a tenant. */
export function AppsPage() {
  const { t } = useTranslation('apps')
  const tenant = useTenant()
  return tenant === undefined ? <ChooseTenant title={t('title')} /> : <Apps tenant={tenant} />
}

function Apps({ tenant }: { tenant: string }) {
  const { t } = useTranslation('apps')
  const viewer = useViewer()
  const keep = usePlaceQuery()
  const [isNew, setNew] = useParam('new')
  const list = useList<AppOfTenant>('/v1/apps', { tenant })
  const mayCreate = may(viewer, 'app.create')
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        {mayCreate && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew('1')}>
            {t('new')}
          </Button>
        )}
      </PageHead>
      <ListTable<AppOfTenant>
        list={list}
        caption={t('caption', { tenant })}
        rowKey="id"
        empty={
          <EmptyState
            text={t('empty')}
            command={cliText(['app', 'create', 'planner'], { tenant, name: 'Planner' })}
          />
        }
        columns={[
          {
            title: t('name'),
            dataIndex: 'name',
            render: (name: string, { id }) => (
              <Link to={{ pathname: `/apps/${encodeURIComponent(id)}`, search: keep }}>{name}</Link>
            ),
          },
          { title: t('id'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
          {
            title: t('unit'),
            dataIndex: 'unit',
            render: (unit: string | null) => unit ?? t('wholeTenant'),
          },
          {
            title: t('state'),
            dataIndex: 'suspendedBy',
            render: (by: string | null) => <AppState suspendedBy={by} />,
          },
        ]}
      />
      <CliLine command={curlText('GET', `/v1/apps?tenant=${tenant}`)} />
      {isNew !== undefined && mayCreate && (
        <NewAppDialog tenant={tenant} onClose={() => setNew(undefined)} />
      )}
    </div>
  )
}

export function AppState({ suspendedBy }: Pick<AppOfTenant, 'suspendedBy'>) {
  const { t } = useTranslation('apps')
  return suspendedBy === null ? (
    <StatusTag tone="good" label={t('states.active')} />
  ) : (
    <StatusTag tone="bad" label={t('states.suspended')} />
  )
}
