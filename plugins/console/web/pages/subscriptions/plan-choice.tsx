import { Alert, Checkbox, Form, Radio, Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Plan } from './plan.ts'
import { PlanTerms } from './plan-terms.tsx'
import type { Subscription } from './subscription.ts'
import { useService } from './use-service.ts'

/** Plans that are to be had, with their terms; for forms that have a field `plan`. */
export function PlanChoice({
  subscription: { service, major },
  mustAccept = false,
}: {
  subscription: Pick<Subscription, 'service' | 'major'>
  mustAccept?: boolean
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
      {plan !== undefined && (
        <div className="form-note">
          <PlanTerms plan={plan} />
        </div>
      )}
      {mustAccept && plan !== undefined && <AcceptTerms plan={plan} />}
    </>
  )
}

/** Nobody is bound to a price by a click on its way. */
export function AcceptTerms({ plan: { name, version } }: { plan: Plan }) {
  const { t } = useTranslation('subscriptions')
  return (
    <Form.Item
      name="isAccepted"
      valuePropName="checked"
      rules={[
        {
          validator: async (_rule, isAccepted: boolean | undefined) => {
            if (isAccepted !== true) throw new Error(t('mustAccept'))
          },
        },
      ]}
    >
      <Checkbox>{t('accept', { plan: name, version })}</Checkbox>
    </Form.Item>
  )
}
