import { Button, Card, Form, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { maySomewhere } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { InstantInput } from '../../parts/instant-input.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type Assignment, ownUnit, type User } from './identity.ts'
import { ofTenant } from './identity-paths.ts'
import { RoleSelect } from './role-select.tsx'
import { UnitSelect } from './unit-select.tsx'
import { ValidityText } from './validity-text.tsx'

const PATH = '/v1/role-assignments'

/** Which roles a user has, over what and from when until when. */
export function UserRoles({ tenant, user }: { tenant: string; user: User }) {
  const { t } = useTranslation('identity')
  const viewer = useViewer()
  const mayAssign = maySomewhere(viewer, 'role.assign')
  const list = useList<Assignment>(PATH, { tenant, user: user.id, unit: ownUnit(viewer) })
  const { mutate } = useChange(
    (id: string) => request('DELETE', ofTenant(`${PATH}/${id}`, tenant)),
    () => t('roleTaken'),
  )
  return (
    <div className="stack">
      <ListTable<Assignment>
        list={list}
        caption={t('rolesGiven')}
        rowKey="id"
        empty={
          <EmptyState
            text={t('noRolesGiven')}
            command={curlText('POST', PATH, { tenant, user: user.id, role: 'member' })}
          />
        }
        columns={[
          { title: t('role'), dataIndex: 'role' },
          {
            title: t('over'),
            dataIndex: 'unit',
            render: (unit: string | null) => unit ?? t('wholeTenant'),
          },
          {
            title: t('validity'),
            key: 'validity',
            render: (_: unknown, one) => <ValidityText of={one} />,
          },
          {
            title: t('actions'),
            key: 'take',
            render: (_: unknown, { id, role }) =>
              mayAssign && (
                <Popconfirm
                  title={t('confirmTake', { role, name: user.displayName })}
                  onConfirm={() => mutate(id)}
                >
                  <Button size="small" danger>
                    {t('takeRole')}
                  </Button>
                </Popconfirm>
              ),
          },
        ]}
      />
      {mayAssign && <GiveRole tenant={tenant} user={user} />}
    </div>
  )
}

interface Wish {
  readonly role: string
  readonly unit?: string
  readonly validFrom?: string
  readonly validTo?: string
}

function bodyOf({ role, unit, validFrom, validTo }: Wish, of: { tenant: string; user: string }) {
  return {
    ...of,
    role,
    ...(unit === undefined ? {} : { unit }),
    ...(validFrom ? { validFrom } : {}),
    ...(validTo ? { validTo } : {}),
  }
}

function GiveRole({ tenant, user }: { tenant: string; user: User }) {
  const { t } = useTranslation('identity')
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const of = { tenant, user: user.id }
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<Assignment>('POST', PATH, { body: bodyOf(one, of) }),
    ({ role }) => {
      form.resetFields()
      return t('roleGiven', { role, name: user.displayName })
    },
  )
  return (
    <Card size="small" title={t('giveRole')}>
      <Form<Wish>
        form={form}
        scrollToFirstError={{ focus: true }}
        name="give-role"
        layout="vertical"
        className="stack"
        onFinish={(one) => mutate(one)}
      >
        <div className="field-row">
          <Form.Item
            name="role"
            label={t('role')}
            rules={[{ required: true, message: t('missing') }]}
          >
            <RoleSelect tenant={tenant} />
          </Form.Item>
          <Form.Item name="unit" label={t('over')} extra={t('overHint')}>
            <UnitSelect tenant={tenant} none={t('wholeTenant')} />
          </Form.Item>
          <Form.Item name="validFrom" label={t('validFrom')}>
            <InstantInput />
          </Form.Item>
          <Form.Item name="validTo" label={t('validTo')} extra={t('validToHint')}>
            <InstantInput />
          </Form.Item>
        </div>
        {error !== null && <ProblemNote error={error} />}
        <div>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('giveRole')}
          </Button>
        </div>
        {wish?.role !== undefined && <CliLine command={curlText('POST', PATH, bodyOf(wish, of))} />}
      </Form>
    </Card>
  )
}
