import { ImportOutlined, UserAddOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { may, maySomewhere } from '../../api/may.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { ownUnit, USER_TONES, type User, type UserState } from './identity.ts'
import { ofTenant } from './identity-paths.ts'
import { NewUser } from './new-user.tsx'
import { UnitSelect } from './unit-select.tsx'
import './identity.css'

/** People of a tenant, and the accounts that programs act by. */
export function UsersPage() {
  const { t } = useTranslation('identity')
  const tenant = useTenant()
  return tenant === undefined ? <ChooseTenant title={t('users')} /> : <Users tenant={tenant} />
}

const STATES = ['invited', 'active', 'suspended', 'left'] as const
const KINDS = ['person', 'service'] as const

function Users({ tenant }: { tenant: string }) {
  const { t } = useTranslation('identity')
  const keep = usePlaceQuery()
  const viewer = useViewer()
  const [state, setState] = useParam('state')
  const [kind, setKind] = useParam('kind')
  const [unit = ownUnit(viewer), setUnit] = useParam('unit')
  const [isNew, setNew] = useParam('new')
  const list = useList<User>('/v1/users', { tenant, state, kind, unit })
  return (
    <div className="stack">
      <PageHead title={t('users')}>
        {maySomewhere(viewer, 'user.write') && (
          <Button type="primary" icon={<UserAddOutlined />} onClick={() => setNew('1')}>
            {t('newUser')}
          </Button>
        )}
        {may(viewer, 'organisation.export') && (
          <Link to={{ pathname: '/identity/import', search: keep }}>
            <Button icon={<ImportOutlined />}>{t('toImport')}</Button>
          </Link>
        )}
      </PageHead>
      <search className="filters">
        <Select
          aria-label={t('state')}
          placeholder={t('state')}
          allowClear
          value={state ?? null}
          onChange={(value) => setState(value ?? undefined)}
          options={STATES.map((one) => ({ value: one, label: t(`states.${one}`) }))}
        />
        <Select
          aria-label={t('kind')}
          placeholder={t('kind')}
          allowClear
          value={kind ?? null}
          onChange={(value) => setKind(value ?? undefined)}
          options={KINDS.map((one) => ({ value: one, label: t(`kinds.${one}`) }))}
        />
        <UnitSelect
          aria-label={t('unit')}
          tenant={tenant}
          none={t('allUnits')}
          value={unit ?? null}
          onChange={setUnit}
        />
      </search>
      <UserTable list={list} tenant={tenant} keep={keep} />
      <NewUser tenant={tenant} isOpen={isNew !== undefined} onClose={() => setNew(undefined)} />
    </div>
  )
}

function UserTable({
  list,
  tenant,
  keep,
}: {
  list: ReturnType<typeof useList<User>>
  tenant: string
  keep: string
}) {
  const { t } = useTranslation('identity')
  const command = curlText('GET', ofTenant('/v1/users', tenant))
  return (
    <>
      <ListTable<User>
        list={list}
        caption={t('users')}
        rowKey="id"
        empty={
          <EmptyState
            text={t('noUsers')}
            command={curlText('POST', '/v1/users', {
              tenant,
              login: 'bo',
              displayName: 'Bo Li',
              roles: ['member'],
            })}
          />
        }
        columns={[
          {
            title: t('name'),
            dataIndex: 'displayName',
            render: (name: string, { id }) => (
              <Link to={{ pathname: `/identity/users/${id}`, search: keep }}>{name}</Link>
            ),
          },
          { title: t('login'), dataIndex: 'login' },
          {
            title: t('state'),
            dataIndex: 'state',
            render: (state: UserState) => (
              <StatusTag tone={USER_TONES[state]} label={t(`states.${state}`)} />
            ),
          },
          {
            title: t('kind'),
            dataIndex: 'kind',
            render: (kind: User['kind']) => t(`kinds.${kind}`),
          },
          { title: t('unit'), dataIndex: 'unit', render: (unit: string | null) => unit ?? '–' },
          { title: t('email'), dataIndex: 'email', render: (email: string | null) => email ?? '–' },
        ]}
      />
      <CliLine command={command} />
    </>
  )
}
