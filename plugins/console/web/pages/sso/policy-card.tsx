import { useQuery } from '@tanstack/react-query'
import { Alert, Button, Card, Checkbox, Form } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useUserNames } from '../../api/user-names.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { UserSelect } from '../identity/user-select.tsx'
import { policyPath, type SignInPolicy } from './connection.ts'

/** Whether there is a way in beside the provider, and who still has it when the provider is away. */
export function PolicyCard({
  tenant,
  mayWrite,
  hasConnection,
}: {
  tenant: string
  mayWrite: boolean
  hasConnection: boolean
}) {
  const { t } = useTranslation('sso')
  const path = policyPath(tenant)
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<SignInPolicy>('GET', path, { signal }),
  })
  return (
    <Card size="small" title={t('policy')} loading={data === undefined && error === null}>
      {data === undefined && error !== null && <ProblemNote error={error} />}
      {data !== undefined && (
        <div className="stack">
          <Present tenant={tenant} policy={data} />
          {mayWrite && (
            <PolicyForm
              key={JSON.stringify(data)}
              tenant={tenant}
              policy={data}
              hasConnection={hasConnection}
            />
          )}
        </div>
      )}
    </Card>
  )
}

function Present({ tenant, policy }: { tenant: string; policy: SignInPolicy }) {
  const { t } = useTranslation('sso')
  const nameOf = useUserNames(tenant, policy.breakGlass == null ? [] : [policy.breakGlass])
  if (!policy.ssoOnly) return <p>{t('isOpen')}</p>
  return <p>{t('isSsoOnly', { name: nameOf(policy.breakGlass ?? '') })}</p>
}

interface Wish {
  readonly ssoOnly: boolean
  readonly breakGlass?: string
}

const bodyOf = ({ ssoOnly, breakGlass }: Wish): SignInPolicy => {
  return { ssoOnly, breakGlass: breakGlass ?? null }
}

function PolicyForm({
  tenant,
  policy,
  hasConnection,
}: {
  tenant: string
  policy: SignInPolicy
  hasConnection: boolean
}) {
  const { t } = useTranslation('sso')
  const [form] = Form.useForm<Wish>()
  const given: Wish = {
    ssoOnly: policy.ssoOnly,
    ...(policy.breakGlass === null ? {} : { breakGlass: policy.breakGlass }),
  }
  const wish = Form.useWatch([], form) ?? given
  const path = policyPath(tenant)
  const { mutate, isPending, error } = useFormChange(
    (one: Wish) => request<SignInPolicy>('PUT', path, { body: bodyOf(one) }),
    ({ ssoOnly }) => t(ssoOnly ? 'nowSsoOnly' : 'nowOpen'),
  )
  const isShut = !hasConnection && !policy.ssoOnly
  return (
    <Form<Wish>
      form={form}
      name="sign-in-policy"
      layout="vertical"
      style={{ maxInlineSize: 560 }}
      initialValues={given}
      onFinish={(one) => mutate(one)}
    >
      {isShut && <Alert type="info" showIcon title={t('connectionFirst')} />}
      <Form.Item name="ssoOnly" valuePropName="checked" extra={t('ssoOnlyHint')}>
        <Checkbox disabled={isShut}>{t('ssoOnly')}</Checkbox>
      </Form.Item>
      {wish.ssoOnly && (
        <Form.Item
          name="breakGlass"
          label={t('breakGlass')}
          extra={t('breakGlassHint')}
          rules={[{ required: true, message: t('missing') }]}
        >
          <UserSelect tenant={tenant} />
        </Form.Item>
      )}
      <div className="stack">
        {error !== null && <ProblemNote error={error} />}
        <div>
          <Button type="primary" htmlType="submit" disabled={isShut} loading={isPending}>
            {t('storePolicy')}
          </Button>
        </div>
        <CliLine command={curlText('PUT', path, bodyOf(wish))} />
      </div>
    </Form>
  )
}
