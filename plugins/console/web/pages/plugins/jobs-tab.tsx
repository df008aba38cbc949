import { useQuery } from '@tanstack/react-query'
import { Button, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Instant } from '../../parts/instant.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { tenantPluginPath } from './plugin.ts'

interface Job {
  readonly job: string
  readonly cron: { readonly cron: string; readonly tz?: string } | null
  readonly state: string | null
  readonly nextAt: string | null
  readonly runs: { readonly done: number; readonly failed: number; readonly missed: number }
}

/** Work at set times: when it runs next, how it went, and to run it now. */
export function JobsTab({ tenant, name }: { tenant: string; name: string }) {
  const { t } = useTranslation('plugins')
  const mayRun = may(useViewer(), 'job.run')
  const path = `${tenantPluginPath(tenant, name)}/jobs`
  const { data, error, isPending, isLoadingError } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<{ items: readonly Job[] }>('GET', path, { signal }),
    refetchInterval: 5000,
  })
  const { mutate } = useChange(
    (job: string) => request('POST', `${path}/${encodeURIComponent(job)}:run`, { body: {} }),
    () => t('jobAsked'),
  )
  if (isLoadingError) return <ProblemNote error={error} />
  const first = data?.items[0]?.job
  return (
    <div className="stack">
      <Table<Job>
        size="small"
        rowKey="job"
        loading={isPending}
        pagination={false}
        dataSource={[...(data?.items ?? [])]}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: <EmptyState text={t('noJobs')} /> }}
        columns={[
          { title: t('job'), dataIndex: 'job' },
          {
            title: t('cron'),
            dataIndex: 'cron',
            render: (cron: Job['cron']) =>
              cron === null ? t('onDemand') : `${cron.cron} ${cron.tz ?? 'UTC'}`,
          },
          {
            title: t('next'),
            dataIndex: 'nextAt',
            render: (at: string | null) => (at === null ? '–' : <Instant at={at} />),
          },
          {
            title: t('runs'),
            dataIndex: 'runs',
            render: ({ done, failed, missed }: Job['runs']) =>
              t('runCounts', { done, failed, missed }),
          },
          ...(mayRun
            ? [
                {
                  title: t('actions'),
                  key: 'run',
                  render: (_: unknown, { job }: Job) => (
                    <Button size="small" onClick={() => mutate(job)}>
                      {t('runNow')}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      {mayRun && first !== undefined && (
        <CliLine command={curlText('POST', `${path}/${encodeURIComponent(first)}:run`, {})} />
      )}
    </div>
  )
}
