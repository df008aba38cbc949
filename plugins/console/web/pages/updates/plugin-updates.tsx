import { useQuery } from '@tanstack/react-query'
import { Skeleton, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { instantText } from '../../parts/formats.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import {
  ATTEMPT_TONES,
  type Attempt,
  type AttemptState,
  type Candidate,
  type PluginUpdates,
  updatesPathOf,
} from './update.ts'
import { UpdateSetting } from './update-setting.tsx'
import { WaitsFor } from './waits-for.tsx'
import './updates.css'

/** Which newer versions of a plugin come by themselves, what keeps the others, and what was tried. */
export function PluginUpdatesTab({ name }: { name: string }) {
  const { t } = useTranslation('updates')
  const path = updatesPathOf(name)
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<PluginUpdates>('GET', path, { signal }),
  })
  if (data === undefined)
    return error === null ? <Skeleton active /> : <ProblemNote error={error} />
  const { updates, minimumAgeHours, versions, attempts, next } = data
  return (
    <div className="stack">
      {next !== null && <p>{t('nextIs', { version: next })}</p>}
      <UpdateSetting
        key={`${updates} ${minimumAgeHours.plugin}`}
        name={name}
        setting={{ updates, minimumAgeHours: minimumAgeHours.plugin }}
        effectiveHours={minimumAgeHours.effective}
      />
      <Newer versions={versions} />
      <Attempts attempts={attempts} />
      <CliLine command={cliText(['updates', 'show', name])} />
    </div>
  )
}

function Newer({ versions }: { versions: readonly Candidate[] }) {
  const { t } = useTranslation('updates')
  const place = usePlace()
  return (
    <Table<Candidate>
      size="small"
      caption={t('newer')}
      rowKey="version"
      dataSource={[...versions]}
      pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: t('newest') }}
      columns={[
        { title: t('version'), dataIndex: 'version' },
        {
          title: t('published'),
          dataIndex: 'publishedAt',
          render: (at: string) => instantText(at, place),
        },
        {
          title: t('waitsFor'),
          dataIndex: 'waitsFor',
          render: (reasons: Candidate['waitsFor']) => <WaitsFor reasons={reasons} />,
        },
      ]}
    />
  )
}

function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const { t } = useTranslation('updates')
  const place = usePlace()
  const keep = usePlaceQuery()
  return (
    <Table<Attempt>
      size="small"
      caption={t('attempts')}
      rowKey="version"
      dataSource={[...attempts]}
      pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: t('noAttempts') }}
      columns={[
        { title: t('version'), dataIndex: 'version' },
        {
          title: t('state'),
          dataIndex: 'state',
          render: (state: AttemptState) => (
            <StatusTag tone={ATTEMPT_TONES[state]} label={t(`attemptStates.${state}`)} />
          ),
        },
        {
          title: t('reason'),
          dataIndex: 'reason',
          render: (reason: Attempt['reason']) =>
            reason === null ? (
              '–'
            ) : (
              <span className="wrapped">
                {reason.detail} <code>{reason.code}</code>
              </span>
            ),
        },
        {
          title: t('rollout'),
          dataIndex: 'rollout',
          render: (id: string | null) =>
            id === null ? (
              '–'
            ) : (
              <Link to={{ pathname: `/rollouts/${id}`, search: keep }}>{id}</Link>
            ),
        },
        {
          title: t('when'),
          dataIndex: 'changedAt',
          render: (at: string) => instantText(at, place),
        },
      ]}
    />
  )
}
