import { KeyOutlined } from '@ant-design/icons'
import { App, Button, Space, Table, type TableProps } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { instantText } from '../../parts/formats.ts'
import { SecretOnce, type SecretPart } from '../../parts/secret-once.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { CredentialDialog, type CredentialWish } from './credential-dialog.tsx'
import { type Credential, type Subscription, subscriptionPath } from './subscription.ts'

interface Issued {
  readonly id: string
  readonly key?: string
  readonly clientId?: string
  readonly clientSecret?: string
}

/** What the app proves itself by. Only what was issued just now is ever shown. */
export function CredentialsTab({
  subscription,
  mayWrite,
}: {
  subscription: Subscription
  mayWrite: boolean
}) {
  const { t } = useTranslation('subscriptions')
  const [asked, setAsked] = useState<CredentialWish>()
  const [parts, setParts] = useState<readonly SecretPart[]>([])
  const shown = ({ key, clientId = '', clientSecret = '' }: Issued): readonly SecretPart[] =>
    key === undefined
      ? [
          { label: t('clientId'), value: clientId },
          { label: t('clientSecret'), value: clientSecret },
        ]
      : [{ label: t('kinds.key'), value: key }]
  return (
    <div className="stack">
      {mayWrite && (
        <Space wrap>
          <Button icon={<KeyOutlined />} onClick={() => setAsked({ kind: 'key' })}>
            {t('issue.key')}
          </Button>
          <Button icon={<KeyOutlined />} onClick={() => setAsked({ kind: 'secret' })}>
            {t('issue.secret')}
          </Button>
        </Space>
      )}
      <CredentialTable {...{ subscription, mayWrite, onRotate: setAsked }} />
      <CliLine command={cliText(['credential', 'issue', subscription.id])} />
      {asked !== undefined && (
        <CredentialDialog<Issued>
          subscription={subscription.id}
          wish={asked}
          onIssued={(issued) => {
            setAsked(undefined)
            setParts(shown(issued))
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
      <SecretOnce title={t('issued')} parts={parts} onKept={() => setParts([])} />
    </div>
  )
}

interface TableOfCredentials {
  readonly subscription: Subscription
  readonly mayWrite: boolean
  readonly onRotate: (wish: CredentialWish) => void
}

function CredentialTable(shown: TableOfCredentials) {
  const { t } = useTranslation('subscriptions')
  const { id, credentials = [] } = shown.subscription
  return (
    <Table<Credential>
      size="middle"
      caption={t('credentialsCaption')}
      rowKey="id"
      pagination={false}
      dataSource={[...credentials]}
      scroll={{ x: 'max-content' }}
      locale={{
        emptyText: (
          <EmptyState text={t('noCredentials')} command={cliText(['credential', 'issue', id])} />
        ),
      }}
      columns={useColumns(shown)}
    />
  )
}

function useColumns({ subscription, mayWrite, onRotate }: TableOfCredentials) {
  const { t } = useTranslation('subscriptions')
  const place = usePlace()
  const at = (none: string) => (instant: string | null) =>
    instant === null ? none : instantText(instant, place)
  const columns: NonNullable<TableProps<Credential>['columns']> = [
    {
      title: t('kind'),
      dataIndex: 'kind',
      render: (kind: Credential['kind']) => t(`kinds.${kind}`),
    },
    {
      title: t('credentialId'),
      dataIndex: 'id',
      render: (id: string, { name }) => (
        <>
          <code>{id}</code>
          {name !== null && <div className="quiet">{name}</div>}
        </>
      ),
    },
    { title: t('created'), dataIndex: 'createdAt', render: at('–') },
    { title: t('ends'), dataIndex: 'expiresAt', render: at(t('endless')) },
    { title: t('lastUsed'), dataIndex: 'lastUsedAt', render: at(t('neverUsed')) },
  ]
  if (!mayWrite) return columns
  const actions = {
    title: t('actions'),
    key: 'actions',
    render: (_: unknown, one: Credential) => (
      <Space wrap>
        <Button size="small" onClick={() => onRotate({ kind: one.kind, rotates: one.id })}>
          {t('rotate')}
        </Button>
        <RevokeButton subscription={subscription.id} credential={one} />
      </Space>
    ),
  }
  return [...columns, actions]
}

function RevokeButton({
  subscription,
  credential: { id, name },
}: {
  subscription: string
  credential: Credential
}) {
  const { t } = useTranslation(['subscriptions', 'services'])
  const { modal } = App.useApp()
  const { mutate, isPending } = useChange(
    () => request<void>('DELETE', `${subscriptionPath(subscription)}/credentials/${id}`),
    () => t('subscriptions:revoked'),
  )
  const ask = () =>
    void modal.confirm({
      title: t('subscriptions:confirmRevoke', { name: name ?? id }),
      content: <CliLine command={cliText(['credential', 'revoke', subscription, id])} />,
      okText: t('subscriptions:revoke'),
      cancelText: t('services:cancel'),
      okButtonProps: { danger: true },
      onOk: () => mutate(undefined),
    })
  return (
    <Button size="small" danger loading={isPending} onClick={ask}>
      {t('subscriptions:revoke')}
    </Button>
  )
}
