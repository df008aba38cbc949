import { Button, Popconfirm, Space, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { instantText } from '../../parts/formats.ts'
import { usePlace } from '../../parts/use-place.ts'
import { type Connection, connectionPath } from './connection.ts'
import { ConnectionDetails } from './connection-details.tsx'

/** Providers of the tenant: one, and for a while two. */
export function ConnectionTable({
  tenant,
  connections,
  isPending,
  mayWrite,
  onEdit,
}: {
  tenant: string
  connections: readonly Connection[]
  isPending: boolean
  mayWrite: boolean
  onEdit: (id: string) => void
}) {
  const { t } = useTranslation('sso')
  const place = usePlace()
  return (
    <Table<Connection>
      size="middle"
      caption={t('connections')}
      rowKey="id"
      loading={isPending}
      pagination={false}
      dataSource={[...connections]}
      scroll={{ x: 'max-content' }}
      locale={{
        emptyText: isPending ? (
          ' '
        ) : (
          <EmptyState
            text={t('empty')}
            command={curlText('PUT', connectionPath(tenant, 'main'), {
              name: 'Acme',
              issuer: 'https://login.acme.example',
              clientId: 'signalbox',
              clientSecret: '…',
            })}
          />
        ),
      }}
      expandable={{
        columnTitle: <span className="unseen">{t('details', { ns: 'common' })}</span>,
        expandedRowRender: (connection) => (
          <ConnectionDetails tenant={tenant} connection={connection} mayWrite={mayWrite} />
        ),
      }}
      columns={[
        { title: t('name'), dataIndex: 'name' },
        { title: t('id'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
        { title: t('issuer'), dataIndex: 'issuer' },
        {
          title: t('changedAt'),
          dataIndex: 'changedAt',
          render: (at: string) => instantText(at, place),
        },
        {
          title: t('actions'),
          key: 'actions',
          render: (_: unknown, connection) =>
            mayWrite ? <RowActions tenant={tenant} connection={connection} onEdit={onEdit} /> : '–',
        },
      ]}
    />
  )
}

function RowActions({
  tenant,
  connection: { id, name },
  onEdit,
}: {
  tenant: string
  connection: Connection
  onEdit: (id: string) => void
}) {
  const { t } = useTranslation('sso')
  const { mutate, isPending } = useChange(
    () => request('DELETE', connectionPath(tenant, id)),
    () => t('removed', { name }),
  )
  return (
    <Space>
      <Button size="small" aria-label={t('changeOf', { name })} onClick={() => onEdit(id)}>
        {t('change')}
      </Button>
      <Popconfirm
        title={t('confirmRemove', { name })}
        okText={t('remove')}
        okButtonProps={{ danger: true }}
        onConfirm={() => mutate(undefined)}
      >
        <Button size="small" danger loading={isPending} aria-label={t('removeOf', { name })}>
          {t('remove')}
        </Button>
      </Popconfirm>
    </Space>
  )
}
