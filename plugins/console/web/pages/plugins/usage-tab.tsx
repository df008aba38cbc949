import { useQuery } from '@tanstack/react-query'
import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { bytesText, numberText } from '../../parts/formats.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { tenantPluginPath } from './plugin.ts'

interface Taken {
  readonly version: string
  readonly calls: number
  readonly cpuMs: number
  readonly peakHeapMb: number
  readonly bytesOut: number
  readonly hostCalls: number
}

/** What each version took: calls, CPU, memory. Of the node that answers, since it started. */
export function UsageTab({ tenant, name }: { tenant: string; name: string }) {
  const { t } = useTranslation('plugins')
  const place = usePlace()
  const path = `${tenantPluginPath(tenant, name)}/usage`
  const { data, error, isPending, isLoadingError } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<{ items: readonly Taken[] }>('GET', path, { signal }),
    refetchInterval: 5000,
  })
  if (isLoadingError) return <ProblemNote error={error} />
  const count = (value: number) => numberText(value, place)
  return (
    <Table<Taken>
      size="small"
      caption={t('usageOfNode')}
      rowKey="version"
      loading={isPending}
      pagination={false}
      dataSource={[...(data?.items ?? [])]}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: <EmptyState text={t('noUsage')} /> }}
      columns={[
        { title: t('version'), dataIndex: 'version' },
        { title: t('calls'), dataIndex: 'calls', align: 'end', render: count },
        {
          title: t('cpu'),
          dataIndex: 'cpuMs',
          align: 'end',
          render: (ms: number) => `${count(ms)} ms`,
        },
        {
          title: t('cpuPerCall'),
          key: 'perCall',
          align: 'end',
          render: (_: unknown, { cpuMs, calls }) => `${count(cpuMs / Math.max(1, calls))} ms`,
        },
        {
          title: t('heap'),
          dataIndex: 'peakHeapMb',
          align: 'end',
          render: (mb: number) => `${count(mb)} MB`,
        },
        {
          title: t('bytesOut'),
          dataIndex: 'bytesOut',
          align: 'end',
          render: (bytes: number) => bytesText(bytes, place),
        },
        { title: t('hostCalls'), dataIndex: 'hostCalls', align: 'end', render: count },
      ]}
    />
  )
}
