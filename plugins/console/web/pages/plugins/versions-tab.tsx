import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Listed } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { StatusTag } from '../../parts/status-tag.tsx'
import { useInstallState } from '../marketplace/use-install-state.ts'
import { useTierWord } from '../marketplace/use-tier-word.ts'
import { newestByVersion, type RolloutSummary, TONES } from '../rollouts/rollout.ts'
import type { InstalledPlugin, InstalledVersion } from './plugin.ts'

/** Installed versions with their states; a faulty one says what to do. */
export function VersionsTab({ plugin }: { plugin: InstalledPlugin }) {
  const { t } = useTranslation('plugins')
  const viewer = useViewer()
  const keep = usePlaceQuery()
  const toRollout = (version: string) => {
    const query = new URLSearchParams(keep)
    query.set('plugin', plugin.name)
    query.set('version', version)
    return { pathname: '/rollouts/new', search: `?${query}` }
  }
  const rollouts = useNewestRollouts(plugin.name, viewer.kind === 'operator')
  const stateWord = useInstallState()
  const tierWord = useTierWord()
  const isOther = (version: string) => version !== plugin.stableVersion
  return (
    <Table<InstalledVersion>
      size="small"
      rowKey="version"
      dataSource={[...plugin.versions]}
      pagination={{ pageSize: 20, hideOnSinglePage: true }}
      scroll={{ x: 'max-content' }}
      expandable={{
        columnTitle: <span className="unseen">{t('details')}</span>,
        rowExpandable: ({ fault }) => fault !== null,
        expandedRowRender: ({ fault }) => (
          <Alert type="error" showIcon title={fault?.code ?? ''} description={fault?.detail} />
        ),
      }}
      columns={[
        { title: t('version'), dataIndex: 'version' },
        {
          title: t('state'),
          dataIndex: 'state',
          render: (state: string, { fault }) => (
            <StatusTag tone={fault === null ? 'good' : 'bad'} label={stateWord(state)} />
          ),
        },
        ...(viewer.kind === 'operator'
          ? [
              {
                title: t('newestRollout'),
                key: 'rollout',
                render: (_: unknown, { version }: InstalledVersion) => (
                  <NewestRollout rollout={rollouts.get(version)} />
                ),
              },
            ]
          : []),
        { title: t('tier'), dataIndex: 'tier', render: tierWord },
        {
          title: t('publisher'),
          dataIndex: 'publisher',
          render: (name: string | null) => name ?? '–',
        },
        {
          title: t('services'),
          dataIndex: 'services',
          render: (services: InstalledVersion['services']) =>
            services.map(({ id, major }) => `${id}@${major}`).join(', '),
        },
        {
          title: t('actions'),
          key: 'rollOut',
          render: (_: unknown, { version, fault }) =>
            viewer.kind === 'operator' && isOther(version) && fault === null ? (
              <Link to={toRollout(version)}>
                <Button size="small">{t('rollOut')}</Button>
              </Link>
            ) : null,
        },
      ]}
    />
  )
}

function NewestRollout({ rollout }: { rollout: RolloutSummary | undefined }) {
  const { t } = useTranslation('rollouts')
  const keep = usePlaceQuery()
  if (rollout === undefined) return '–'
  const { id, state } = rollout
  return (
    <Link to={{ pathname: `/rollouts/${id}`, search: keep }}>
      <StatusTag tone={TONES[state]} label={t(`states.${state}`)} />
    </Link>
  )
}

/** What became of each version when it was last rolled out: as far as one page of the host's list goes back. */
function useNewestRollouts(name: string, isAsked: boolean): ReadonlyMap<string, RolloutSummary> {
  const { data } = useQuery({
    queryKey: ['/v1/rollouts', { plugin: name, newest: true }],
    queryFn: ({ signal }) =>
      request<Listed<RolloutSummary>>('GET', '/v1/rollouts', {
        query: { plugin: name, limit: 200 },
        signal,
      }),
    enabled: isAsked,
  })
  return newestByVersion(data?.items ?? [])
}
