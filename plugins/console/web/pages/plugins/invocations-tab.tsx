import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { numberText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { MoreRows } from '../../parts/more-rows.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { SamplingPanel } from './sampling-panel.tsx'
import { VersionFilter } from './version-filter.tsx'

interface Invocation {
  readonly id: string
  readonly version: string
  readonly service: string | null
  readonly operation: string | null
  readonly arm: string | null
  readonly outcome: string
  readonly code: string | null
  readonly startedAt: string
  readonly tookMs: number
  readonly cpuMs: number
  readonly peakHeapMb: number
  readonly traceId?: string
}

/** Calls that were kept: failed ones, and a share of the others where somebody asked for it. Each can be replayed. */
export function InvocationsTab({
  tenant,
  name,
  versions,
}: {
  tenant: string
  name: string
  versions: readonly string[]
}) {
  const { t } = useTranslation('plugins')
  const place = usePlace()
  const keep = usePlaceQuery()
  const [version] = useParam('version')
  const list = useList<Invocation>(`/v1/tenants/${encodeURIComponent(tenant)}/invocations`, {
    plugin: name,
    version,
  })
  if (list.isLoadingError) return <ProblemNote error={list.error} />
  return (
    <div className="stack">
      <div>
        <VersionFilter versions={versions} />
      </div>
      <Table<Invocation>
        size="small"
        rowKey="id"
        loading={list.isPending}
        pagination={false}
        dataSource={list.items}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: <EmptyState text={t('noInvocations')} /> }}
        expandable={{
          columnTitle: <span className="unseen">{t('details')}</span>,
          expandedRowRender: ({ id, traceId }) => (
            <div className="stack">
              {traceId !== undefined && (
                <span>
                  {t('trace')} <code>{traceId}</code>
                </span>
              )}
              <CliLine command={`npx signalbox replay ${id}`} />
            </div>
          ),
        }}
        columns={[
          {
            title: t('when'),
            dataIndex: 'startedAt',
            render: (at: string, { id }) => (
              <Link to={{ pathname: `/invocations/${id}`, search: keep }}>
                <Instant at={at} />
              </Link>
            ),
          },
          {
            title: t('operation'),
            key: 'operation',
            render: (_: unknown, { service, operation }) => `${service ?? ''}/${operation ?? ''}`,
          },
          {
            title: t('version'),
            key: 'version',
            render: (_: unknown, { version, arm }) =>
              `${version}${arm === 'canary' ? ` · ${t('canary')}` : ''}`,
          },
          {
            title: t('outcome'),
            dataIndex: 'outcome',
            render: (outcome: string, { code }) => (
              <StatusTag tone={code === null ? 'good' : 'bad'} label={code ?? outcome} />
            ),
          },
          {
            title: t('took'),
            dataIndex: 'tookMs',
            align: 'end',
            render: (ms: number) => `${numberText(ms, place)} ms`,
          },
          {
            title: t('cpu'),
            dataIndex: 'cpuMs',
            align: 'end',
            render: (ms: number) => `${numberText(ms, place)} ms`,
          },
          {
            title: t('heap'),
            dataIndex: 'peakHeapMb',
            align: 'end',
            render: (mb: number) => `${numberText(mb, place)} MB`,
          },
        ]}
      />
      <MoreRows list={list} />
      <SamplingPanel tenant={tenant} name={name} />
    </div>
  )
}
