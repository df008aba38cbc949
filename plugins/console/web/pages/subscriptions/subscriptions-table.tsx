import type { TableProps } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { useList } from '../../api/list.ts'
import { usePlaceQuery } from '../../app/place-query.ts'
import { Instant } from '../../parts/instant.tsx'
import { ListTable } from '../../parts/list-table.tsx'
import { StatusTag } from '../../parts/status-tag.tsx'
import { type Subscription, serviceOf, TONES } from './subscription.ts'

type Columns = NonNullable<TableProps<Subscription>['columns']>

/** Subscriptions, each to its page. */
export function SubscriptionsTable({
  list,
  rows,
  caption,
  empty,
  more = [],
}: {
  list: ReturnType<typeof useList<Subscription>>
  rows: readonly Subscription[]
  caption: string
  empty: ReactNode
  more?: Columns
}) {
  const { t } = useTranslation('subscriptions')
  const keep = usePlaceQuery()
  return (
    <ListTable<Subscription>
      {...{ list, rows, caption, empty }}
      rowKey="id"
      columns={[
        {
          title: t('subscription'),
          key: 'id',
          render: (_: unknown, one) => (
            <Link
              to={{ pathname: `/subscriptions/${one.id}`, search: keep }}
            >{`${one.app} → ${serviceOf(one)}`}</Link>
          ),
        },
        {
          title: t('state'),
          dataIndex: 'state',
          render: (_: unknown, one) => <SubscriptionTag subscription={one} />,
        },
        {
          title: t('plan'),
          key: 'plan',
          render: (_: unknown, { plan, wantedPlan }) =>
            wantedPlan === null ? plan : t('planWanted', { plan, wanted: wantedPlan }),
        },
        {
          title: t('ends'),
          dataIndex: 'expiresAt',
          render: (at: string | null) => (at === null ? t('endless') : <Instant at={at} />),
        },
        ...more,
      ]}
    />
  )
}

export function SubscriptionTag({ subscription }: { subscription: Pick<Subscription, 'state'> }) {
  const { t } = useTranslation('subscriptions')
  const { state } = subscription
  return <StatusTag tone={TONES[state]} label={t(`states.${state}`)} />
}
