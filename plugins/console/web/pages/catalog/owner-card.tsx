import { Button, Card, Form, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useFoundTenants } from '../../app/found-tenants.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { ownerPath } from './offer-paths.ts'

interface Wish {
  readonly ownerTenant?: string | null
}

/** Whose admins decide on subscriptions, beside the operator. */
export function OwnerCard({
  id,
  major,
  ownerTenant,
}: {
  id: string
  major: number
  ownerTenant: string | null
}) {
  const { t } = useTranslation('offers')
  const [form] = Form.useForm<Wish>()
  const found = useFoundTenants()
  const isFound = found.options.some(({ value }) => value === ownerTenant)
  const present =
    ownerTenant === null || isFound ? [] : [{ value: ownerTenant, label: ownerTenant }]
  const path = ownerPath(id, major)
  const bodyOf = (wish: Wish) => ({ ownerTenant: wish.ownerTenant ?? null })
  const { mutate, isPending, error } = useFormChange(
    (wish: Wish) => request<Wish>('PUT', path, { body: bodyOf(wish) }),
    () => t('ownerStored'),
  )
  const wish = Form.useWatch([], form) ?? { ownerTenant }
  return (
    <Card size="small" title={t('owner')}>
      <Form<Wish>
        form={form}
        name="owner"
        layout="vertical"
        style={{ maxInlineSize: 560 }}
        initialValues={{ ownerTenant }}
        onFinish={(one) => mutate(one)}
      >
        <Form.Item name="ownerTenant" label={t('ownerTenant')} extra={t('ownerHint')}>
          <Select
            {...found}
            allowClear
            placeholder={t('operatorAlone')}
            options={[...present, ...found.options]}
          />
        </Form.Item>
        <div className="stack">
          {error !== null && <ProblemNote error={error} />}
          <div>
            <Button type="primary" htmlType="submit" loading={isPending}>
              {t('storeOwner')}
            </Button>
          </div>
          <CliLine command={curlText('PUT', path, bodyOf(wish))} />
        </div>
      </Form>
    </Card>
  )
}
