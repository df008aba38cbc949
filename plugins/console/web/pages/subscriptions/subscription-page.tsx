import { useQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'
import { request } from '../../api/request.ts'
import { useParam } from '../../app/use-param.ts'
import { useViewer } from '../../app/viewer-context.ts'
import { Awaited } from '../../parts/awaited.tsx'
import { PageHead } from '../../parts/page-head.tsx'
import { type Section, Sections } from '../../parts/sections.tsx'
import { CommandButtons } from './command-buttons.tsx'
import { CredentialsTab } from './credentials-tab.tsx'
import { ExpectationsTab } from './expectations-tab.tsx'
import { OverviewTab } from './overview-tab.tsx'
import {
  commandsOf,
  type Subscription,
  serviceOf,
  sidesOf,
  subscriptionPath,
} from './subscription.ts'
import { SubscriptionTag } from './subscriptions-table.tsx'
import { UsageTab } from './usage-tab.tsx'
import { useService } from './use-service.ts'

/** One subscription: its terms, its life, what proves the app, what it used and what it relies on. */
export function SubscriptionPage() {
  const { id = '' } = useParams()
  const path = subscriptionPath(id)
  const { data, error } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Subscription>('GET', path, { signal }),
  })
  if (data === undefined) return <Awaited error={error} />
  return <OneSubscription subscription={data} />
}

function OneSubscription({ subscription }: { subscription: Subscription }) {
  const { t } = useTranslation('subscriptions')
  const viewer = useViewer()
  const [tab = 'overview', setTab] = useParam('tab')
  const { major } = useService(subscription.service, subscription.major)
  const plan = major?.plans.find(({ name }) => name === subscription.plan)
  const sides = sidesOf(viewer, subscription, major?.ownerTenant)
  const isSubscribers = subscription.credentials !== undefined
  const items: readonly Section[] = [
    {
      key: 'overview',
      label: t('tabs.overview'),
      children: <OverviewTab {...{ subscription, plan }} />,
    },
    ...(isSubscribers
      ? [
          {
            key: 'credentials',
            label: t('tabs.credentials'),
            children: (
              <CredentialsTab {...{ subscription, mayWrite: sides.includes('subscriber') }} />
            ),
          },
          {
            key: 'usage',
            label: t('tabs.usage'),
            children: <UsageTab id={subscription.id} quota={plan?.quota} />,
          },
          {
            key: 'expectations',
            label: t('tabs.expectations'),
            children: (
              <ExpectationsTab id={subscription.id} mayWrite={sides.includes('subscriber')} />
            ),
          },
        ]
      : []),
  ]
  return (
    <div className="stack">
      <PageHead title={`${subscription.app} → ${serviceOf(subscription)}`}>
        <SubscriptionTag subscription={subscription} />
      </PageHead>
      <CommandButtons
        subscription={subscription}
        commands={commandsOf(subscription, sides, plan?.approval === 'manual')}
      />
      {subscription.state === 'requested' && (
        <Alert
          type="info"
          showIcon
          title={t(sides.includes('owner') ? 'waitsForYou' : 'waitsForOwner')}
        />
      )}
      <Sections items={items} open={tab} onOpen={setTab} />
    </div>
  )
}
