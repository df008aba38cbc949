import { Form, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'

/** Where events go and which. */
export interface WebhookFieldValues {
  readonly url: string
  readonly types: readonly string[]
  readonly keys?: readonly string[] | null
  readonly description?: string
}

/** What the host is sent for what was filled in: no key means all. */
export function webhookBody({ url, types, keys, description }: WebhookFieldValues) {
  const isNarrowed = keys !== null && keys !== undefined && keys.length > 0
  return { url, types, keys: isNarrowed ? keys : null, description: description ?? '' }
}

export function WebhookFields() {
  const { t } = useTranslation('webhooks')
  return (
    <>
      <Form.Item name="url" label={t('url')} extra={t('urlHint')} rules={[{ required: true }]}>
        <Input type="url" autoComplete="off" placeholder="https://example.com/hook" />
      </Form.Item>
      <Form.Item
        name="types"
        label={t('types')}
        extra={t('typesHint')}
        rules={[{ required: true }]}
      >
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[' ', ',', '\n']} />
      </Form.Item>
      <Form.Item name="keys" label={t('keys')} extra={t('keysHint')}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', '\n']} />
      </Form.Item>
      <Form.Item name="description" label={t('description')} rules={[{ max: 200 }]}>
        <Input autoComplete="off" />
      </Form.Item>
    </>
  )
}
