import { Form, Input, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'

interface Fields {
  readonly name: string
  readonly scope: string
}

const NAME = /^[a-z0-9][a-z0-9-]*$/
const SCOPE = /^@[a-z0-9][a-z0-9._-]*$/

/** How a company or a team that publishes is made: the host hands its token out to the operator's token, and to no browser. */
export function NewPublisherDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('publishers')
  const [form] = Form.useForm<Fields>()
  const { name = '', scope = '' } = Form.useWatch([], form) ?? {}
  const body = { name: name || 'acme', scopes: [scope || '@acme'] }
  return (
    <Modal open title={t('new')} footer={null} onCancel={onClose}>
      <p>{t('tokenAlone')}</p>
      <Form<Fields> form={form} name="new-publisher" layout="vertical">
        <Form.Item
          name="name"
          label={t('name')}
          rules={[{ required: true, pattern: NAME, max: 64, message: t('nameRule') }]}
        >
          <Input autoComplete="off" spellCheck={false} placeholder="acme" />
        </Form.Item>
        <Form.Item
          name="scope"
          label={t('scope')}
          extra={t('scopeHint')}
          rules={[{ required: true, pattern: SCOPE, max: 100, message: t('scopeRule') }]}
        >
          <Input autoComplete="off" spellCheck={false} placeholder="@acme" />
        </Form.Item>
      </Form>
      <CliLine command={curlText('POST', '/v1/marketplace/publishers', body)} />
    </Modal>
  )
}
