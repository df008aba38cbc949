import { Button, Card, Form, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useWholeList } from '../../api/whole-list.ts'
import { labelOf, type Tenant } from '../../app/tenant.ts'
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
  const tenants = useWholeList<Tenant>('/v1/tenants')
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
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            loading={tenants.isLoading}
            placeholder={t('operatorAlone')}
            options={tenants.items.map((one) => ({ value: one.id, label: labelOf(one) }))}
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
