import { useQuery } from '@tanstack/react-query'
import { Alert, Card, Progress, Segmented, Select, Skeleton, Space, Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useParam } from '../../app/use-param.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { bytesText, instantText, numberText } from '../../parts/formats.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { UsageBars } from '../../parts/usage-bars.tsx'
import {
  type Bucket,
  bucketsOf,
  isSpan,
  MEASURES,
  type Measure,
  SPANS,
  type Span,
  spanStart,
  type UsageItem,
} from '../../parts/usage-buckets.ts'
import { usePlace } from '../../parts/use-place.ts'
import { minuteText, type Quota, quotaLeft, quotaPeriod } from './plan.ts'
import { subscriptionPath } from './subscription.ts'

interface Usage {
  readonly items: readonly UsageItem[]
  readonly gaps: readonly { readonly from: string; readonly to: string }[]
}

/** What the subscription used: over time, by operation, and how much of its quota is left. */
export function UsageTab({ id, quota }: { id: string; quota: Quota | undefined }) {
  const { t } = useTranslation('subscriptions')
  const [asked, setSpan] = useParam('span')
  const [chosen, setMeasure] = useParam('measure')
  const [view = 'chart', setView] = useParam('view')
  const span: Span = isSpan(asked) ? asked : '30d'
  const measure = MEASURES.find((one) => one === chosen) ?? 'calls'
  // One moment for all that is shown, so that its parts fit each other.
  const [nowMs] = useState(() => Date.now())
  const path = `${subscriptionPath(id)}/usage`
  const query = { by: SPANS[span].grain, from: minuteText(spanStart(span, nowMs)), limit: 1000 }
  const { data, error, isLoadingError } = useQuery({
    queryKey: [path, query],
    queryFn: ({ signal }) => request<Usage>('GET', path, { query, signal }),
  })
  const text = useMeasureText(measure)
  if (isLoadingError) return <ProblemNote error={error} />
  const buckets = bucketsOf(data?.items ?? [], { span, measure, nowMs })
  const name = t(`measures.${measure}`)
  return (
    <div className="stack">
      {quota !== undefined && <QuotaCard {...{ path, quota, nowMs }} />}
      <Controls {...{ span, setSpan, measure, setMeasure, view, setView }} />
      {data === undefined ? (
        <Skeleton active />
      ) : view === 'table' ? (
        <BucketTable {...{ buckets, name, text }} />
      ) : (
        <UsageBars {...{ buckets, name, text }} grain={SPANS[span].grain} />
      )}
      <Gaps gaps={data?.gaps ?? []} />
      <ByOperation {...{ path, from: query.from, measure }} />
      <CliLine command={curlText('GET', `${path}?by=${query.by}&from=${query.from}`)} />
    </div>
  )
}

function Controls({
  span,
  setSpan,
  measure,
  setMeasure,
  view,
  setView,
}: {
  span: Span
  setSpan: (span: string) => void
  measure: Measure
  setMeasure: (measure: string) => void
  view: string
  setView: (view: string) => void
}) {
  const { t } = useTranslation(['subscriptions', 'services'])
  return (
    <Space wrap>
      <Segmented
        aria-label={t('subscriptions:span')}
        value={span}
        options={(Object.keys(SPANS) as Span[]).map((one) => ({
          value: one,
          label: t(`subscriptions:spans.${one}`),
        }))}
        onChange={setSpan}
      />
      <Select<Measure>
        aria-label={t('subscriptions:measure')}
        style={{ minInlineSize: 140 }}
        value={measure}
        options={MEASURES.map((one) => ({
          value: one,
          label: t(`subscriptions:measures.${one}`),
        }))}
        onChange={setMeasure}
      />
      <Segmented
        aria-label={t('services:display')}
        value={view}
        options={[
          { value: 'chart', label: t('services:chart') },
          { value: 'table', label: t('services:table') },
        ]}
        onChange={setView}
      />
    </Space>
  )
}

function useMeasureText(measure: Measure): (value: number) => string {
  const place = usePlace()
  return (value) => {
    if (measure === 'calls') return numberText(value, place, 0)
    return measure === 'cpuMs' ? `${numberText(value, place)} ms` : bytesText(value, place)
  }
}

function BucketTable({
  buckets,
  name,
  text,
}: {
  buckets: readonly Bucket[]
  name: string
  text: (value: number) => string
}) {
  const { t } = useTranslation('services')
  return (
    <Table<Bucket>
      size="small"
      rowKey="key"
      caption={name}
      dataSource={buckets.toReversed()}
      pagination={{ pageSize: 24, hideOnSinglePage: true, showSizeChanger: false }}
      columns={[
        { title: t('time'), dataIndex: 'key' },
        { title: name, dataIndex: 'value', align: 'end', render: text },
      ]}
    />
  )
}

/** Times in which calls may have come that nobody counted. */
function Gaps({ gaps }: Pick<Usage, 'gaps'>) {
  const { t } = useTranslation('subscriptions')
  const place = usePlace()
  if (gaps.length === 0) return null
  const lines = gaps
    .slice(0, 10)
    .map(({ from, to }) => (
      <li key={from}>{t('gap', { from: instantText(from, place), to: instantText(to, place) })}</li>
    ))
  return (
    <Alert
      type="warning"
      showIcon
      title={t('gaps', { count: gaps.length })}
      description={<ul>{lines}</ul>}
    />
  )
}

function ByOperation({ path, from, measure }: { path: string; from: string; measure: Measure }) {
  const { t } = useTranslation('subscriptions')
  const query = { by: 'operation', order: 'calls', from, limit: 100 }
  const { data, isLoading } = useQuery({
    queryKey: [path, query],
    queryFn: ({ signal }) => request<Usage>('GET', path, { query, signal }),
  })
  const text = useMeasureText(measure)
  return (
    <Table<UsageItem>
      size="small"
      rowKey="key"
      loading={isLoading}
      caption={t('byOperation')}
      dataSource={[...(data?.items ?? [])]}
      pagination={false}
      locale={{ emptyText: t('noUsage') }}
      columns={[
        { title: t('operation'), dataIndex: 'key' },
        {
          title: t(`measures.${measure}`),
          key: 'value',
          align: 'end',
          render: (_: unknown, item) => text(Number(item[measure])),
        },
      ]}
    />
  )
}

/** How much of the period's calls is left, by what was counted up to now. */
function QuotaCard({ path, quota, nowMs }: { path: string; quota: Quota; nowMs: number }) {
  const { t } = useTranslation('subscriptions')
  const place = usePlace()
  const { from, to } = quotaPeriod(quota.per, nowMs)
  const query = { by: 'month', from, limit: 10 }
  const { data } = useQuery({
    queryKey: [path, query],
    queryFn: ({ signal }) => request<Usage>('GET', path, { query, signal }),
  })
  if (data === undefined) return null
  const used = data.items.reduce((sum, { calls }) => sum + Number(calls), 0)
  const { left, share } = quotaLeft(quota, used)
  const number = (value: number) => numberText(value, place, 0)
  return (
    <Card size="small" title={t(`terms.quotaPer.${quota.per}`, { value: number(quota.count) })}>
      <Progress
        aria-label={t('quotaUsed')}
        percent={Math.round(share * 100)}
        status={share >= 1 ? 'exception' : 'normal'}
      />
      <p>
        {t('quotaLeft', { left: number(left), used: number(used), until: instantText(to, place) })}
      </p>
    </Card>
  )
}
