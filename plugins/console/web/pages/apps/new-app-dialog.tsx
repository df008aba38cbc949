import { Form, Input, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import type { AppOfTenant } from './app-of-tenant.ts'
import { UnitSelect } from './unit-select.tsx'

interface Fields {
  readonly id: string
  readonly name: string
  readonly unit?: string | null
}

const ID = /^[a-z0-9][a-z0-9-]*$/

export function NewAppDialog({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const { t } = useTranslation(['apps', 'services'])
  const navigate = useNavigate()
  const keep = usePlaceQuery()
  const [form] = Form.useForm<Fields>()
  const { id = 'planner', name = 'Planner', unit } = Form.useWatch([], form) ?? {}
  const make = useFormChange(
    ({ unit: of, ...fields }: Fields) =>
      request<AppOfTenant>('POST', '/v1/apps', {
        body: { tenant, ...fields, ...(of ? { unit: of } : {}) },
      }),
    (made) => {
      void navigate({ pathname: `/apps/${encodeURIComponent(made.id)}`, search: keep })
      return t('apps:made', { name: made.name })
    },
  )
  return (
    <Modal
      open
      title={t('apps:new')}
      okText={t('apps:create')}
      cancelText={t('services:cancel')}
      confirmLoading={make.isPending}
      onOk={form.submit}
      onCancel={onClose}
    >
      <Form<Fields> form={form} name="new-app" layout="vertical" onFinish={make.mutate}>
        <Form.Item
          name="name"
          label={t('apps:name')}
          rules={[{ required: true, max: 200 }]}
          messageVariables={{ label: t('apps:name') }}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="id"
          label={t('apps:id')}
          extra={t('apps:idHint')}
          rules={[{ required: true, pattern: ID, max: 60, message: t('apps:idHint') }]}
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
        <Form.Item name="unit" label={t('apps:unit')} extra={t('apps:unitHint')}>
          <UnitSelect tenant={tenant} />
        </Form.Item>
      </Form>
      {make.error !== null && <ProblemNote error={make.error} />}
      <CliLine
        command={cliText(['app', 'create', id || 'planner'], {
          tenant,
          name: name || 'Planner',
          unit: unit ?? undefined,
        })}
      />
    </Modal>
  )
}
