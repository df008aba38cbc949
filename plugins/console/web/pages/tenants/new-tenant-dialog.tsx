import { Form, Input, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import type { Tenant } from '../../app/tenant.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'

export interface MadeTenant extends Tenant {
  readonly adminToken: string
}

const ID = /^[a-z0-9][a-z0-9-]*$/

export function NewTenantDialog({
  onClose,
  onMade,
}: {
  onClose: () => void
  onMade: (made: MadeTenant) => void
}) {
  const { t } = useTranslation(['tenants', 'services'])
  const [form] = Form.useForm<Tenant>()
  const { id = '', name = '' } = Form.useWatch([], form) ?? {}
  const make = useFormChange(
    (body: Tenant) => request<MadeTenant>('POST', '/v1/tenants', { body }),
    (made) => {
      onMade(made)
      return t('tenants:isMade', { name: made.name })
    },
  )
  return (
    <Modal
      open
      title={t('tenants:new')}
      okText={t('tenants:create')}
      cancelText={t('services:cancel')}
      confirmLoading={make.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <Form<Tenant> form={form} name="new-tenant" layout="vertical" onFinish={make.mutate}>
        <Form.Item
          name="name"
          label={t('tenants:name')}
          rules={[{ required: true, max: 200 }]}
          messageVariables={{ label: t('tenants:name') }}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="id"
          label={t('tenants:id')}
          extra={t('tenants:idHint')}
          rules={[{ required: true, pattern: ID, max: 60, message: t('tenants:idHint') }]}
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
      </Form>
      {make.error !== null && <ProblemNote error={make.error} />}
      <CliLine
        command={cliText(['tenant', 'create', id || 'acme'], { name: name || 'Acme Ltd' })}
      />
    </Modal>
  )
}
