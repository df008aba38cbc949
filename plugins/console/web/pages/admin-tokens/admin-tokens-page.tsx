import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant } from '../../app/viewer-context.ts'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { instantText } from '../../parts/formats.ts'
import { ListTable } from '../../parts/list-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { SecretOnce } from '../../parts/secret-once.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { adminTokenPath, adminTokensPath } from './admin-token-paths.ts'
import { NewAdminToken } from './new-admin-token.tsx'

interface AdminToken {
  readonly id: string
  readonly label: string
  readonly createdAt: string
}

/** Tokens by which programs are an admin of the tenant, for good: made, and revoked when they leak. */
export function AdminTokensPage() {
  const { t } = useTranslation('admin-tokens')
  const tenant = useTenant()
  return tenant === undefined ? (
    <ChooseTenant title={t('title')} />
  ) : (
    <AdminTokens key={tenant} tenant={tenant} />
  )
}

function AdminTokens({ tenant }: { tenant: string }) {
  const { t } = useTranslation('admin-tokens')
  const [isNew, setNew] = useParam('new')
  const [token, setToken] = useState<string>()
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        <code>{tenant}</code>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew('1')}>
          {t('new')}
        </Button>
      </PageHead>
      <Alert type="info" showIcon title={t('about')} />
      <TokenTable tenant={tenant} />
      {isNew !== undefined && (
        <NewAdminToken
          tenant={tenant}
          onClose={() => setNew(undefined)}
          onMade={(made) => {
            setNew(undefined)
            setToken(made)
          }}
        />
      )}
      <SecretOnce
        title={t('isMade')}
        parts={token === undefined ? [] : [{ label: t('token'), value: token }]}
        onKept={() => setToken(undefined)}
      />
    </div>
  )
}

function TokenTable({ tenant }: { tenant: string }) {
  const { t } = useTranslation('admin-tokens')
  const place = usePlace()
  const list = useList<AdminToken>(adminTokensPath(tenant))
  const { mutate, isPending } = useChange(
    ({ id }: AdminToken) => request('DELETE', adminTokenPath(tenant, id)),
    (_, { label }) => t('revoked', { label }),
  )
  return (
    <ListTable<AdminToken>
      list={list}
      caption={t('caption')}
      rowKey="id"
      empty={
        <EmptyState
          text={t('empty')}
          command={curlText('POST', adminTokensPath(tenant), { label: 'deploys' })}
        />
      }
      expandable={{
        expandedRowRender: ({ id }) => (
          <CliLine command={curlText('DELETE', adminTokenPath(tenant, id))} />
        ),
      }}
      columns={[
        { title: t('label'), dataIndex: 'label' },
        { title: t('id'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
        {
          title: t('createdAt'),
          dataIndex: 'createdAt',
          render: (at: string) => instantText(at, place),
        },
        {
          title: t('actions'),
          key: 'revoke',
          render: (_: unknown, token) => (
            <Popconfirm
              title={t('confirmRevoke', { label: token.label })}
              okText={t('revoke')}
              okButtonProps={{ danger: true }}
              onConfirm={() => mutate(token)}
            >
              <Button
                size="small"
                danger
                disabled={isPending}
                aria-label={t('revokeOf', { label: token.label })}
              >
                {t('revoke')}
              </Button>
            </Popconfirm>
          ),
        },
      ]}
    />
  )
}
