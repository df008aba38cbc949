import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { maySomewhere } from '../../api/may.ts'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { ChangeNote } from '../../parts/change-note.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { Figures } from '../../parts/figures.tsx'
import type { User } from './identity.ts'
import { ofTenant, userPath } from './identity-paths.ts'
import { LocaleSelect } from './new-user.tsx'
import { UnitSelect } from './unit-select.tsx'

interface Wish {
  readonly displayName: string
  readonly email?: string | null
  readonly locale: string
  readonly unit?: string | null
}

const bodyOf = ({ displayName, email, locale, unit }: Wish) => ({
  displayName,
  email: email || null,
  locale,
  unit: unit ?? null,
})

/** What is known of a user; a change that somebody else made meanwhile is not overwritten. */
export function UserDetails({
  tenant,
  user,
  etag,
}: {
  tenant: string
  user: User
  etag: string | undefined
}) {
  const { t } = useTranslation('identity')
  const viewer = useViewer()
  const [form] = Form.useForm<Wish>()
  const wish = Form.useWatch([], form)
  const path = ofTenant(userPath(user.id), tenant)
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<User>('PATCH', path, { body: bodyOf(one), ifMatch: etag }),
    () => t('saved'),
  )
  const figures = (
    <Figures
      items={[
        [t('id'), <code key="id">{user.id}</code>],
        [t('login'), user.login],
        [t('kind'), t(`kinds.${user.kind}`)],
      ]}
    />
  )
  if (!maySomewhere(viewer, 'user.write')) return figures
  return (
    <div className="stack">
      {figures}
      <Form<Wish>
        form={form}
        scrollToFirstError={{ focus: true }}
        name="details"
        layout="vertical"
        className="narrow-form"
        initialValues={user}
        onFinish={(one) => mutate(one)}
      >
        <Form.Item
          name="displayName"
          label={t('name')}
          rules={[{ required: true, message: t('missing') }]}
        >
          <Input maxLength={200} />
        </Form.Item>
        <Form.Item
          name="email"
          label={t('email')}
          extra={t('emailHint')}
          rules={[{ type: 'email', message: t('noEmail') }]}
        >
          <Input maxLength={254} />
        </Form.Item>
        <Form.Item name="locale" label={t('locale')}>
          <LocaleSelect />
        </Form.Item>
        <Form.Item name="unit" label={t('unit')} extra={t('unitHint')}>
          <UnitSelect tenant={tenant} none={t('noUnit')} />
        </Form.Item>
        <div className="stack">
          <ChangeNote error={error} />
          <div>
            <Button type="primary" htmlType="submit" loading={isPending}>
              {t('save')}
            </Button>
          </div>
          {wish !== undefined && <CliLine command={curlText('PATCH', path, bodyOf(wish))} />}
        </div>
      </Form>
    </div>
  )
}
