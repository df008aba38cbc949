import { Button, Drawer, Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { SecretOnce } from '../../parts/secret-once.tsx'
import { linkOf, type ShownTicket, type User } from './identity.ts'
import { RoleSelect } from './role-select.tsx'
import { UnitSelect } from './unit-select.tsx'

interface Wish {
  readonly kind: User['kind']
  readonly login: string
  readonly displayName: string
  readonly email?: string
  readonly locale: string
  readonly unit?: string
  readonly roles?: readonly string[]
}

type Made = User & { readonly invitation?: ShownTicket }

/** Invites a person, whose link is shown once, or makes an account for a program. */
export function NewUser({
  tenant,
  isOpen,
  onClose,
}: {
  tenant: string
  isOpen: boolean
  onClose: () => void
}) {
  const { t } = useTranslation('identity')
  const navigate = useNavigate()
  const keep = usePlaceQuery()
  const [made, setMade] = useState<Made>()
  const goTo = (user: User) =>
    void navigate({ pathname: `/identity/users/${user.id}`, search: keep })
  const invitation = made?.invitation
  return (
    <>
      <Drawer open={isOpen} onClose={onClose} title={t('newUser')} size={480} destroyOnHidden>
        <UserForm
          tenant={tenant}
          onMade={(user) => (user.invitation === undefined ? goTo(user) : setMade(user))}
        />
      </Drawer>
      <SecretOnce
        title={t('invitationOf', { name: made?.displayName ?? '' })}
        note={t('linkShownOnce')}
        parts={
          invitation === undefined
            ? []
            : [{ label: t('invitationLink'), value: linkOf(invitation, location.origin) }]
        }
        onKept={() => {
          setMade(undefined)
          if (made !== undefined) goTo(made)
        }}
      />
    </>
  )
}

function bodyOf({ email, unit, roles = [], ...wish }: Wish, tenant: string) {
  return {
    tenant,
    ...wish,
    ...(email === undefined || email === '' ? {} : { email }),
    ...(unit === undefined ? {} : { unit }),
    ...(roles.length === 0 ? {} : { roles }),
  }
}

function UserForm({ tenant, onMade }: { tenant: string; onMade: (made: Made) => void }) {
  const { t } = useTranslation('identity')
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<Made>('POST', '/v1/users', { body: bodyOf(one, tenant) }),
    (made) => {
      onMade(made)
      return t('userMade', { name: made.displayName })
    },
  )
  const required = [{ required: true, message: t('missing') }]
  return (
    <Form<Wish>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="user"
      layout="vertical"
      initialValues={{ kind: 'person', locale: 'en' }}
      onFinish={(one) => mutate(one)}
    >
      <Form.Item name="kind" label={t('kind')}>
        <Radio.Group
          options={[
            { value: 'person', label: t('kinds.person') },
            { value: 'service', label: t('kinds.service') },
          ]}
        />
      </Form.Item>
      <Form.Item name="displayName" label={t('name')} rules={required}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="login" label={t('login')} rules={required} extra={t('loginHint')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="email" label={t('email')} rules={[{ type: 'email', message: t('noEmail') }]}>
        <Input maxLength={254} autoComplete="off" />
      </Form.Item>
      <Form.Item name="locale" label={t('locale')}>
        <LocaleSelect />
      </Form.Item>
      <Form.Item name="unit" label={t('unit')} extra={t('unitHint')}>
        <UnitSelect tenant={tenant} none={t('noUnit')} />
      </Form.Item>
      <Form.Item name="roles" label={t('rolesOfTenant')} extra={t('rolesHint')}>
        <RoleSelect tenant={tenant} mode="multiple" maxCount={20} />
      </Form.Item>
      <div className="stack">
        {error !== null && <ProblemNote error={error} />}
        <div>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t(wish?.kind === 'service' ? 'make' : 'invite')}
          </Button>
        </div>
        {wish?.login !== undefined && (
          <CliLine command={curlText('POST', '/v1/users', bodyOf(wish, tenant))} />
        )}
      </div>
    </Form>
  )
}

/** The languages that the host writes to people in. */
export function LocaleSelect(given: {
  id?: string
  value?: string
  onChange?: (value: string) => void
}) {
  return (
    <Select
      {...given}
      options={[
        { value: 'en', label: 'English' },
        { value: 'zh-CN', label: '简体中文' },
      ]}
    />
  )
}
