import { Alert, Card, Descriptions } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { usePlaceQuery } from '../../app/place-query.ts'
import { CliLine } from '../../parts/cli-line.tsx'
import { cliText } from '../../parts/command-text.ts'
import { instantText } from '../../parts/formats.ts'
import { Named } from '../../parts/named.tsx'
import { usePlace } from '../../parts/use-place.ts'
import type { Plan } from './plan.ts'
import { PlanTerms } from './plan-terms.tsx'
import { type Subscription, serviceOf } from './subscription.ts'

/** What was agreed to, by whom, and why it is as it is. */
export function OverviewTab({
  subscription,
  plan,
}: {
  subscription: Subscription
  plan: Plan | undefined
}) {
  const { t } = useTranslation('subscriptions')
  const { tenant, wantedPlan } = subscription
  return (
    <div className="stack">
      {wantedPlan !== null && (
        <Alert type="info" showIcon title={t('wants', { plan: wantedPlan })} />
      )}
      <About subscription={subscription} />
      <Agreed {...{ subscription, plan }} />
      <CliLine command={cliText(['subscription', 'list'], { tenant })} />
    </div>
  )
}

function About({ subscription }: { subscription: Subscription }) {
  const { t } = useTranslation('subscriptions')
  const place = usePlace()
  const keep = usePlaceQuery()
  const { id, app, scopes, expiresAt } = subscription
  // The owner of the service sees who asks, and has no page of another company's app.
  const appLink =
    subscription.credentials === undefined ? (
      app
    ) : (
      <Link to={{ pathname: `/apps/${encodeURIComponent(app)}`, search: keep }}>{app}</Link>
    )
  const line = (key: string, label: string, text: string | null) =>
    text === null ? [] : [{ key, label, children: text }]
  const who = (key: string, label: string, actor: string | null) =>
    actor === null ? [] : [{ key, label, children: <Named text={actor} /> }]
  const end = expiresAt === null ? t('endless') : instantText(expiresAt, place)
  return (
    <Card size="small" title={t('about')}>
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { key: 'id', label: t('id'), children: <code>{id}</code> },
          ...line('tenant', t('tenant'), subscription.tenant),
          { key: 'app', label: t('app'), children: appLink },
          ...line('service', t('service'), serviceOf(subscription)),
          ...line('scopes', t('scopes'), scopes?.join(', ') ?? t('allOperations')),
          ...line('ends', t('ends'), end),
          ...line('purpose', t('purpose'), subscription.purpose),
          ...line('reason', t('lastReason'), subscription.reason),
          ...who('decidedBy', t('decidedBy'), subscription.decidedBy),
          ...who('suspendedBy', t('suspendedBy'), subscription.suspendedBy),
        ]}
      />
    </Card>
  )
}

/** The terms; those of a newer version are told apart from what this subscription keeps. */
function Agreed({
  subscription: { plan: name, planVersion },
  plan,
}: {
  subscription: Subscription
  plan: Plan | undefined
}) {
  const { t } = useTranslation('subscriptions')
  return (
    <Card size="small" title={t('planVersion', { plan: name, version: planVersion })}>
      <div className="stack">
        {plan !== undefined && plan.version !== planVersion && (
          <Alert
            type="warning"
            showIcon
            title={t('newerTerms', { version: plan.version, own: planVersion })}
          />
        )}
        {plan === undefined ? <p>{t('planUnknown')}</p> : <PlanTerms plan={plan} />}
      </div>
    </Card>
  )
}
