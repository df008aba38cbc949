import { Button, Drawer, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { may } from '../../api/may.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { useParam } from '../../app/use-param.ts'
import { useTenant, useViewer } from '../../app/viewer-context.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { EmptyState } from '../../parts/empty-state.tsx'
import { numberText } from '../../parts/formats.ts'
import { oneOf } from '../../parts/one-of.ts'
import { StatusTag } from '../../parts/status-tag.tsx'
import { usePlace } from '../../parts/use-place.ts'
import { EditPlan } from './edit-plan.tsx'
import { PlanActions } from './plan-actions.tsx'
import type { Plan, ServiceMajor } from './service.ts'

/** On which terms it is to be had. */
export function PlansTab({ id, service }: { id: string; service: ServiceMajor }) {
  const { t } = useTranslation('catalog')
  const viewer = useViewer()
  const tenant = useTenant()
  const place = usePlace()
  const keep = usePlaceQuery()
  const actions = useActionsColumn(id, service.major)
  const number = (value: number) => numberText(value, place)
  const named = `${id}@${service.major}`
  const query = new URLSearchParams(keep)
  query.set('service', named)
  return (
    <div className="stack">
      <EditPlans id={id} service={service} />
      <Table<Plan>
        size="small"
        caption={t('tabs.plans')}
        rowKey="name"
        dataSource={[...service.plans]}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: <EmptyState text={t('noPlans')} /> }}
        columns={[
          {
            title: t('plan'),
            dataIndex: 'name',
            render: (name: string, { version }) => `${name} (${version})`,
          },
          {
            title: t('state'),
            dataIndex: 'status',
            render: (status: string) => <PlanState status={status} />,
          },
          {
            title: t('rate'),
            key: 'rate',
            render: (_: unknown, { ratePerS, burst }) =>
              t('rateOf', { rate: number(ratePerS), burst: number(burst) }),
          },
          {
            title: t('quota'),
            dataIndex: 'quota',
            render: (quota: Plan['quota']) =>
              quota === undefined
                ? t('unlimited')
                : t(`quotas.${quota.per}`, { count: quota.count, shown: number(quota.count) }),
          },
          {
            title: t('limits'),
            key: 'limits',
            render: (_: unknown, { concurrency, maxRows }) =>
              [
                ...(concurrency === undefined ? [] : [t('atOnce', { count: concurrency })]),
                ...(maxRows === undefined ? [] : [t('rows', { count: maxRows })]),
              ].join(' · ') || '–',
          },
          {
            title: t('price'),
            dataIndex: 'price',
            render: (price: Plan['price']) =>
              price === undefined ? t('free') : `${price.amount} ${price.currency} / ${price.unit}`,
          },
          {
            title: t('approval'),
            dataIndex: 'approval',
            render: (approval: Plan['approval']) => t(`approvals.${approval ?? 'auto'}`),
          },
          ...actions,
        ]}
      />
      {may(viewer, 'subscription.write') && (
        <div>
          <Link to={{ pathname: '/subscriptions/new', search: `?${query}` }}>
            <Button type="primary">{t('subscribe')}</Button>
          </Link>
        </div>
      )}
      <CliLine
        command={`npx signalbox subscribe planner ${named} --tenant ${tenant ?? 'acme'} --plan standard`}
      />
    </div>
  )
}

/** In the address for a plan that is not there yet; no plan is called so. */
const NEW = '+'

/** Terms are the operator's to change; others have no such column. */
function useActionsColumn(id: string, major: number) {
  const { t } = useTranslation('offers')
  const viewer = useViewer()
  const [, setOpen] = useParam('plan')
  if (viewer.kind !== 'operator') return []
  return [
    {
      title: t('actions'),
      key: 'actions',
      render: (_: unknown, plan: Plan) => (
        <PlanActions id={id} major={major} plan={plan} onEdit={setOpen} />
      ),
    },
  ]
}

function EditPlans({ id, service }: { id: string; service: ServiceMajor }) {
  const { t } = useTranslation('offers')
  const viewer = useViewer()
  const [open, setOpen] = useParam('plan')
  if (viewer.kind !== 'operator') return null
  const chosen = service.plans.find(({ name }) => name === open)
  const close = () => setOpen(undefined)
  return (
    <>
      <div>
        <Button type="primary" onClick={() => setOpen(NEW)}>
          {t('newPlan')}
        </Button>
      </div>
      <Drawer
        open={open === NEW || chosen !== undefined}
        onClose={close}
        title={chosen === undefined ? t('newPlan') : t('termsOf', { name: chosen.name })}
        size={480}
        destroyOnHidden
      >
        <EditPlan key={open} id={id} major={service.major} plan={chosen} onDone={close} />
      </Drawer>
    </>
  )
}

const STATES = ['staging', 'published', 'deprecated', 'closed'] as const

function PlanState({ status }: { status: string }) {
  const { t } = useTranslation('catalog')
  const known = oneOf(STATES, status)
  const label = known === undefined ? status : t(`planStates.${known}`)
  return <StatusTag tone={known === 'published' ? 'good' : 'warning'} label={label} />
}
