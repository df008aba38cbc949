import { Alert, Button, Checkbox, Form, Input, InputNumber, Radio, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { curlText } from '../../parts/command-text.ts'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { planPath } from './offer-paths.ts'
import { hiddenFault, type TermsFields, termsFields, termsOf } from './plan-terms.ts'
import type { Plan } from './service.ts'

interface Fields extends TermsFields {
  readonly name?: string
  readonly status?: 'published' | 'staging'
  readonly forSubscribers?: boolean
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/

/** @param plan undefined: a new one; else its next version, and who has it keeps what was agreed to */
export function EditPlan({
  id,
  major,
  plan,
  onDone,
}: {
  id: string
  major: number
  plan: Plan | undefined
  onDone: () => void
}) {
  const { t } = useTranslation('offers')
  const [form] = Form.useForm<Fields>()
  const seen = Form.useWatch([], form)
  const pathOf = ({ name }: Fields) => planPath(id, major, plan?.name ?? name ?? '')
  const bodyOf = ({ status, forSubscribers, ...fields }: Fields) => ({
    ...termsOf(fields),
    ...(plan === undefined ? { status } : { forSubscribers }),
  })
  const { mutate, isPending, error } = useFormChange(
    (fields: Fields) => request<Plan>('PUT', pathOf(fields), { body: bodyOf(fields) }),
    ({ name, version }) => {
      onDone()
      return t('planStored', { name, version })
    },
  )
  return (
    <Form<Fields>
      form={form}
      scrollToFirstError={{ focus: true }}
      name="plan"
      layout="vertical"
      initialValues={{ ...termsFields(plan), status: 'published', forSubscribers: false }}
      onFinish={(fields) => mutate(fields)}
    >
      {plan === undefined && <NewPlanFields />}
      <LimitFields />
      <PriceFields />
      <Form.Item name="approval" label={t('approval')}>
        <Radio.Group
          options={[
            { value: 'auto', label: t('approvals.auto') },
            { value: 'manual', label: t('approvals.manual') },
          ]}
        />
      </Form.Item>
      {plan !== undefined && (
        <Form.Item name="forSubscribers" valuePropName="checked" extra={t('forSubscribersHint')}>
          <Checkbox>{t('forSubscribers')}</Checkbox>
        </Form.Item>
      )}
      <div className="stack">
        {plan !== undefined && <Alert type="info" showIcon title={t('nextVersion')} />}
        {error !== null && <ProblemNote error={error} />}
        <div>
          <Button type="primary" htmlType="submit" loading={isPending}>
            {t('store')}
          </Button>
        </div>
        {seen?.ratePerS !== undefined && (plan ?? seen.name) !== undefined && (
          <CliLine command={curlText('PUT', pathOf(seen), bodyOf(seen))} />
        )}
      </div>
    </Form>
  )
}

function NewPlanFields() {
  const { t } = useTranslation('offers')
  return (
    <>
      <Form.Item
        name="name"
        label={t('planName')}
        extra={t('planNameHint')}
        rules={[{ required: true, pattern: NAME, message: t('planNameHint') }]}
      >
        <Input autoComplete="off" spellCheck={false} />
      </Form.Item>
      <Form.Item name="status" label={t('from')}>
        <Radio.Group
          options={[
            { value: 'published', label: t('published') },
            { value: 'staging', label: t('staging') },
          ]}
        />
      </Form.Item>
    </>
  )
}

function LimitFields() {
  const { t } = useTranslation('offers')
  const required = [{ required: true, message: t('missing') }]
  const checkHidden = async (_rule: unknown, text = '') => {
    const odd = hiddenFault(text)
    if (odd !== undefined) throw new Error(t('hiddenWrong', { operation: odd }))
  }
  return (
    <>
      <Form.Item name="ratePerS" label={t('ratePerS')} rules={required}>
        <InputNumber min={0.001} max={1_000_000} />
      </Form.Item>
      <Form.Item name="burst" label={t('burst')} rules={required}>
        <InputNumber min={1} max={1_000_000} precision={0} />
      </Form.Item>
      <Form.Item name="quotaCount" label={t('quotaCount')} extra={t('noLimit')}>
        <InputNumber min={1} max={1_000_000_000_000} precision={0} style={{ inlineSize: 200 }} />
      </Form.Item>
      <Form.Item name="quotaPer" label={t('quotaPer')} extra={t('quotaHint')}>
        <Select
          options={(['hour', 'day', 'month'] as const).map((per) => ({
            value: per,
            label: t(`periods.${per}`),
          }))}
        />
      </Form.Item>
      <Form.Item name="concurrency" label={t('concurrency')} extra={t('noLimit')}>
        <InputNumber min={1} max={10_000} precision={0} />
      </Form.Item>
      <Form.Item name="maxRows" label={t('maxRows')} extra={t('noLimit')}>
        <InputNumber min={1} max={10_000_000} precision={0} />
      </Form.Item>
      <Form.Item
        name="hidden"
        label={t('hidden')}
        extra={t('hiddenHint')}
        rules={[{ validator: checkHidden }]}
      >
        <Input.TextArea rows={3} spellCheck={false} />
      </Form.Item>
    </>
  )
}

const AMOUNT = /^(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?$/

function PriceFields() {
  const { t } = useTranslation('offers')
  const form = Form.useFormInstance<Fields>()
  const amount = Form.useWatch('amount', form) ?? ''
  const required = [{ required: amount !== '', message: t('missing') }]
  return (
    <>
      <Form.Item
        name="amount"
        label={t('amount')}
        extra={t('amountHint')}
        rules={[{ pattern: AMOUNT, message: t('amountWrong') }]}
      >
        <Input autoComplete="off" inputMode="decimal" style={{ inlineSize: 200 }} />
      </Form.Item>
      {amount !== '' && (
        <>
          <Form.Item name="currency" label={t('currency')} rules={required}>
            <Select
              showSearch
              options={Intl.supportedValuesOf('currency').map((one) => ({
                value: one,
                label: one,
              }))}
            />
          </Form.Item>
          <Form.Item name="unit" label={t('unit')} extra={t('unitHint')} rules={required}>
            <Input maxLength={60} autoComplete="off" spellCheck={false} />
          </Form.Item>
        </>
      )}
    </>
  )
}
