import { useQuery } from '@tanstack/react-query'
import { Alert, Descriptions, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { request } from '../../api/request.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { bytesText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { type Section, Sections } from '../../parts/sections.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { ContractChangeList } from './contract-change-list.tsx'
import { FileDiffTab } from './file-diff-tab.tsx'
import { FindingTable } from './finding-table.tsx'
import { PermissionTable } from './permission-table.tsx'
import { missingApprovals, reviewPath, type ServiceDiff, type ShownReview } from './review.ts'
import { ReviewDecision } from './review-decision.tsx'
import { ReviewStatusTag } from './review-status-tag.tsx'
import { useGroundWord } from './use-ground-word.ts'
import { useTierWord } from './use-tier-word.ts'

/** One version under review: what the checks found, what is new of it, what was said, and the decision. */
export function ReviewPage() {
  const { t } = useTranslation('marketplace')
  const { id = '' } = useParams()
  const [tab = 'thread', setTab] = useParam('tab')
  const { data, error } = useQuery({
    queryKey: [reviewPath(id)],
    queryFn: ({ signal }) => request<ShownReview>('GET', reviewPath(id), { signal }),
    retry: false,
  })
  if (data === undefined) return <Awaited error={error} />
  const { findings, contracts, permissions, against } = data
  const caption = against === null ? t('reviews.firstVersion') : t('beside', { version: against })
  const items: readonly Section[] = [
    { key: 'thread', label: t('reviews.tabs.thread'), children: <ReviewDecision review={data} /> },
    {
      key: 'permissions',
      label: t('tabs.permissions'),
      children: <PermissionTable changes={permissions.changes} caption={caption} />,
    },
    {
      key: 'findings',
      label: t('reviews.tabs.findings', { count: findings.length }),
      children: <FindingTable findings={findings} />,
    },
    {
      key: 'contracts',
      label: t('contracts'),
      children: <Contracts contracts={contracts} />,
    },
    { key: 'settings', label: t('reviews.tabs.settings'), children: <Settings review={data} /> },
    { key: 'files', label: t('reviews.tabs.files'), children: <FileDiffTab id={id} /> },
  ]
  return (
    <div className="stack">
      <PageHead title={`${data.name}@${data.version}`}>
        <ReviewStatusTag status={data.status} />
        {data.status === 'approved' && <ToInstall name={data.name} version={data.version} />}
      </PageHead>
      <Facts review={data} />
      {against !== null && permissions.isWider && (
        <Alert type="warning" showIcon title={t('isWider')} />
      )}
      <Sections items={items} open={tab} onOpen={setTab} />
    </div>
  )
}

/** What was let out is what somebody goes on with. */
function ToInstall({ name, version }: Pick<ShownReview, 'name' | 'version'>) {
  const { t } = useTranslation('marketplace')
  const query = new URLSearchParams(usePlaceQuery())
  query.set('version', version)
  query.set('tab', 'install')
  return (
    <Link to={{ pathname: `/marketplace/${encodeURIComponent(name)}`, search: `?${query}` }}>
      {t('install', { version })}
    </Link>
  )
}

function Facts({ review }: { review: ShownReview }) {
  const { t } = useTranslation('marketplace')
  const place = usePlace()
  const tierWord = useTierWord()
  const groundWord = useGroundWord()
  const { publisher, tier, grounds, needed, openedAt, decidedAt, dist } = review
  const missing = missingApprovals(review)
  return (
    <Descriptions
      size="small"
      bordered
      column={{ xs: 1, md: 2 }}
      items={[
        { key: 'publisher', label: t('publisher'), children: publisher },
        { key: 'tier', label: t('tier'), children: tierWord(tier) },
        {
          key: 'grounds',
          label: t('reviews.grounds'),
          children: grounds.map(groundWord).join(', '),
        },
        {
          key: 'needed',
          label: t('reviews.needed'),
          children: t('reviews.neededMissing', { needed, missing }),
        },
        { key: 'opened', label: t('reviews.openedAt'), children: <Instant at={openedAt} /> },
        {
          key: 'decided',
          label: t('reviews.decidedAt'),
          children: decidedAt === null ? '–' : <Instant at={decidedAt} />,
        },
        { key: 'size', label: t('size'), children: bytesText(dist.size, place) },
        { key: 'integrity', label: t('integrity'), children: <code>{dist.integrity}</code> },
      ]}
    />
  )
}

const KIND_TONES = { added: 'good', same: 'good', changed: 'warning', removed: 'bad' } as const

function Contracts({ contracts }: { contracts: readonly ServiceDiff[] }) {
  const { t } = useTranslation('marketplace')
  return (
    <Table<ServiceDiff>
      size="small"
      caption={t('contracts')}
      rowKey={({ service, major }) => `${service}@${major}`}
      dataSource={[...contracts]}
      pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: t('none') }}
      columns={[
        {
          title: t('service'),
          key: 'service',
          render: (_: unknown, { service, major }) => (
            <code>
              {service}@{major}
            </code>
          ),
        },
        {
          title: t('change'),
          dataIndex: 'kind',
          render: (kind: ServiceDiff['kind']) => (
            <StatusTag tone={KIND_TONES[kind]} label={t(`reviews.kinds.${kind}`)} />
          ),
        },
        {
          title: t('details'),
          dataIndex: 'changes',
          render: (changes: ServiceDiff['changes']) => <ContractChangeList changes={changes} />,
        },
      ]}
    />
  )
}

function Settings({ review }: { review: ShownReview }) {
  const { t } = useTranslation('marketplace')
  const { settings } = review
  if (settings === null) return <EmptyState text={t('reviews.settingsUnknown')} />
  if (settings.changes.length === 0) return <EmptyState text={t('reviews.settingsSame')} />
  return (
    <div className="stack">
      {settings.isTighter && <Alert type="warning" showIcon title={t('reviews.settingsTighter')} />}
      <ul>
        {settings.changes.map(({ key, change, differs }) => (
          <li key={key}>
            <code>{key || '/'}</code> {t(`reviews.kinds.${change}`)}
            {differs.length > 0 && ` (${differs.join(', ')})`}
          </li>
        ))}
      </ul>
    </div>
  )
}
