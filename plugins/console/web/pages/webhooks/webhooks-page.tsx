import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText, curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { agoText } from '../../parts/formats.ts'
import { ListTable } from '../../parts/list-table.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { NewWebhookDialog } from './new-webhook-dialog.tsx'
import { HEALTH_TONES, healthOf, mayChange, type Webhook } from './webhook.ts'

/** Where events are sent to: of the tenant; where the operator has chosen none, of the host. */
export function WebhooksPage() {
  const { t } = useTranslation('webhooks')
  const viewer = useViewer()
  const tenant = useTenant()
  const [isNew, setNew] = useParam('new')
  const list = useList<Webhook>('/v1/webhooks', { tenant })
  const may = mayChange(viewer, tenant)
  return (
    <div className="stack">
      <PageHead title={t('title')}>
        {may && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setNew('1')}>
            {t('new')}
          </Button>
        )}
      </PageHead>
      {!may && viewer.kind === 'operator' && (
        <Alert type="info" showIcon title={t('ofTenant', { tenant })} />
      )}
      <WebhookTable {...{ list, tenant }} />
      {list.items.length > 0 && <CliLine command={cliText(['webhook', 'list'], { tenant })} />}
      {isNew !== undefined && may && (
        <NewWebhookDialog tenant={tenant} onClose={() => setNew(undefined)} />
      )}
    </div>
  )
}

function WebhookTable({
  list,
  tenant,
}: {
  list: ReturnType<typeof useList<Webhook>>
  tenant: string | undefined
}) {
  const { t } = useTranslation('webhooks')
  const keep = usePlaceQuery()
  const place = usePlace()
  return (
    <ListTable<Webhook>
      list={list}
      caption={tenant === undefined ? t('ofHost') : t('caption', { tenant })}
      rowKey="id"
      empty={
        <EmptyState
          text={t('empty')}
          command={curlText('POST', '/v1/webhooks', {
            url: 'https://example.com/hook',
            types: ['orders.*'],
          })}
        />
      }
      columns={[
        {
          title: t('url'),
          dataIndex: 'url',
          render: (url: string, { id, description }) => (
            <>
              <Link to={{ pathname: `/webhooks/${id}`, search: keep }}>{url}</Link>
              {description !== '' && <div>{description}</div>}
            </>
          ),
        },
        {
          title: t('state'),
          key: 'state',
          render: (_: unknown, one) => <WebhookTag webhook={one} />,
        },
        {
          title: t('types'),
          dataIndex: 'types',
          render: (types: readonly string[]) => <code>{types.join(' ')}</code>,
        },
        {
          title: t('app'),
          dataIndex: 'app',
          render: (app: string | null) => app ?? t('noApp'),
        },
        {
          title: t('failingSince'),
          dataIndex: 'failingSince',
          render: (at: string | null) => (at === null ? '–' : agoText(at, Date.now(), place)),
        },
      ]}
    />
  )
}

export function WebhookTag({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation('webhooks')
  const health = healthOf(webhook, Date.now())
  return <StatusTag tone={HEALTH_TONES[health]} label={t(`health.${health}`)} />
}
