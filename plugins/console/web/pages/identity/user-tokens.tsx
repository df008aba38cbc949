import { Button, Card, Form, Input, InputNumber, Popconfirm } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useList } from '../../api/list.ts'
import { request } from '../../api/request.ts'
import { useChange, useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { Instant } from '../../parts/instant.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { SecretOnce } from '../../parts/secret-once.tsx'
import { ActionsSelect, PermissionsSelect } from './content-selects.tsx'
import type { User } from './identity.ts'
import { ofTenant, userPath } from './identity-paths.ts'

interface Token {
  readonly id: string
  readonly label: string
  readonly actions: readonly string[]
  readonly permissions: readonly string[]
  readonly createdAt: string
  readonly expiresAt: string
  readonly lastUsedAt: string | null
}

const MOST_DAYS = 366

/** API tokens of a user: listed and revoked, and made for service accounts alone. */
export function UserTokens({ tenant, user }: { tenant: string; user: User }) {
  const { t } = useTranslation('identity')
  const path = `${userPath(user.id)}/tokens`
  const list = useList<Token>(path, { tenant })
  const { mutate } = useChange(
    (id: string) => request('DELETE', ofTenant(`${path}/${id}`, tenant)),
    () => t('tokenRevoked'),
  )
  return (
    <div className="stack">
      <ListTable<Token>
        list={list}
        caption={t('tokens')}
        rowKey="id"
        empty={
          <EmptyState
            text={t(user.kind === 'service' ? 'noTokens' : 'noTokensOfPerson')}
            command={curlText('GET', ofTenant(path, tenant))}
          />
        }
        columns={[
          { title: t('label'), dataIndex: 'label' },
          {
            title: t('mayDo'),
            key: 'content',
            render: (_: unknown, { actions, permissions }) => (
              <small className="may-do">{[...actions, ...permissions].join(', ') || '–'}</small>
            ),
          },
          {
            title: t('expires'),
            dataIndex: 'expiresAt',
            render: (at: string) => <Instant at={at} />,
          },
          {
            title: t('lastUsed'),
            dataIndex: 'lastUsedAt',
            render: (at: string | null) => (at === null ? t('never') : <Instant at={at} />),
          },
          {
            title: t('actions'),
            key: 'revoke',
            render: (_: unknown, { id, label }) => (
              <Popconfirm title={t('confirmRevoke', { label })} onConfirm={() => mutate(id)}>
                <Button size="small" danger>
                  {t('revoke')}
                </Button>
              </Popconfirm>
            ),
          },
        ]}
      />
      {user.kind === 'service' && user.state === 'active' && (
        <NewToken tenant={tenant} path={path} />
      )}
    </div>
  )
}

interface Wish {
  readonly label: string
  readonly days: number
  readonly actions?: readonly string[]
  readonly permissions?: readonly string[]
}

function NewToken({ tenant, path }: { tenant: string; path: string }) {
  const { t } = useTranslation('identity')
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const [token, setToken] = useState<string>()
  const target = ofTenant(path, tenant)
  const { mutate, isPending, error } = useFormChange(
    (body: Wish) => request<{ token: string }>('POST', target, { body }),
    (made) => {
      form.resetFields()
      setToken(made.token)
      return undefined
    },
  )
  return (
    <Card size="small" title={t('newToken')}>
      <Form<Wish>
        form={form}
        scrollToFirstError={{ focus: true }}
        name="token"
        layout="vertical"
        className="narrow-form"
        initialValues={{ days: 90 }}
        onFinish={(one) => mutate(one)}
      >
        <Form.Item
          name="label"
          label={t('label')}
          rules={[{ required: true, message: t('missing') }]}
        >
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item name="days" label={t('days')}>
          <InputNumber min={1} max={MOST_DAYS} precision={0} />
        </Form.Item>
        <Form.Item name="actions" label={t('hostActions')} extra={t('tokenHint')}>
          <ActionsSelect tenant={tenant} />
        </Form.Item>
        <Form.Item name="permissions" label={t('permissions')}>
          <PermissionsSelect tenant={tenant} />
        </Form.Item>
        <div className="stack">
          {error !== null && <ProblemNote error={error} />}
          <div>
            <Button type="primary" htmlType="submit" loading={isPending}>
              {t('newToken')}
            </Button>
          </div>
          {wish?.label !== undefined && <CliLine command={curlText('POST', target, wish)} />}
        </div>
      </Form>
      <SecretOnce
        title={t('newToken')}
        parts={token === undefined ? [] : [{ label: t('token'), value: token }]}
        onKept={() => setToken(undefined)}
      />
    </Card>
  )
}
