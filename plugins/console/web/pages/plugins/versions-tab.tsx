import { Alert, Button, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { StatusTag } from '../../parts/status-tag.tsx'
import type { InstalledPlugin, InstalledVersion } from './plugin.ts'

/** Installed versions with their states; a faulty one says what to do. */
export function VersionsTab({ plugin }: { plugin: InstalledPlugin }) {
  const { t } = useTranslation('plugins')
  const viewer = useViewer()
  const keep = usePlaceQuery()
  const toRollout = (version: string) => {
    const query = new URLSearchParams(keep)
    query.set('plugin', plugin.name)
    query.set('version', version)
    return { pathname: '/rollouts/new', search: `?${query}` }
  }
  const isOther = (version: string) => version !== plugin.stableVersion
  return (
    <Table<InstalledVersion>
      size="small"
      rowKey="version"
      dataSource={[...plugin.versions]}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      expandable={{
        columnTitle: <span className="unseen">{t('details')}</span>,
        rowExpandable: ({ fault }) => fault !== null,
        expandedRowRender: ({ fault }) => (
          <Alert type="error" showIcon title={fault?.code ?? ''} description={fault?.detail} />
        ),
      }}
      columns={[
        { title: t('version'), dataIndex: 'version' },
        {
          title: t('state'),
          dataIndex: 'state',
          render: (state: string, { fault }) => (
            <StatusTag tone={fault === null ? 'good' : 'bad'} label={state} />
          ),
        },
        { title: t('tier'), dataIndex: 'tier' },
        {
          title: t('publisher'),
          dataIndex: 'publisher',
          render: (name: string | null) => name ?? '–',
        },
        {
          title: t('services'),
          dataIndex: 'services',
          render: (services: InstalledVersion['services']) =>
            services.map(({ id, major }) => `${id}@${major}`).join(', '),
        },
        {
          title: t('actions'),
          key: 'rollOut',
          render: (_: unknown, { version, fault }) =>
            viewer.kind === 'operator' && isOther(version) && fault === null ? (
              <Link to={toRollout(version)}>
                <Button size="small">{t('rollOut')}</Button>
              </Link>
            ) : null,
        },
      ]}
    />
  )
}
