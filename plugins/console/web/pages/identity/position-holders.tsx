import { Button, Form, Popconfirm } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
import { useUserNames } from '../../api/user-names.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { InstantInput } from '../../parts/instant-input.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import type { Holder, Position } from './identity.ts'
import { ofTenant, positionPath } from './identity-paths.ts'
import { UserSelect } from './user-select.tsx'
import { ValidityText } from './validity-text.tsx'

/** Who holds a position, from when until when. */
export function PositionHolders({
  tenant,
  position,
  mayWrite,
}: {
  tenant: string
  position: Position
  mayWrite: boolean
}) {
  const { t } = useTranslation('identity')
  const keep = usePlaceQuery()
  const path = `${positionPath(position.id)}/holders`
  const list = useList<Holder>(path, { tenant })
  const nameOf = useUserNames(
    tenant,
    list.items.map(({ user }) => user),
  )
  const { mutate } = useChange(
    (id: string) => request('DELETE', ofTenant(`${path}/${id}`, tenant)),
    () => t('holderRemoved'),
  )
  return (
    <div className="stack">
      <ListTable<Holder>
        list={list}
        caption={t('holders')}
        rowKey="id"
        empty={
          <EmptyState text={t('noHolders')} command={curlText('GET', ofTenant(path, tenant))} />
        }
        columns={[
          {
            title: t('user'),
            dataIndex: 'user',
            render: (user: string) => (
              <Link to={{ pathname: `/identity/users/${user}`, search: keep }}>{nameOf(user)}</Link>
            ),
          },
          {
            title: t('validity'),
            key: 'validity',
            render: (_: unknown, one) => <ValidityText of={one} />,
          },
          {
            title: t('actions'),
            key: 'undo',
            render: (_: unknown, { id, user }) =>
              mayWrite && (
                <Popconfirm
                  title={t('confirmUndo', { name: nameOf(user) })}
                  onConfirm={() => mutate(id)}
                >
                  <Button size="small" danger>
                    {t('undo')}
                  </Button>
                </Popconfirm>
              ),
          },
        ]}
      />
      {mayWrite && <GivePosition tenant={tenant} position={position} path={path} />}
    </div>
  )
}

interface Wish {
  readonly user: string
  readonly validFrom: string
  readonly validTo?: string
}

const bodyOf = ({ user, validFrom, validTo }: Wish) => ({
  user,
  validFrom,
  validTo: validTo || null,
})

function GivePosition({
  tenant,
  position,
  path,
}: {
  tenant: string
  position: Position
  path: string
}) {
  const { t } = useTranslation('identity')
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const target = ofTenant(path, tenant)
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<Holder>('POST', target, { body: bodyOf(one) }),
    () => {
      form.resetFields()
      return t('holderMade', { position: position.name })
    },
  )
  const required = [{ required: true, message: t('missing') }]
  return (
    <Form<Wish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name={`hold-${position.id}`}
      layout="vertical"
      className="stack"
      onFinish={(one) => mutate(one)}
    >
      <div className="field-row">
        <Form.Item name="user" label={t('user')} rules={required}>
          <UserSelect tenant={tenant} />
        </Form.Item>
        <Form.Item name="validFrom" label={t('validFrom')} rules={required}>
          <InstantInput />
        </Form.Item>
        <Form.Item name="validTo" label={t('validTo')} extra={t('holderHint')}>
          <InstantInput />
        </Form.Item>
      </div>
      {error !== null && <ProblemNote error={error} />}
      <div>
        <Button htmlType="submit" loading={isPending}>
          {t('givePosition')}
        </Button>
      </div>
      {wish?.user !== undefined && <CliLine command={curlText('POST', target, bodyOf(wish))} />}
    </Form>
  )
}
