import { Button, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useTenant } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText, curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { MoreRows } from '../../parts/more-rows.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { BINDING_TONES } from './binding-control.tsx'
import type { Binding } from './plugin.ts'

interface Row {
  readonly plugin: string
  readonly version: string | null
  readonly binding?: Binding
}

/** What is installed on the host, and what the tenant does with it. */
export function PluginsPage() {
  const { t } = useTranslation('plugins')
  const keep = usePlaceQuery()
  const tenant = useTenant()
  const { rows, list } = usePlugins(tenant)
  const nameColumn = {
    title: t('plugin'),
    dataIndex: 'plugin',
    render: (plugin: string) => (
      <Link to={{ pathname: `/plugins/${encodeURIComponent(plugin)}`, search: keep }}>
        {plugin}
      </Link>
    ),
  }
  const bindingColumn = {
    title: t('binding'),
    dataIndex: 'binding',
    render: (binding: Binding) => (
      <StatusTag tone={BINDING_TONES[binding]} label={t(`bindings.${binding}`)} />
    ),
  }
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        <Link to={{ pathname: '/marketplace', search: keep }}>
          <Button>{t('toMarketplace')}</Button>
        </Link>
      </PageHead>
      {list.isLoadingError && <ProblemNote error={list.error} />}
      <Table<Row>
        rowKey="plugin"
        loading={list.isPending}
        dataSource={rows}
        pagination={false}
        scroll={{ x: 'max-content' }}
        locale={{
          emptyText:
            list.data === undefined ? (
              ' '
            ) : (
              <EmptyState text={t('empty')} command="npx signalbox plugin install @acme/orders" />
            ),
        }}
        columns={[
          nameColumn,
          {
            title: t('version'),
            dataIndex: 'version',
            render: (version: string | null) => version ?? '–',
          },
          ...(tenant === undefined ? [] : [bindingColumn]),
        ]}
      />
      <MoreRows list={list} />
      <CliLine
        command={
          tenant === undefined
            ? cliText(['plugin', 'list'])
            : curlText('GET', `/v1/tenants/${tenant}/plugins`)
        }
      />
    </div>
  )
}

function usePlugins(tenant: string | undefined) {
  const ofTenant = useList<Row>(
    `/v1/tenants/${encodeURIComponent(tenant ?? '')}/plugins`,
    {},
    tenant !== undefined,
  )
  const ofHost = useList<{ name: string; stableVersion: string | null }>(
    '/v1/plugins',
    {},
    tenant === undefined,
  )
  const list = tenant === undefined ? ofHost : ofTenant
  const rows =
    tenant === undefined
      ? ofHost.items.map(
          ({ name, stableVersion }): Row => ({ plugin: name, version: stableVersion }),
        )
      : ofTenant.items
  return { rows, list }
}
