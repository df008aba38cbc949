import { Button, Form, Input, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { ChangeNote } from '../../parts/change-note.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ID, type Position } from './identity.ts'
import { ofTenant, positionPath } from './identity-paths.ts'
import { RemoveButton } from './remove-button.tsx'
import { RoleSelect } from './role-select.tsx'
import { UnitSelect } from './unit-select.tsx'
import { useTagged } from './use-organisation.ts'

interface Props {
  readonly tenant: string
  /** Undefined: a new one. */
  readonly id: string | undefined
  readonly onDone: () => void
}

/** A position with the roles that it carries. */
export function EditPosition(props: Props) {
  const { tenant, id } = props
  const { data, error } = useTagged<Position>(positionPath(id ?? ''), tenant, id !== undefined)
  if (id !== undefined && data === undefined) return <Awaited error={error} />
  return <PositionForm key={data?.etag} {...props} position={data?.value} etag={data?.etag} />
}

interface Wish {
  readonly id?: string
  readonly name: string
  readonly unit: string
  readonly roles?: readonly string[]
}

const bodyOf = ({ name, unit, roles = [] }: Wish) => ({ name, unit, roles })

function PositionForm({
  tenant,
  position,
  etag,
  onDone,
}: Props & { readonly position: Position | undefined; readonly etag: string | undefined }) {
  const { t } = useTranslation('identity')
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const pathOf = (one: Wish) => ofTenant(positionPath(position?.id ?? one.id ?? ''), tenant)
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<Position>('PUT', pathOf(one), { body: bodyOf(one), ifMatch: etag }),
    () => {
      onDone()
      return t('saved')
    },
  )
  const required = [{ required: true, message: t('missing') }]
  return (
    <Form<Wish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="position"
      layout="vertical"
      initialValues={position ?? {}}
      onFinish={(one) => mutate(one)}
    >
      <Form.Item name="name" label={t('name')} rules={required}>
        <Input maxLength={200} />
      </Form.Item>
      {position === undefined && (
        <Form.Item
          name="id"
          label={t('id')}
          extra={t('idHint')}
          rules={[{ required: true, pattern: ID, message: t('idHint') }]}
        >
          <Input autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item name="unit" label={t('unit')} rules={required}>
        <UnitSelect tenant={tenant} />
      </Form.Item>
      <Form.Item name="roles" label={t('carries')} extra={t('carriesHint')}>
        <RoleSelect tenant={tenant} mode="multiple" maxCount={20} />
      </Form.Item>
      <div className="stack">
        <ChangeNote error={error} />
        <Space>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('save')}
          </Button>
          {position !== undefined && (
            <RemoveButton
              path={pathOf(position)}
              etag={etag}
              question={t('confirmRemovePosition', { name: position.name })}
              told={t('positionRemoved', { name: position.name })}
              onDone={onDone}
            />
          )}
        </Space>
        {wish !== undefined && <CliLine command={curlText('PUT', pathOf(wish), bodyOf(wish))} />}
      </div>
    </Form>
  )
}
