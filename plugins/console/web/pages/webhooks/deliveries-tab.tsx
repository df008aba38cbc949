import { useQuery } from '@tanstack/react-query'
import { Button, Descriptions, Select, Space, type TableProps } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { useChange } from '../../api/use-change.ts'
import { useParam } from '../../app/use-param.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { agoText, numberText } from '../../parts/formats.ts'
import { Instant } from '../../parts/instant.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { WordSearch } from '../../parts/word-search.tsx'
import { ReplayDialog } from './replay-dialog.tsx'
import {
  DELIVERY_STATES,
  DELIVERY_TONES,
  type Delivery,
  type DeliveryState,
  type Webhook,
  webhookPath,
} from './webhook.ts'

/** What was sent and what became of it, newest first; one or a whole time of it is sent again. */
export function DeliveriesTab({ webhook, may }: { webhook: Webhook; may: boolean }) {
  const { t } = useTranslation('webhooks')
  const [state, setState] = useParam('state')
  const [type] = useParam('type')
  const [isReplaying, setReplaying] = useState(false)
  const path = `${webhookPath(webhook.id)}/deliveries`
  const list = useList<Delivery>(path, { state, type })
  return (
    <div className="stack">
      <Space wrap>
        <Select
          aria-label={t('state')}
          placeholder={t('state')}
          allowClear
          style={{ minInlineSize: 140 }}
          value={state}
          options={DELIVERY_STATES.map((one) => ({ value: one, label: t(`states.${one}`) }))}
          onChange={setState}
        />
        <WordSearch label={t('type')} param="type" />
        <Button loading={list.isRefetching} onClick={() => void list.refetch()}>
          {t('refresh')}
        </Button>
        {may && <Button onClick={() => setReplaying(true)}>{t('replayFrom')}</Button>}
      </Space>
      <DeliveryTable {...{ list, path, webhook, may }} />
      {list.items.length > 0 && (
        <CliLine command={cliText(['webhook', 'deliveries', webhook.id], { state, type })} />
      )}
      {isReplaying && <ReplayDialog webhook={webhook} onClose={() => setReplaying(false)} />}
    </div>
  )
}

function DeliveryTable({
  list,
  path,
  webhook,
  may,
}: {
  list: ReturnType<typeof useList<Delivery>>
  path: string
  webhook: Webhook
  may: boolean
}) {
  const { t } = useTranslation('webhooks')
  return (
    <ListTable<Delivery>
      list={list}
      caption={t('deliveriesCaption')}
      rowKey="id"
      empty={
        <EmptyState
          text={t('noDeliveries')}
          command={cliText(['webhook', 'deliveries', webhook.id])}
        />
      }
      expandable={{
        columnTitle: <span className="unseen">{t('more')}</span>,
        expandedRowRender: ({ id }) => <OneDelivery path={`${path}/${id}`} />,
      }}
      columns={useColumns(path, may)}
    />
  )
}

function useColumns(path: string, may: boolean) {
  const { t } = useTranslation('webhooks')
  const place = usePlace()
  const columns: NonNullable<TableProps<Delivery>['columns']> = [
    {
      title: t('queued'),
      dataIndex: 'createdAt',
      render: (at: string) => <Instant at={at} />,
    },
    { title: t('type'), dataIndex: 'type', render: (one: string) => <code>{one}</code> },
    { title: t('key'), dataIndex: 'key', render: (key: string | null) => key ?? '–' },
    {
      title: t('state'),
      dataIndex: 'state',
      render: (one: DeliveryState) => (
        <StatusTag tone={DELIVERY_TONES[one]} label={t(`states.${one}`)} />
      ),
    },
    { title: t('attempts'), dataIndex: 'attempts', align: 'end' },
    {
      title: t('lastTry'),
      key: 'last',
      render: (_: unknown, { last }) => last.status ?? last.code ?? '–',
    },
    {
      title: t('nextTry'),
      dataIndex: 'nextAt',
      render: (at: string | null) => (at === null ? '–' : agoText(at, Date.now(), place)),
    },
  ]
  if (!may) return columns
  const actions = {
    title: t('actions'),
    key: 'actions',
    render: (_: unknown, one: Delivery) => <ReplayOne path={path} delivery={one} />,
  }
  return [...columns, actions]
}

/** What is under way is not sent again beside itself. */
function ReplayOne({ path, delivery }: { path: string; delivery: Delivery }) {
  const { t } = useTranslation('webhooks')
  const { mutate, isPending } = useChange(
    () => request<unknown>('POST', `${path}/${delivery.id}:replay`),
    () => t('replayedOne'),
  )
  return (
    <Button
      size="small"
      loading={isPending}
      disabled={delivery.state === 'waiting'}
      onClick={() => mutate(undefined)}
    >
      {t('replay')}
    </Button>
  )
}

/** The last answer, and the event for whom it belongs to. */
function OneDelivery({ path }: { path: string }) {
  const { t } = useTranslation('webhooks')
  const place = usePlace()
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) =>
      request<Delivery & { readonly event?: unknown }>('GET', path, { signal }),
  })
  if (data === undefined) return <Awaited error={error} />
  const { message, last, event } = data
  return (
    <div className="stack expanded">
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { key: 'message', label: 'webhook-id', children: <code>{message}</code> },
          { key: 'status', label: t('status'), children: last.status ?? '–' },
          { key: 'code', label: t('code'), children: <code>{last.code ?? '–'}</code> },
          {
            key: 'took',
            label: t('took'),
            children: last.ms === null ? '–' : `${numberText(last.ms, place, 0)} ms`,
          },
          {
            key: 'at',
            label: t('triedAt'),
            children: last.at === null ? '–' : <Instant at={last.at} />,
          },
        ]}
      />
      {last.answer !== null && last.answer !== '' && (
        <CodeBlock label={t('answer')} text={last.answer} />
      )}
      {event !== undefined && event !== null && (
        <CodeBlock label={t('event')} text={JSON.stringify(event, null, 2)} />
      )}
    </div>
  )
}

function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <div>{label}</div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is long is scrolled by the keyboard, too */}
      <pre className="code-block" tabIndex={0}>
        {text}
      </pre>
    </div>
  )
}
