import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { numberText } from '../../parts/formats.ts'
import { MoreRows } from '../../parts/more-rows.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { type ServiceMajor, servicePath } from './service.ts'

interface Consumer {
  readonly subscription: string
  readonly tenant: string
  readonly app: string
  readonly plan: string
  readonly state: string
  readonly scopes: readonly string[] | null
  readonly uses: readonly { readonly operation: string; readonly calls: number }[]
  readonly reads: Readonly<Record<string, readonly string[]>>
  readonly examples: number
}

/** Rows beyond which only those in sight are drawn. */
const MANY = 1000

/** Who would notice a change: apps of all tenants, what they called and what they say that they read. */
export function ConsumersTab({ id, service }: { id: string; service: ServiceMajor }) {
  const { t } = useTranslation('catalog')
  const place = usePlace()
  const list = useList<Consumer>(`${servicePath(id)}/consumers`, { major: service.major })
  if (list.isLoadingError) return <ProblemNote error={list.error} />
  const isLong = list.items.length > MANY
  return (
    <div className="stack">
      <Table<Consumer>
        size="small"
        virtual={isLong}
        caption={t('tabs.consumers')}
        rowKey="subscription"
        loading={list.isPending}
        dataSource={list.items}
        pagination={false}
        scroll={isLong ? { x: 900, y: 600 } : { x: 'max-content' }}
        locale={{
          emptyText: (
            <EmptyState
              text={t('noConsumers')}
              command={`npx signalbox subscribe planner ${id}@${service.major} --tenant acme`}
            />
          ),
        }}
        columns={[
          {
            title: t('app'),
            key: 'app',
            render: (_: unknown, { tenant, app }) => `${tenant}/${app}`,
          },
          { title: t('plan'), dataIndex: 'plan' },
          { title: t('state'), dataIndex: 'state' },
          {
            title: t('heldTo'),
            dataIndex: 'scopes',
            render: (scopes: Consumer['scopes']) => scopes?.join(', ') ?? t('all'),
          },
          {
            title: t('used'),
            dataIndex: 'uses',
            className: 'wide-text',
            render: (uses: Consumer['uses']) =>
              uses
                .map(({ operation, calls }) => `${operation} (${numberText(calls, place)})`)
                .join(', ') || t('unused'),
          },
          {
            title: t('reads'),
            dataIndex: 'reads',
            className: 'wide-text',
            render: (reads: Consumer['reads'], { examples }) =>
              [
                ...Object.entries(reads).map(([name, paths]) => `${name}: ${paths.join(' ')}`),
                ...(examples > 0 ? [t('exampleCount', { count: examples })] : []),
              ].join(' · ') || '–',
          },
        ]}
      />
      <MoreRows list={list} />
    </div>
  )
}
