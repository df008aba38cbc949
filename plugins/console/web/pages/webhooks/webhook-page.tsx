import { useQuery } from '@tanstack/react-query'
import { Alert, Tabs } from 'antd'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { request } from '../../api/request.ts'
import { useParam } from '../../app/use-param.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { agoText } from '../../parts/formats.ts'
import { PageHead } from '../../parts/page-head.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { DeliveriesTab } from './deliveries-tab.tsx'
import { SettingsTab } from './settings-tab.tsx'
import { mayChange, type Webhook, webhookPath } from './webhook.ts'
import { WebhookActions } from './webhook-actions.tsx'
import { WebhookTag } from './webhooks-page.tsx'

/** What was sent is looked at again so often. */
const WEBHOOK_EVERY_MS = 5000

/** One webhook: how it does, what was sent, and what became of it. */
export function WebhookPage() {
  const { id = '' } = useParams()
  const path = webhookPath(id)
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Webhook>('GET', path, { signal }),
    refetchInterval: WEBHOOK_EVERY_MS,
  })
  if (data === undefined) return <Awaited error={error} />
  return <OneWebhook webhook={data} />
}

function OneWebhook({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation('webhooks')
  const may = mayChange(useViewer(), webhook.tenant)
  const [tab = 'deliveries', setTab] = useParam('tab')
  return (
    <div className="stack">
      <PageHead title={new URL(webhook.url).host}>
        <WebhookTag webhook={webhook} />
      </PageHead>
      {may && <WebhookActions webhook={webhook} />}
      <Standing webhook={webhook} />
      <Tabs
        activeKey={tab}
        onChange={setTab}
        items={[
          {
            key: 'deliveries',
            label: t('tabs.deliveries'),
            children: <DeliveriesTab {...{ webhook, may }} />,
          },
          {
            key: 'settings',
            label: t('tabs.settings'),
            children: <SettingsTab id={webhook.id} may={may} />,
          },
        ]}
      />
    </div>
  )
}

/** What somebody has to know before he looks at single deliveries. */
function Standing({ webhook }: { webhook: Webhook }) {
  const { t } = useTranslation('webhooks')
  const place = usePlace()
  const { state, disabledFor, failures, failingSince, restUntil, unheardTypes } = webhook
  const now = Date.now()
  return (
    <>
      {state === 'disabled' && (
        <Alert
          type="error"
          showIcon
          title={t('disabledText')}
          description={disabledFor === null ? undefined : <code>{disabledFor}</code>}
        />
      )}
      {state === 'paused' && <Alert type="info" showIcon title={t('pausedText')} />}
      {state === 'enabled' && failingSince !== null && (
        <Alert
          type="warning"
          showIcon
          title={t('failingText', { count: failures, since: agoText(failingSince, now, place) })}
          description={
            restUntil === null || Date.parse(restUntil) < now
              ? undefined
              : t('restText', { until: agoText(restUntil, now, place) })
          }
        />
      )}
      {unheardTypes.length > 0 && (
        <Alert type="warning" showIcon title={t('unheard', { types: unheardTypes.join(', ') })} />
      )}
    </>
  )
}
