import { DownloadOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Space, Statistic, Table, type TableProps } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { instantText } from '../../parts/formats.ts'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import {
  exactText,
  lineKey,
  type Party,
  type ShownStatement,
  type Statement,
  type StatementLine,
  statementPath,
} from './statement.ts'

/** A statement as it stands: a draft until the month is closed, and from then on signed and the same for good. */
export function OneStatement({ party, month }: { party: Party; month: string }) {
  const { t } = useTranslation('statements')
  const path = statementPath(party, month)
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<ShownStatement>('GET', path, { signal }),
    retry: false,
  })
  if (data === undefined) return <Awaited error={error} />
  const { state, statement } = data
  const isClosed = state === 'closed'
  return (
    <div className="stack">
      <Space wrap>
        <StatusTag tone={isClosed ? 'good' : 'warning'} label={t(`states.${state}`)} />
        <Button icon={<DownloadOutlined />} href={`${path}?format=csv`} download>
          CSV
        </Button>
        {isClosed && (
          <Button icon={<DownloadOutlined />} href={`${path}?format=jws`} download>
            {t('jws')}
          </Button>
        )}
      </Space>
      {!isClosed && <Alert type="info" showIcon title={t('openText')} />}
      <Totals statement={statement} />
      <NotKnown statement={statement} />
      <Lines
        caption={t('lines')}
        lines={statement.lines}
        isPublishers={party.kind === 'publisher'}
      />
      {statement.corrections.length > 0 && (
        <Lines
          caption={t('corrections')}
          lines={statement.corrections}
          isPublishers={party.kind === 'publisher'}
        />
      )}
    </div>
  )
}

function Totals({ statement: { totals } }: { statement: Statement }) {
  const { t } = useTranslation('statements')
  const { language } = usePlace()
  const sums = Object.entries(totals)
  return (
    <Card size="small" title={t('totals')}>
      {sums.length === 0 ? (
        <p>{t('nothingToPay')}</p>
      ) : (
        <Space wrap size="large">
          {sums.map(([currency, sum]) => (
            <Statistic key={currency} title={currency} value={exactText(sum, language)} />
          ))}
        </Space>
      )}
    </Card>
  )
}

/** What the figures do not say: nobody is charged for it, and nobody is left without it. */
function NotKnown({ statement: { gaps, unknown } }: { statement: Statement }) {
  const { t } = useTranslation('statements')
  const place = usePlace()
  return (
    <>
      {gaps.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('gaps', { count: gaps.length })}
          description={
            <ul>
              {gaps.slice(0, 20).map(({ node, from, to }) => (
                <li key={`${node} ${from}`}>
                  {t('gap', { from: instantText(from, place), to: instantText(to, place) })}
                </li>
              ))}
            </ul>
          }
        />
      )}
      {unknown.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('unknown')}
          description={
            <ul>
              {unknown.slice(0, 20).map(({ subscription, service, price, atMost }) => (
                <li key={`${subscription} ${service} ${price}`}>
                  {t('unknownLine', { service, subscription, price, atMost })}
                </li>
              ))}
            </ul>
          }
        />
      )}
    </>
  )
}

function Lines({
  caption,
  lines,
  isPublishers,
}: {
  caption: string
  lines: readonly StatementLine[]
  isPublishers: boolean
}) {
  const { t } = useTranslation('statements')
  const { language } = usePlace()
  const tenant: NonNullable<TableProps<StatementLine>['columns']> = isPublishers
    ? [{ title: t('tenant'), dataIndex: 'tenant' }]
    : []
  return (
    <Table<StatementLine>
      size="small"
      caption={caption}
      rowKey={lineKey}
      dataSource={[...lines]}
      pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      locale={{ emptyText: <EmptyState text={t('empty')} /> }}
      columns={[
        { title: t('month'), dataIndex: 'month' },
        ...tenant,
        { title: t('app'), dataIndex: 'app' },
        { title: t('service'), dataIndex: 'service' },
        { title: t('operation'), dataIndex: 'operation' },
        { title: t('version'), dataIndex: 'version' },
        {
          title: t('what'),
          key: 'what',
          render: (_: unknown, { status, unit }) =>
            unit ?? (status === undefined ? t('calls') : t('callsOf', { status })),
        },
        {
          title: t('quantity'),
          dataIndex: 'quantity',
          align: 'end',
          render: (text: string) => exactText(text, language),
        },
        { title: t('price'), dataIndex: 'price', render: (price?: string) => price ?? '–' },
        {
          title: t('amount'),
          dataIndex: 'amount',
          align: 'end',
          render: (amount?: string) => (amount === undefined ? '–' : exactText(amount, language)),
        },
      ]}
    />
  )
}
