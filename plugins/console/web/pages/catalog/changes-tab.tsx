import { Skeleton, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Instant } from '../../parts/instant.tsx'
import { MoreRows } from '../../parts/more-rows.tsx'
import { oneOf } from '../../parts/one-of.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag, type Tone } from '../../parts/status-tag.tsx'
import { ContractChangeList } from '../marketplace/contract-change-list.tsx'
import type { ContractChange } from '../marketplace/version-plan.ts'
import { servicePath } from './service.ts'

interface Release {
  readonly version: string
  readonly major: number
  readonly plugin: string
  readonly previous: string | null
  readonly installedAt: string
  readonly status: string
  readonly changes: readonly ContractChange[]
}

const STATUSES = ['proposed', 'draft', 'active', 'deprecated', 'retired'] as const
const TONES = {
  proposed: 'neutral',
  draft: 'neutral',
  active: 'good',
  deprecated: 'warning',
  retired: 'bad',
} as const satisfies Record<(typeof STATUSES)[number], Tone>

/** What the host compares at once. */
const PAGE = 20

/** Versions of a service, what each changed, and where it stands. */
export function ChangesTab({ id }: { id: string }) {
  const { t } = useTranslation('catalog')
  const list = useList<Release>(`${servicePath(id)}/changes`, { limit: PAGE })
  if (list.isLoadingError) return <ProblemNote error={list.error} />
  if (list.isPending) return <Skeleton active />
  return (
    <div className="stack">
      <Table<Release>
        size="small"
        caption={t('tabs.changes')}
        rowKey={({ version, major, plugin }) => `${plugin} ${version} ${major}`}
        dataSource={list.items}
        pagination={false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: <EmptyState text={t('noChanges')} /> }}
        columns={[
          {
            title: t('version'),
            key: 'version',
            render: (_: unknown, { version, major }) => `${version} (v${major})`,
          },
          {
            title: t('state'),
            dataIndex: 'status',
            render: (status: string) => <Status status={status} />,
          },
          {
            title: t('installedAt'),
            dataIndex: 'installedAt',
            render: (at: string) => <Instant at={at} />,
          },
          {
            title: t('changesSince'),
            dataIndex: 'changes',
            render: (changes: Release['changes'], { previous }) =>
              previous === null ? t('first') : <ContractChangeList changes={changes} />,
          },
        ]}
      />
      <MoreRows list={list} />
    </div>
  )
}

function Status({ status }: { status: string }) {
  const { t } = useTranslation('catalog')
  const known = oneOf(STATUSES, status)
  if (known === undefined) return <StatusTag tone="neutral" label={status} />
  return <StatusTag tone={TONES[known]} label={t(`statuses.${known}`)} />
}
