import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Popconfirm, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { instantText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { Named } from '../../parts/named.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { textIn } from '../../texts/languages.ts'
import {
  type AskedName,
  askedNames,
  type Grant,
  grantBody,
  parameterText,
  type TenantPlugin,
  tenantPluginPath,
} from './plugin.ts'

interface Uses {
  readonly uses: readonly {
    readonly capability: string
    readonly count: number
    readonly lastAt: string
  }[]
  readonly proposals: readonly unknown[]
}

/** What became of a grant stands in its row. */
const seen = () => undefined

/** What the plugin asks for and why, what it was given by whom, and what of that it never used. */
export function GrantsTab({
  tenant,
  name,
  state,
}: {
  tenant: string
  name: string
  state: TenantPlugin
}) {
  const { t } = useTranslation('plugins')
  const mayWrite = may(useViewer(), 'grant.write')
  const path = tenantPluginPath(tenant, name)
  const names = askedNames(state.capabilities).map((one) => one.name)
  const { data } = useQuery({
    queryKey: [`${path}/uses`],
    queryFn: ({ signal }) => request<Uses>('GET', `${path}/uses`, { signal }),
  })
  const proposals = data?.proposals.length ?? 0
  return (
    <div className="stack">
      {proposals > 0 && <Alert type="info" showIcon title={t('unused', { count: proposals })} />}
      <Asked path={path} state={state} />
      {mayWrite && names.length > 0 && (
        <CliLine command={curlText('POST', `${path}/grants`, grantBody(state, names))} />
      )}
      {(names.length > 0 || state.grants.length > 0) && (
        <Given path={path} grants={state.grants} uses={data?.uses ?? []} />
      )}
      {mayWrite && state.grants[0] !== undefined && (
        <CliLine command={curlText('DELETE', `${path}/grants/${state.grants[0].id}`)} />
      )}
    </div>
  )
}

function Asked({ path, state }: { path: string; state: TenantPlugin }) {
  const { t, i18n } = useTranslation('plugins')
  const mayWrite = may(useViewer(), 'grant.write')
  const { mutate, isPending } = useChange(
    (capability: string) =>
      request('POST', `${path}/grants`, { body: grantBody(state, [capability]) }),
    seen,
  )
  return (
    <Table<AskedName>
      size="small"
      caption={t('asksFor')}
      rowKey="name"
      dataSource={[...askedNames(state.capabilities)]}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: <EmptyState text={t('asksNothing')} /> }}
      columns={[
        {
          title: t('capability'),
          dataIndex: 'name',
          render: (name: string, { wishes }) => (
            <>
              <code>{name}</code>
              {wishes.map(({ parameters }) => (
                <div key={JSON.stringify(parameters)}>
                  <small>{parameterText(parameters)}</small>
                </div>
              ))}
            </>
          ),
        },
        {
          title: t('why'),
          dataIndex: 'wishes',
          render: (wishes: AskedName['wishes']) =>
            [...new Set(wishes.map(({ why }) => textIn(why, i18n.language)))].map((why) => (
              <div key={why}>{why}</div>
            )),
        },
        {
          title: t('consent'),
          key: 'granted',
          render: (_: unknown, { name, isGranted, isOptional }) => {
            if (isGranted) return <StatusTag tone="good" label={t('granted')} />
            if (!mayWrite) return <StatusTag tone="neutral" label={t('notGranted')} />
            return (
              <Button size="small" disabled={isPending} onClick={() => mutate(name)}>
                {isOptional ? t('grantOptional') : t('grant')}
              </Button>
            )
          },
        },
      ]}
    />
  )
}

function Given({
  path,
  grants,
  uses,
}: {
  path: string
  grants: readonly Grant[]
  uses: Uses['uses']
}) {
  const { t } = useTranslation('plugins')
  const place = usePlace()
  const mayWrite = may(useViewer(), 'grant.write')
  const { mutate } = useChange(
    (grant: string) => request('DELETE', `${path}/grants/${grant}`),
    seen,
  )
  const lastUse = (capability: string) => {
    const own = uses.filter((one) => one.capability === capability)
    const last = own
      .map(({ lastAt }) => lastAt)
      .sort()
      .at(-1)
    return last === undefined ? t('neverUsed') : t('usedUntil', { at: instantText(last, place) })
  }
  return (
    <Table<Grant>
      size="small"
      caption={t('given')}
      rowKey="id"
      dataSource={[...grants]}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: <EmptyState text={t('givenNothing')} /> }}
      columns={[
        {
          title: t('capability'),
          dataIndex: 'capability',
          render: (capability: string, { parameters }) => (
            <>
              <code>{capability}</code> <small>{parameterText(parameters)}</small>
            </>
          ),
        },
        {
          title: t('approver'),
          dataIndex: 'approver',
          render: (approver: string) => <Named text={approver} />,
        },
        {
          title: t('when'),
          dataIndex: 'grantedAt',
          render: (at: string) => <Instant at={at} />,
        },
        {
          title: t('use'),
          key: 'use',
          render: (_: unknown, { capability }) => lastUse(capability),
        },
        ...(mayWrite
          ? [
              {
                title: t('actions'),
                key: 'revoke',
                render: (_: unknown, { id, capability }: Grant) => (
                  <Popconfirm
                    title={t('confirmRevoke', { capability })}
                    onConfirm={() => mutate(id)}
                  >
                    <Button size="small" danger>
                      {t('revoke')}
                    </Button>
                  </Popconfirm>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}
