import { Form, Input, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { adminTokensPath } from './admin-token-paths.ts'

interface Wish {
  readonly label: string
}

/** Asks what a token is for: whoever revokes it later knows it by nothing else. */
export function NewAdminToken({
  tenant,
  onClose,
  onMade,
}: {
  tenant: string
  onClose: () => void
  /** @param token is shown this once */
  onMade: (token: string) => void
}) {
  const { t } = useTranslation(['admin-tokens', 'services'])
  const [form] = Form.useForm<Wish>()
  const { label = '' } = Form.useWatch([], form) ?? {}
  const { mutate, isPending, error } = useFormChange(
    (body: Wish) => request<{ token: string }>('POST', adminTokensPath(tenant), { body }),
    ({ token }) => {
      onMade(token)
      return undefined
    },
  )
  return (
    <Modal
      open
      title={t('admin-tokens:new')}
      okText={t('admin-tokens:make')}
      cancelText={t('services:cancel')}
      confirmLoading={isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <div className="stack">
        <Form<Wish>
          form={form}
          name="new-admin-token"
          layout="vertical"
          onFinish={(one) => mutate(one)}
        >
          <Form.Item
            name="label"
            label={t('admin-tokens:label')}
            extra={t('admin-tokens:labelHint')}
            rules={[{ required: true, whitespace: true, message: t('admin-tokens:labelMissing') }]}
          >
            <Input maxLength={200} autoComplete="off" />
          </Form.Item>
        </Form>
        {error !== null && <ProblemNote error={error} />}
        <CliLine
          command={curlText('POST', adminTokensPath(tenant), { label: label || 'deploys' })}
        />
      </div>
    </Modal>
  )
}
