import { useQuery } from '@tanstack/react-query'
import { Alert, Select, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { PAGE_ROWS } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { useParam } from '../../app/use-param.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { type ListedPackage, type ListedVersion, versionPath } from './package.ts'
import { besideGrants, type PermissionDiff } from './permission-change.ts'
import { PermissionTable } from './permission-table.tsx'

interface Compared extends PermissionDiff {
  readonly against: string | null
  readonly tenants: {
    readonly items: readonly TenantDiff[]
    readonly next?: string
  }
}

interface TenantDiff extends PermissionDiff {
  readonly tenant: string
  readonly binding: string
  readonly runs: string | null
}

/** What a version may do: to the operator beside another version, to everybody else as it asks for it. */
export function PermissionsTab(of: { listed: ListedPackage; version: ListedVersion }) {
  const { t } = useTranslation('marketplace')
  const viewer = useViewer()
  if (viewer.kind === 'operator') return <BesideVersion {...of} />
  const changes = besideGrants(of.version.capabilities, [])
  return <PermissionTable changes={changes} caption={t('asksFor')} />
}

function BesideVersion({ listed, version }: { listed: ListedPackage; version: ListedVersion }) {
  const { t } = useTranslation('marketplace')
  const [against, setAgainst] = useParam('against')
  const path = `${versionPath(listed.name, version.version)}/permissions`
  const query = { against, limit: PAGE_ROWS }
  const { data, error } = useQuery({
    queryKey: [path, query],
    queryFn: ({ signal }) => request<Compared>('GET', path, { query, signal }),
  })
  const others = listed.versions.filter((one) => one.version !== version.version)
  return (
    <div className="stack">
      <Select
        aria-label={t('against')}
        style={{ maxInlineSize: 320 }}
        value={against ?? ''}
        options={[
          { value: '', label: t('againstStable') },
          ...others.map((one) => ({ value: one.version, label: one.version })),
        ]}
        onChange={(value: string) => setAgainst(value)}
      />
      {data === undefined ? <Awaited error={error} /> : <Beside compared={data} />}
    </div>
  )
}

function Beside({ compared }: { compared: Compared }) {
  const { t } = useTranslation('marketplace')
  const { against, isWider, changes, tenants } = compared
  return (
    <>
      <Alert
        type={isWider ? 'warning' : 'success'}
        showIcon
        title={isWider ? t('isWider') : t('isNotWider')}
      />
      <PermissionTable
        changes={changes}
        caption={against === null ? t('besideNothing') : t('beside', { version: against })}
      />
      <Table<TenantDiff>
        size="small"
        caption={t('ofTenants')}
        rowKey="tenant"
        dataSource={[...tenants.items]}
        pagination={false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t('noTenants') }}
        columns={[
          { title: t('tenant'), dataIndex: 'tenant' },
          {
            title: t('runsVersion'),
            dataIndex: 'runs',
            render: (runs: string | null) => runs ?? '–',
          },
          {
            title: t('consent'),
            key: 'consent',
            render: (_: unknown, { isWider: isAsked, changes: own }) => (
              <StatusTag
                tone={isAsked ? 'warning' : 'good'}
                label={
                  isAsked
                    ? t('toConsent', {
                        count: own.filter(({ change }) => change === 'wider').length,
                      })
                    : t('allGranted')
                }
              />
            ),
          },
        ]}
      />
      {tenants.next !== undefined && <p className="quiet">{t('moreTenants')}</p>}
    </>
  )
}
