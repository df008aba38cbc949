import { Segmented, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Instant } from '../../parts/instant.tsx'
import { MoreRows } from '../../parts/more-rows.tsx'
import { oneOf } from '../../parts/one-of.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type QueuedReview, REVIEWS, type ReviewStatus } from './review.ts'
import { ReviewStatusTag } from './review-status-tag.tsx'
import { useGroundWord } from './use-ground-word.ts'
import { useTierWord } from './use-tier-word.ts'

const STATUSES = ['open', 'approved', 'rejected'] as const

/** Versions that wait for people, and those that were decided on. */
export function ReviewsPage() {
  const { t } = useTranslation('marketplace')
  const [wanted, setWanted] = useParam('status')
  const status = oneOf(STATUSES, wanted) ?? 'open'
  const list = useList<QueuedReview>(REVIEWS, { status })
  return (
    <div className="stack">
      <PageHead title={t('reviews.title')} />
      <div>
        <Segmented<ReviewStatus>
          aria-label={t('state')}
          value={status}
          options={STATUSES.map((value) => ({ value, label: t(`reviews.statuses.${value}`) }))}
          onChange={(value) => setWanted(value === 'open' ? undefined : value)}
        />
      </div>
      {list.isLoadingError ? (
        <ProblemNote error={list.error} />
      ) : (
        <ReviewTable rows={list.items} isLoading={list.isPending} />
      )}
      <MoreRows list={list} />
      <CliLine command="npx signalbox review list" />
    </div>
  )
}

function ReviewTable({ rows, isLoading }: { rows: readonly QueuedReview[]; isLoading: boolean }) {
  const { t } = useTranslation('marketplace')
  const keep = usePlaceQuery()
  const tierWord = useTierWord()
  const groundWord = useGroundWord()
  return (
    <Table<QueuedReview>
      size="small"
      caption={t('reviews.title')}
      rowKey="id"
      loading={isLoading}
      dataSource={[...rows]}
      pagination={false}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: <EmptyState text={t('reviews.empty')} /> }}
      columns={[
        {
          title: t('version'),
          key: 'version',
          render: (_: unknown, { id, name, version }) => (
            <Link to={{ pathname: `/marketplace/reviews/${id}`, search: keep }}>
              {name}@{version}
            </Link>
          ),
        },
        {
          title: t('state'),
          dataIndex: 'status',
          render: (status: ReviewStatus) => <ReviewStatusTag status={status} />,
        },
        { title: t('publisher'), dataIndex: 'publisher' },
        { title: t('tier'), dataIndex: 'tier', render: tierWord },
        {
          title: t('reviews.grounds'),
          dataIndex: 'grounds',
          render: (grounds: readonly string[]) => grounds.map(groundWord).join(', '),
        },
        { title: t('reviews.needed'), dataIndex: 'needed', align: 'end' },
        {
          title: t('reviews.openedAt'),
          dataIndex: 'openedAt',
          render: (at: string) => <Instant at={at} />,
        },
      ]}
    />
  )
}
