import { PlusOutlined } from '@ant-design/icons'
import { Button, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { agoText } from '../../parts/formats.ts'
import { scrollOf } from '../../parts/long-table.ts'
import { MoreRows } from '../../parts/more-rows.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { WordSearch } from '../../parts/word-search.tsx'
import { AbortButton } from './abort-button.tsx'
import { isOver, type RolloutSummary, TONES } from './rollout.ts'

/** What is under way moves by itself: who looks sees it within a second, and what begins within some. */
const followMs = (rollouts: readonly RolloutSummary[]) =>
  rollouts.some(({ state }) => state !== 'ready' && !isOver(state)) ? 1000 : 5000

/** All rollouts, the newest first; what runs can be aborted from here. */
export function RolloutsPage() {
  const { t } = useTranslation('rollouts')
  const place = usePlace()
  const keep = usePlaceQuery()
  const [plugin] = useParam('plugin')
  const list = useList<RolloutSummary>('/v1/rollouts', { plugin }, true, followMs)
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        <Link to={{ pathname: '/rollouts/new', search: keep }}>
          <Button type="primary" icon={<PlusOutlined />}>
            {t('new')}
          </Button>
        </Link>
        <div style={{ maxInlineSize: 320 }}>
          <WordSearch label={t('filterPlugin')} param="plugin" />
        </div>
      </PageHead>
      {list.isLoadingError && <ProblemNote error={list.error} />}
      <Table
        size="middle"
        rowKey="id"
        loading={list.isPending}
        dataSource={list.items}
        pagination={false}
        {...scrollOf(list.items.length)}
        locale={{
          emptyText:
            list.data === undefined ? (
              ' '
            ) : (
              <EmptyState
                text={t('empty')}
                command="npx signalbox rollout start @acme/orders@1.1.0"
              />
            ),
        }}
        columns={[
          {
            title: t('plugin'),
            key: 'plugin',
            render: (_: unknown, { id, plugin: name, from, to }) => (
              <Link
                to={{ pathname: `/rollouts/${id}`, search: keep }}
              >{`${name} ${from} → ${to}`}</Link>
            ),
          },
          {
            title: t('state'),
            dataIndex: 'state',
            render: (state: RolloutSummary['state']) => (
              <StatusTag tone={TONES[state]} label={t(`states.${state}`)} />
            ),
          },
          {
            title: t('step'),
            key: 'step',
            render: (_: unknown, { step, steps }) =>
              t('stepOf', { step: Math.min(step + 1, steps.length), of: steps.length }),
          },
          {
            title: t('updated'),
            dataIndex: 'updatedAt',
            render: (at: string) => agoText(at, Date.now(), place),
          },
          {
            title: t('actions'),
            key: 'abort',
            render: (_: unknown, rollout) => <AbortButton rollout={rollout} />,
          },
        ]}
      />
      <MoreRows list={list} />
    </div>
  )
}
