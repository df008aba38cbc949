import { Button, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { may } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Instant } from '../../parts/instant.tsx'
import { JsonView } from '../../parts/json-view.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { Named } from '../../parts/named.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { type ConfigRevision, changedMembers, type ShownConfig } from './config.ts'

/** What the settings were, the newest first; an earlier one is taken again as a new revision. */
export function ConfigRevisions({ path, present }: { path: string; present: ShownConfig }) {
  const { t } = useTranslation('config')
  const viewer = useViewer()
  const list = useList<ConfigRevision>(`${path}/revisions`)
  const { mutate, isPending } = useChange(
    (revision: number) =>
      request<{ revision: number }>('POST', `${path}:rollback`, { body: { revision } }),
    ({ revision }) => t('saved', { revision }),
  )
  return (
    <ListTable<ConfigRevision>
      list={list}
      caption={t('revisions')}
      rowKey="revision"
      empty={<EmptyState text={t('noRevisions')} command={curlText('GET', `${path}/revisions`)} />}
      expandable={{
        expandedRowRender: ({ revision, config }) => (
          <div className="stack">
            <JsonView value={config} label={t('revisionIs', { revision })} />
            <CliLine command={curlText('POST', `${path}:rollback`, { revision })} />
          </div>
        ),
      }}
      columns={[
        { title: t('revision'), dataIndex: 'revision', align: 'end' },
        {
          title: t('when'),
          dataIndex: 'changedAt',
          render: (at: string) => <Instant at={at} />,
        },
        {
          title: t('who'),
          dataIndex: 'changedBy',
          render: (by: string) => <Named text={by} />,
        },
        {
          title: t('differs'),
          dataIndex: 'config',
          render: (config: ConfigRevision['config']) =>
            changedMembers(config, present.config).join(', ') || t('same'),
        },
        {
          title: t('actions'),
          key: 'rollback',
          render: (_: unknown, { revision }) => {
            if (revision === present.revision) return <StatusTag tone="good" label={t('inForce')} />
            if (!may(viewer, 'config.write')) return null
            return (
              <Popconfirm
                title={t('confirmRollBack', { revision })}
                onConfirm={() => mutate(revision)}
              >
                <Button size="small" disabled={isPending}>
                  {t('rollBack')}
                </Button>
              </Popconfirm>
            )
          },
        },
      ]}
    />
  )
}
