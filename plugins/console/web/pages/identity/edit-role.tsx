import { Button, Form, Input, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { ChangeNote } from '../../parts/change-note.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ActionsSelect, PermissionsSelect } from './content-selects.tsx'
import { ID, type Role } from './identity.ts'
import { ofTenant, rolePath } from './identity-paths.ts'
import { RemoveButton } from './remove-button.tsx'
import { useTagged } from './use-organisation.ts'

interface Props {
  readonly tenant: string
  /** Undefined: a new one. */
  readonly id: string | undefined
  readonly onDone: () => void
}

/** A role of the tenant's own: actions of the host, and permissions that its plugins declare. */
export function EditRole(props: Props) {
  const { tenant, id } = props
  const { data, error } = useTagged<Role>(rolePath(id ?? ''), tenant, id !== undefined)
  if (id !== undefined && data === undefined) return <Awaited error={error} />
  return <RoleForm key={data?.etag} {...props} role={data?.value} etag={data?.etag} />
}

interface Wish {
  readonly id?: string
  readonly name: string
  readonly actions?: readonly string[]
  readonly permissions?: readonly string[]
}

const bodyOf = ({ name, actions = [], permissions = [] }: Wish) => ({ name, actions, permissions })

function RoleForm({
  tenant,
  role,
  etag,
  onDone,
}: Props & { readonly role: Role | undefined; readonly etag: string | undefined }) {
  const { t } = useTranslation('identity')
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const pathOf = (one: Wish) => ofTenant(rolePath(role?.id ?? one.id ?? ''), tenant)
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<Role>('PUT', pathOf(one), { body: bodyOf(one), ifMatch: etag }),
    () => {
      onDone()
      return t('saved')
    },
  )
  return (
    <Form<Wish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="role"
      layout="vertical"
      initialValues={role ?? {}}
      onFinish={(one) => mutate(one)}
    >
      <Form.Item name="name" label={t('name')} rules={[{ required: true, message: t('missing') }]}>
        <Input maxLength={200} />
      </Form.Item>
      {role === undefined && (
        <Form.Item
          name="id"
          label={t('id')}
          extra={t('idHint')}
          rules={[{ required: true, pattern: ID, message: t('idHint') }]}
        >
          <Input autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item name="actions" label={t('hostActions')} extra={t('roleHint')}>
        <ActionsSelect tenant={tenant} />
      </Form.Item>
      <Form.Item name="permissions" label={t('permissions')}>
        <PermissionsSelect tenant={tenant} />
      </Form.Item>
      <div className="stack">
        <ChangeNote error={error} />
        <Space>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('save')}
          </Button>
          {role !== undefined && (
            <RemoveButton
              path={pathOf(role)}
              etag={etag}
              question={t('confirmRemoveRole', { name: role.name })}
              told={t('roleRemoved', { name: role.name })}
              onDone={onDone}
            />
          )}
        </Space>
        {wish !== undefined && <CliLine command={curlText('PUT', pathOf(wish), bodyOf(wish))} />}
      </div>
    </Form>
  )
}
