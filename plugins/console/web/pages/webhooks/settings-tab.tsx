import { useQuery } from '@tanstack/react-query'
import { Button, Card, Descriptions, Form } from 'antd'
import { useTranslation } from 'react-i18next'
import { request, requestTagged } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { ChangeNote } from '../../parts/change-note.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { Instant } from '../../parts/instant.tsx'
import { Named } from '../../parts/named.tsx'
import { type Webhook, webhookPath } from './webhook.ts'
import { WebhookFields, type WebhookFieldValues, webhookBody } from './webhook-fields.tsx'

/** Where events go and which; what waits goes to the new address. */
export function SettingsTab({ id, may }: { id: string; may: boolean }) {
  const path = webhookPath(id)
  // A look of its own: how the webhook does is looked at all the time, and what somebody types is not laid under a newer tag.
  const { data, error } = useQuery({
    queryKey: [path, 'tagged'],
    queryFn: ({ signal }) => requestTagged<Webhook>(path, { signal }),
    refetchOnWindowFocus: false,
  })
  if (data === undefined) return <Awaited error={error} />
  return <Settings key={data.etag} webhook={data.value} etag={data.etag} may={may} />
}

function Settings({
  webhook,
  etag,
  may,
}: {
  webhook: Webhook
  etag: string | undefined
  may: boolean
}) {
  const { t } = useTranslation(['webhooks', 'services'])
  const [form] = Form.useForm<WebhookFieldValues>()
  const { url, types, keys, description } = webhook
  const first = { url, types, keys: keys ?? [], description }
  const fields: WebhookFieldValues = Form.useWatch([], form) ?? first
  const path = webhookPath(webhook.id)
  const save = useFormChange(
    (given: WebhookFieldValues) =>
      request<Webhook>('PATCH', path, { body: webhookBody(given), ifMatch: etag }),
    () => t('services:saved'),
  )
  return (
    <Card size="small">
      <div className="stack">
        <Descriptions
          size="small"
          column={{ xs: 1, md: 2 }}
          items={[
            { key: 'id', label: t('webhooks:id'), children: <code>{webhook.id}</code> },
            { key: 'app', label: t('webhooks:app'), children: webhook.app ?? t('webhooks:noApp') },
            {
              key: 'by',
              label: t('webhooks:createdBy'),
              children: <Named text={webhook.createdBy} />,
            },
            {
              key: 'at',
              label: t('webhooks:createdAt'),
              children: <Instant at={webhook.createdAt} />,
            },
          ]}
        />
        <Form<WebhookFieldValues>
          form={form}
          name="webhook-settings"
          layout="vertical"
          disabled={!may}
          style={{ maxInlineSize: 560 }}
          initialValues={first}
          onFinish={save.mutate}
        >
          <WebhookFields />
          {may && (
            <Button type="primary" htmlType="submit" loading={save.isPending}>
              {t('services:save')}
            </Button>
          )}
        </Form>
        <ChangeNote error={save.error} />
        {may && <CliLine command={curlText('PATCH', path, webhookBody(fields))} />}
      </div>
    </Card>
  )
}
