import { Alert, Form, Radio, Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import { PlanTerms } from './plan-terms.tsx'
import type { Subscription } from './subscription.ts'
import { useService } from './use-service.ts'

/** Plans that are to be had, with their terms; for forms that have a field `plan`. */
export function PlanChoice({
  subscription: { service, major },
}: {
  subscription: Pick<Subscription, 'service' | 'major'>
}) {
  const { t } = useTranslation('subscriptions')
  const chosen = Form.useWatch<string>('plan')
  const found = useService(service, major)
  if (found.isLoading) return <Skeleton active />
  const plans = (found.major?.plans ?? []).filter(({ status }) => status === 'published')
  const plan = plans.find(({ name }) => name === chosen)
  if (plans.length === 0) return <Alert type="warning" showIcon title={t('noPlan')} />
  return (
    <>
      <Form.Item name="plan" label={t('plan')} rules={[{ required: true }]}>
        <Radio.Group
          options={plans.map(({ name, version }) => ({
            value: name,
            label: t('planVersion', { plan: name, version }),
          }))}
        />
      </Form.Item>
      {plan !== undefined && <PlanTerms plan={plan} />}
    </>
  )
}
