import { Card, Descriptions, Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useList } from '../../api/list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { EmptyState } from '../../parts/empty-state.tsx'
import { MoreRows } from '../../parts/more-rows.tsx'
import { ProblemNote } from '../../parts/problem-note.tsx'
import { CommandButtons } from './command-buttons.tsx'
import { PlanTerms } from './plan-terms.tsx'
import { type Subscription, serviceOf } from './subscription.ts'
import { useService } from './use-service.ts'

/** What waits for a word: the operator decides on all, an owner on those of his services. Cards, for a phone as well. */
export function Requests() {
  const { t } = useTranslation(['subscriptions', 'services'])
  const list = useList<Subscription>('/v1/subscription-requests')
  if (list.isLoadingError) return <ProblemNote error={list.error} />
  if (list.isLoading) return <Skeleton active />
  if (list.items.length === 0) {
    return <EmptyState text={t('subscriptions:noRequests')} command={COMMAND} />
  }
  return (
    <div className="stack">
      <h2 className="list-head">{t('subscriptions:requestsCaption')}</h2>
      {list.items.map((one) => (
        <RequestCard key={one.id} subscription={one} />
      ))}
      <MoreRows list={list} />
      <CliLine command={COMMAND} />
    </div>
  )
}

const COMMAND = cliText(['subscription', 'requests'])

function RequestCard({ subscription }: { subscription: Subscription }) {
  const { t } = useTranslation('subscriptions')
  const keep = usePlaceQuery()
  const { id, app, tenant, purpose, plan: own, wantedPlan } = subscription
  const { major } = useService(subscription.service, subscription.major)
  const wanted = wantedPlan ?? own
  const plan = major?.plans.find(({ name }) => name === wanted)
  return (
    <Card
      size="small"
      title={
        <Link to={{ pathname: `/subscriptions/${id}`, search: keep }}>
          {`${app} → ${serviceOf(subscription)}`}
        </Link>
      }
    >
      <div className="stack">
        <Descriptions
          size="small"
          column={{ xs: 1, md: 3 }}
          items={[
            { key: 'tenant', label: t('tenant'), children: tenant },
            {
              key: 'plan',
              label: t('plan'),
              children:
                wantedPlan === null ? own : t('planWanted', { plan: own, wanted: wantedPlan }),
            },
            { key: 'purpose', label: t('purpose'), children: purpose ?? '–' },
          ]}
        />
        {plan !== undefined && <PlanTerms plan={plan} />}
        <CommandButtons subscription={subscription} commands={['approve', 'reject']} />
      </div>
    </Card>
  )
}
