import { Form, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useWholeList } from '../../api/whole-list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { useCutMenu } from '../../parts/cut-menu.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { SecretOnce } from '../../parts/secret-once.tsx'
import type { AppOfTenant } from '../apps/app-of-tenant.ts'
import type { Webhook } from './webhook.ts'
import { WebhookFields, type WebhookFieldValues, webhookBody } from './webhook-fields.tsx'

interface Fields extends WebhookFieldValues {
  readonly app?: string
}

/** Has events sent to an address; its secret is shown, and only then one goes on to its page. */
export function NewWebhookDialog({
  tenant,
  onClose,
}: {
  tenant: string | undefined
  onClose: () => void
}) {
  const { t } = useTranslation(['webhooks', 'services'])
  const navigate = useNavigate()
  const keep = usePlaceQuery()
  const [form] = Form.useForm<Fields>()
  const fields: Partial<Fields> = Form.useWatch([], form) ?? {}
  const [made, setMade] = useState<Webhook & { readonly secret: string }>()
  const bodyOf = ({ app, ...rest }: Fields) => ({
    ...(tenant === undefined ? {} : { tenant }),
    ...(app === undefined ? {} : { app }),
    ...webhookBody(rest),
  })
  const make = useFormChange(
    (given: Fields) =>
      request<Webhook & { readonly secret: string }>('POST', '/v1/webhooks', {
        body: bodyOf(given),
      }),
    (webhook) => {
      setMade(webhook)
      return undefined
    },
  )
  if (made !== undefined) {
    return (
      <SecretOnce
        title={t('webhooks:made')}
        parts={[{ label: t('webhooks:secret'), value: made.secret }]}
        onKept={() => void navigate({ pathname: `/webhooks/${made.id}`, search: keep })}
      />
    )
  }
  const shown = { url: 'https://example.com/hook', types: ['orders.*'], ...withoutNothing(fields) }
  return (
    <Modal
      open
      title={t('webhooks:new')}
      okText={t('webhooks:create')}
      cancelText={t('services:cancel')}
      confirmLoading={make.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <div className="stack">
        <Form<Fields> form={form} name="new-webhook" layout="vertical" onFinish={make.mutate}>
          {tenant !== undefined && <AppField tenant={tenant} />}
          <WebhookFields />
        </Form>
        {make.error !== null && <ProblemNote error={make.error} />}
        <CliLine command={curlText('POST', '/v1/webhooks', bodyOf(shown))} />
      </div>
    </Modal>
  )
}

function AppField({ tenant }: { tenant: string }) {
  const { t } = useTranslation('webhooks')
  const apps = useWholeList<AppOfTenant>('/v1/apps', { tenant })
  const cutMenu = useCutMenu(apps)
  return (
    <Form.Item name="app" label={t('app')} extra={t('appHint')}>
      <Select
        {...cutMenu}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        loading={apps.isLoading}
        placeholder={t('noApp')}
        options={apps.items.map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))}
      />
    </Form.Item>
  )
}

/** A field that was touched and left empty is undefined. */
function withoutNothing(fields: Partial<Fields>): Partial<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''),
  )
}
