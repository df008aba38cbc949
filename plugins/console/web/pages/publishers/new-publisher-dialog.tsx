import { Form, Input, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'

interface Fields {
  readonly name: string
  readonly scope: string
}

const PATH = '/v1/marketplace/publishers'
const NAME = /^[a-z0-9][a-z0-9-]*$/
const SCOPE = /^@[a-z0-9][a-z0-9._-]*$/

/** A company or a team that publishes: a name, and the first scope that is its own. */
export function NewPublisherDialog({
  onClose,
  onMade,
}: {
  onClose: () => void
  onMade: (token: string) => void
}) {
  const { t } = useTranslation(['publishers', 'services'])
  const [form] = Form.useForm<Fields>()
  const { name = '', scope = '' } = Form.useWatch([], form) ?? {}
  const make = useFormChange(
    (fields: Fields) => request<{ token: string }>('POST', PATH, { body: bodyOf(fields) }),
    ({ token }, fields) => {
      onMade(token)
      onClose()
      return t('publishers:isMade', { name: fields.name })
    },
  )
  return (
    <Modal
      open
      title={t('publishers:new')}
      okText={t('publishers:create')}
      cancelText={t('services:cancel')}
      confirmLoading={make.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <Form<Fields> form={form} name="new-publisher" layout="vertical" onFinish={make.mutate}>
        <Form.Item
          name="name"
          label={t('publishers:name')}
          rules={[{ required: true, pattern: NAME, max: 64, message: t('publishers:nameRule') }]}
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
        <Form.Item
          name="scope"
          label={t('publishers:scope')}
          extra={t('publishers:scopeHint')}
          rules={[{ required: true, pattern: SCOPE, max: 100, message: t('publishers:scopeRule') }]}
        >
          <Input autoComplete="off" spellCheck={false} placeholder="@acme" />
        </Form.Item>
      </Form>
      {make.error !== null && <ProblemNote error={make.error} />}
      <CliLine
        command={curlText('POST', PATH, bodyOf({ name: name || 'acme', scope: scope || '@acme' }))}
      />
    </Modal>
  )
}

function bodyOf({ name, scope }: Fields) {
  return { name, scopes: [scope] }
}
