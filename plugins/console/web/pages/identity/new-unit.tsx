import { Button, Drawer, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { ID, type Unit } from './identity.ts'
import { UnitSelect } from './unit-select.tsx'

interface Wish {
  readonly id: string
  readonly name: string
  readonly parent?: string
}

/** A unit, at the top or below another. */
export function NewUnit({
  tenant,
  isOpen,
  onClose,
}: {
  tenant: string
  isOpen: boolean
  onClose: () => void
}) {
  const { t } = useTranslation('identity')
  return (
    <Drawer open={isOpen} onClose={onClose} title={t('newUnit')} size={480} destroyOnHidden>
      <UnitForm tenant={tenant} onDone={onClose} />
    </Drawer>
  )
}

function UnitForm({ tenant, onDone }: { tenant: string; onDone: () => void }) {
  const { t } = useTranslation('identity')
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<Unit>('POST', '/v1/units', { body: { tenant, ...one } }),
    ({ name }) => {
      onDone()
      return t('unitMade', { name })
    },
  )
  return (
    <Form<Wish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="unit"
      layout="vertical"
      onFinish={(one) => mutate(one)}
    >
      <Form.Item name="name" label={t('name')} rules={[{ required: true, message: t('missing') }]}>
        <Input maxLength={200} />
      </Form.Item>
      <Form.Item
        name="id"
        label={t('id')}
        extra={t('idHint')}
        rules={[{ required: true, pattern: ID, message: t('idHint') }]}
      >
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item name="parent" label={t('parent')}>
        <UnitSelect tenant={tenant} none={t('noParent')} />
      </Form.Item>
      <div className="stack">
        {error !== null && <ProblemNote error={error} />}
        <div>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('make')}
          </Button>
        </div>
        {wish?.id !== undefined && (
          <CliLine command={curlText('POST', '/v1/units', { tenant, ...wish })} />
        )}
      </div>
    </Form>
  )
}
