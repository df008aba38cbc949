import { Alert, Button, Card, Form, Input, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useNavigate, useSearchParams } from 'react-router'
import { request } from '../../api/request.ts'
import { useFormChange } from '../../api/use-change.ts'
import { useWholeList } from '../../api/whole-list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useTenant } from '../../app/viewer-context.ts'
import { ChooseTenant } from '../../parts/choose-tenant.tsx'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText, curlText } from '../../parts/command-text.ts'
import { useCutMenu } from '../../parts/cut-menu.tsx'
import { InstantInput } from '../../parts/instant-input.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { type LocalText, textIn } from '../../texts/languages.ts'
import type { AppOfTenant } from '../apps/app-of-tenant.ts'
import { namedService } from './plan.ts'
import { AcceptTerms, PlanChoice } from './plan-choice.tsx'
import type { Subscription } from './subscription.ts'
import { useService } from './use-service.ts'

interface Fields {
  readonly app: string
  /** `orders.status@1` */
  readonly service: string
  readonly plan: string
  readonly scopes?: readonly string[]
  readonly purpose?: string
  readonly until?: string
  readonly isAccepted: boolean
}

interface FoundService {
  readonly id: string
  readonly major: number
  readonly title: LocalText | null
}

/** Asks for a subscription: of which service, under which terms, for what. */
export function NewSubscriptionPage() {
  const { t } = useTranslation('subscriptions')
  const tenant = useTenant()
  return tenant === undefined ? (
    <ChooseTenant title={t('new')} />
  ) : (
    <NewSubscription tenant={tenant} />
  )
}

function NewSubscription({ tenant }: { tenant: string }) {
  const { t } = useTranslation('subscriptions')
  const [query] = useSearchParams()
  const [form] = Form.useForm<Fields>()
  const fields: Partial<Fields> = Form.useWatch([], form) ?? {}
  const named = namedService(fields.service)
  const { major, error } = useService(named?.service, named?.major)
  const plan = major?.plans.find(({ name }) => name === fields.plan)
  const ask = useAsk(tenant)
  return (
    <div className="stack">
      <PageHead title={t('new')} />
      <Card size="small">
        <Form<Fields>
          form={form}
          name="new-subscription"
          layout="vertical"
          style={{ maxInlineSize: 640 }}
          initialValues={{
            app: query.get('app') ?? undefined,
            service: query.get('service') ?? undefined,
            plan: query.get('plan') ?? 'standard',
          }}
          onFinish={ask.mutate}
          onValuesChange={(changed: Partial<Fields>) => {
            if (changed.service !== undefined) form.resetFields(['plan', 'scopes', 'isAccepted'])
            if (changed.plan !== undefined) form.resetFields(['isAccepted'])
          }}
        >
          <WhoAndWhat tenant={tenant} />
          {error !== null && <ProblemNote error={error} />}
          {major?.deprecation != null && (
            <Alert type="warning" showIcon title={t('deprecated')} className="form-note" />
          )}
          {named !== undefined && <PlanChoice subscription={named} />}
          {major !== undefined && <ScopesField operations={Object.keys(major.operations)} />}
          <WhyAndUntil />
          {plan !== undefined && <AcceptTerms plan={plan} />}
          <Button type="primary" htmlType="submit" loading={ask.isPending}>
            {t(plan?.approval === 'manual' ? 'askOwner' : 'subscribe')}
          </Button>
        </Form>
      </Card>
      {ask.error !== null && <ProblemNote error={ask.error} />}
      <CliLine command={commandOf(tenant, fields)} />
    </div>
  )
}

/** Made, it is shown with its keys: what an app needs next. */
function useAsk(tenant: string) {
  const { t } = useTranslation('subscriptions')
  const navigate = useNavigate()
  const keep = usePlaceQuery()
  return useFormChange(
    (given: Fields) =>
      request<Subscription>('POST', '/v1/subscriptions', { body: wishOf(tenant, given) }),
    ({ id, state }) => {
      const search = keep === '' ? '?tab=credentials' : `${keep}&tab=credentials`
      void navigate({ pathname: `/subscriptions/${id}`, search })
      return t(state === 'active' ? 'madeActive' : 'madeRequested')
    },
  )
}

function ScopesField({ operations }: { operations: readonly string[] }) {
  const { t } = useTranslation('subscriptions')
  return (
    <Form.Item name="scopes" label={t('scopes')} extra={t('scopesHint')}>
      <Select
        mode="multiple"
        allowClear
        placeholder={t('allOperations')}
        options={operations.map((name) => ({ value: name, label: name }))}
      />
    </Form.Item>
  )
}

function WhyAndUntil() {
  const { t } = useTranslation('subscriptions')
  return (
    <>
      <Form.Item
        name="purpose"
        label={t('purpose')}
        extra={t('purposeHint')}
        rules={[{ max: 500 }]}
      >
        <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} />
      </Form.Item>
      <Form.Item name="until" label={t('untilOptional')}>
        <InstantInput />
      </Form.Item>
    </>
  )
}

function WhoAndWhat({ tenant }: { tenant: string }) {
  const { t, i18n } = useTranslation('subscriptions')
  const apps = useWholeList<AppOfTenant>('/v1/apps', { tenant })
  const services = useWholeList<FoundService>('/v1/catalog/services')
  const cutApps = useCutMenu(apps)
  const cutServices = useCutMenu(services)
  const label = ({ id, major, title }: FoundService) =>
    title === null ? `${id}@${major}` : `${textIn(title, i18n.language)} · ${id}@${major}`
  return (
    <>
      <Form.Item name="app" label={t('app')} rules={[{ required: true }]}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          {...cutApps}
          loading={apps.isLoading}
          options={apps.items.map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))}
        />
      </Form.Item>
      <Form.Item name="service" label={t('service')} rules={[{ required: true }]}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          {...cutServices}
          loading={services.isLoading}
          options={services.items.map((one) => ({
            value: `${one.id}@${one.major}`,
            label: label(one),
          }))}
        />
      </Form.Item>
    </>
  )
}

function wishOf(tenant: string, { app, service, plan, scopes = [], purpose, until }: Fields) {
  return {
    tenant,
    app,
    ...namedService(service),
    plan,
    ...(scopes.length === 0 ? {} : { scopes }),
    ...(purpose ? { purpose } : {}),
    ...(until ? { expiresAt: until } : {}),
  }
}

/** The command line's own word where it can say it all, and the API's where it cannot. */
function commandOf(tenant: string, fields: Partial<Fields>): string {
  const { app = 'planner', service = 'orders.status@1', plan = 'standard' } = fields
  const { scopes = [], purpose, until } = fields
  if (scopes.length === 0 && !purpose && !until) {
    return cliText(['subscribe', app, service], { tenant, plan })
  }
  const wish = wishOf(tenant, { ...fields, app, service, plan, isAccepted: true })
  return curlText('POST', '/v1/subscriptions', wish)
}
