import { PlusOutlined } from '@ant-design/icons'
import { Button, Drawer, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { EditRole } from './edit-role.tsx'
import type { Role } from './identity.ts'
import { ofTenant } from './identity-paths.ts'
import { useRoles } from './use-organisation.ts'
import './identity.css'

/** What people may do, in bundles: those that every tenant has, and the tenant's own. */
export function RolesPage() {
  const { t } = useTranslation('identity')
  const tenant = useTenant()
  return tenant === undefined ? <ChooseTenant title={t('roles')} /> : <Roles tenant={tenant} />
}

/** In the address for a role that is not there yet. */
const NEW = '+'

function Roles({ tenant }: { tenant: string }) {
  const { t } = useTranslation('identity')
  const mayWrite = may(useViewer(), 'role.write')
  const [selected, setSelected] = useParam('role')
  const { data, error, isPending, isLoadingError } = useRoles(tenant)
  const close = () => setSelected(undefined)
  return (
    <div className="stack">
      <PageHead title={t('roles')}>
        {mayWrite && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setSelected(NEW)}>
            {t('newRole')}
          </Button>
        )}
      </PageHead>
      {isLoadingError ? (
        <ProblemNote error={error} />
      ) : (
        <>
          <OwnRoles
            tenant={tenant}
            roles={data?.items ?? []}
            isPending={isPending}
            onEdit={mayWrite ? setSelected : undefined}
          />
          <BuiltIn roles={data?.builtIn ?? []} isPending={isPending} />
        </>
      )}
      <CliLine command={curlText('GET', ofTenant('/v1/roles', tenant))} />
      <Drawer
        open={selected !== undefined && mayWrite}
        onClose={close}
        title={selected === NEW ? t('newRole') : selected}
        size={560}
        destroyOnHidden
      >
        {selected !== undefined && (
          <EditRole tenant={tenant} id={selected === NEW ? undefined : selected} onDone={close} />
        )}
      </Drawer>
    </div>
  )
}

function OwnRoles({
  tenant,
  roles,
  isPending,
  onEdit,
}: {
  tenant: string
  roles: readonly Role[]
  isPending: boolean
  onEdit: ((role: string) => void) | undefined
}) {
  const { t } = useTranslation('identity')
  return (
    <Table<Role>
      size="middle"
      caption={t('ownRoles')}
      rowKey="id"
      loading={isPending}
      pagination={false}
      dataSource={[...roles]}
      scroll={{ x: 'max-content' }}
      locale={{
        emptyText: isPending ? (
          ' '
        ) : (
          <EmptyState
            text={t('noOwnRoles')}
            command={curlText('PUT', ofTenant('/v1/roles/planner', tenant), {
              name: 'Planner',
              actions: ['catalog.read'],
            })}
          />
        ),
      }}
      columns={[
        { title: t('name'), dataIndex: 'name' },
        { title: t('id'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
        {
          title: t('hostActions'),
          dataIndex: 'actions',
          render: (actions: Role['actions']) => <Words words={actions} />,
        },
        {
          title: t('permissions'),
          dataIndex: 'permissions',
          render: (permissions: Role['permissions']) => <Words words={permissions} />,
        },
        {
          title: t('change'),
          key: 'change',
          render: (_: unknown, { id, name }) =>
            onEdit !== undefined && (
              <Button size="small" aria-label={t('changeOf', { name })} onClick={() => onEdit(id)}>
                {t('change')}
              </Button>
            ),
        },
      ]}
    />
  )
}

function BuiltIn({
  roles,
  isPending,
}: {
  roles: readonly { readonly id: string; readonly actions: readonly string[] }[]
  isPending: boolean
}) {
  const { t } = useTranslation('identity')
  return (
    <Table
      size="middle"
      caption={t('builtIn')}
      rowKey="id"
      loading={isPending}
      pagination={false}
      dataSource={[...roles]}
      scroll={{ x: 'max-content' }}
      expandable={{
        columnTitle: <span className="unseen">{t('details', { ns: 'common' })}</span>,
        expandedRowRender: ({ actions }) => <Words words={actions} most={actions.length} />,
      }}
      columns={[
        { title: t('role'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
        {
          title: t('for'),
          key: 'for',
          render: (_: unknown, { id }) =>
            t(`builtInRoles.${id}` as 'builtInRoles.admin', { defaultValue: '' }),
        },
        {
          title: t('hostActions'),
          dataIndex: 'actions',
          align: 'end',
          render: (actions: readonly string[]) => actions.length,
        },
      ]}
    />
  )
}

const MOST_WORDS = 6

function Words({ words, most = MOST_WORDS }: { words: readonly string[]; most?: number }) {
  const { t } = useTranslation('identity')
  if (words.length === 0) return '–'
  const rest = words.length - most
  return (
    <small className={most === MOST_WORDS ? 'may-do' : undefined}>
      {words.slice(0, most).join(', ')}
      {rest > 0 && ` ${t('andMore', { count: rest })}`}
    </small>
  )
}
